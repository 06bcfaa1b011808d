import { storeNameFor } from '../../operations/stores.ts'
import type { Io } from '../io.ts'
import { SWITCHES, WITH_VALUE } from './option-names.ts'

const NOT_ABOUT_FILES = ['-v', '--version', '-h', '--help']

/**
 * Whether a command line without a command names nothing but files: sops edits them. Only what is a file, or is called
 * like one of a known format: a mistyped command must not become a file.
 */
export function isFileAlone(args: readonly string[], { isFile }: Pick<Io, 'isFile'>): boolean {
  const paths: string[] = []
  let end = false
  for (let index = 0; index < args.length; index += 1) {
    const word = args[index] ?? ''
    if (end || !word.startsWith('-') || word === '-') paths.push(word)
    else if (word === '--') end = true
    else {
      const [name = '', value] = word.replace(/^--?/, '').split('=', 2)
      const takesNext = WITH_VALUE.has(name)
      if (NOT_ABOUT_FILES.includes(word) || !(takesNext || SWITCHES.has(name))) return false
      if (takesNext && value === undefined) index += 1
    }
  }
  return paths.length > 0 && paths.every((path) => storeNameFor(path) !== 'binary' || isFile(path))
}
