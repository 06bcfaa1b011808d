import { statSync } from 'node:fs'
import { type Spawnable, windowsProgram } from './windows-program.ts'

/** How to start a program without a shell on this system. @throws the error of `spawn` when there is none, on Windows */
export function spawnable(words: readonly string[]): Spawnable {
  if (process.platform !== 'win32') return { file: words[0] ?? '', args: words.slice(1), isVerbatim: false }
  // its variables have no case
  const found = windowsProgram(words, { cwd: process.cwd(), variable: (name) => process.env[name], isFile })
  // spawn would look into the working directory first
  if (found === undefined) throw Object.assign(new Error('there is no such program'), { code: 'ENOENT' })
  return found
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true
}
