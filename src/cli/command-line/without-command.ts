import { UsageError } from '../../errors.ts'
import { suggest } from '../../operations/suggest.ts'
import { COMMANDS } from '../commands.ts'
import { RECIPIENT_VERBS } from '../recipient/verb-names.ts'
import { SWITCHES, WITH_VALUE } from './option-names.ts'

/** What sops can do and this version of bulla cannot, by command and by old form. */
const SOPS_ONLY = ['publish', 'keyservice']

/**
 * A command line without a command. To sops its first word is a file to edit, one that is not there is created, and a
 * mistyped command is such a file.
 */
export function withoutCommand(args: readonly string[]): UsageError {
  const onlySops = args.map((word) => word.replace(/=.*$/s, '')).find((word) => SOPS_ONLY.includes(word))
  if (onlySops !== undefined) {
    return new UsageError('ERR_USAGE', `${onlySops} is not part of this version of bulla`, {
      hint: 'use sops for it: the files are the same',
    })
  }
  const unknown = args.find((word) => word.startsWith('-') && !isKnown(word))
  if (unknown !== undefined) {
    const name = unknown.replace(/=.*$/s, '')
    const bare = name.replace(/^-+/, '')
    // any short name is near to a single letter, and stands behind one dash
    const names = [...WITH_VALUE, ...SWITCHES].filter((known) => known.length > 1)
    const meant = bare.length < 2 ? undefined : suggest(bare, names)
    return new UsageError('ERR_USAGE', `unknown option ${name.slice(0, 40)}`, {
      hint: meant === undefined ? 'see --help' : `did you mean --${meant}?`,
    })
  }
  const known = Object.keys(COMMANDS)
  const word = args.find((other) => !other.startsWith('-'))
  if (word === undefined)
    return new UsageError('ERR_NO_FILE', 'no command was given', { hint: `commands are ${known.join(', ')}` })
  return new UsageError('ERR_USAGE', `there is no command ${word.slice(0, 40)}`, { hint: hintFor(word, known) })
}

function isKnown(option: string): boolean {
  const name = option.replace(/^--?/, '').replace(/=.*$/s, '')
  return WITH_VALUE.has(name) || SWITCHES.has(name)
}

function hintFor(word: string, known: readonly string[]): string {
  const meant = suggest(word, [...known, 'help', 'version'])
  if (meant !== undefined) return `did you mean ${meant === 'version' ? '--version' : meant}?`
  if (RECIPIENT_VERBS.some((verb) => verb === word)) return `did you mean recipient ${word}?`
  return /[./\\]/.test(word) ? 'to open a file, write decrypt before its name' : `commands are ${known.join(', ')}`
}
