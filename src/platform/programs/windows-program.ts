import { win32 } from 'node:path'
import { ProgramError } from '../../errors.ts'

/** What `spawn` takes. */
export interface Spawnable {
  readonly file: string
  readonly args: readonly string[]
  /** The words are written for `cmd.exe` already. */
  readonly isVerbatim: boolean
}

interface Surroundings {
  readonly cwd: string
  /** Of this process: Windows looks for programs there. */
  readonly variable: (name: string) => string | undefined
  readonly isFile: (path: string) => boolean
}

const ENDINGS = '.COM;.EXE;.BAT;.CMD'
/**
 * What a batch file would make something else of, because it reads its words once more: the end of a quote, a variable, the end
 * of the command. See CVE-2024-24576.
 */
const NOT_FOR_BATCH = /["%\r\n]/
/** What means something to `cmd.exe`, quotes too. */
const SPECIAL = /[()\][%!^"`<>&|;, *?]/g

/**
 * How to start a program on Windows, where most tools of Node (`npm`, `code`) are batch files, which only `cmd.exe` runs and
 * `spawn` does not find. Only folders of `PATH` are searched: a program in the working directory may be a stranger's.
 *
 * @returns undefined when there is no such program
 * @throws ProgramError `ERR_PROGRAM` for words that cannot be given to a batch file as they are
 */
export function windowsProgram(
  [program = '', ...args]: readonly string[],
  around: Surroundings,
): Spawnable | undefined {
  const found = find(program, around)
  if (found === undefined) return undefined
  if (!/\.(?:cmd|bat)$/i.test(found)) return { file: found, args, isVerbatim: false }
  if (args.some((word) => NOT_FOR_BATCH.test(word))) {
    throw new ProgramError(
      'ERR_PROGRAM',
      'a batch file cannot be given words with quotes, percent signs or line breaks',
      {
        hint: 'start the program that it starts, such as node with a script',
      },
    )
  }
  const line = [escapeForCmd(win32.normalize(found)), ...args.map((word) => escapeForCmd(quoted(word)))].join(' ')
  // with /s, cmd.exe takes the first and the last quote away
  return { file: around.variable('ComSpec') ?? 'cmd.exe', args: ['/d', '/s', '/c', `"${line}"`], isVerbatim: true }
}

function find(program: string, { cwd, variable, isFile }: Surroundings): string | undefined {
  const folders = /[/\\:]/.test(program) ? [cwd] : (variable('PATH') ?? '').split(win32.delimiter).filter(Boolean)
  const endings = (variable('PATHEXT') ?? ENDINGS).split(';').filter(Boolean)
  const names = /\.[^./\\]+$/.test(program)
    ? [program, ...withEndings(program, endings)]
    : withEndings(program, endings)
  for (const folder of folders) {
    const path = names.map((name) => win32.resolve(cwd, folder, name)).find((name) => isFile(name))
    if (path !== undefined) return path
  }
  return undefined
}

function withEndings(program: string, endings: readonly string[]): string[] {
  return endings.map((ending) => program + ending.toLowerCase())
}

/** As programs of Windows take their command line apart; of a word without quotes. */
function quoted(word: string): string {
  return `"${word.replace(/\\+$/, '$&$&')}"`
}

function escapeForCmd(text: string): string {
  return text.replace(SPECIAL, '^$&')
}
