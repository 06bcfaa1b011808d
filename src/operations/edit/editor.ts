import { BullaError, isBullaError } from '../../errors.ts'
import { splitCommand } from '../../keys/age/command-words.ts'
import type { Desk } from '../ports.ts'

/** The program to edit with. */
export interface Editor {
  readonly words: readonly string[]
  /** Why the file may have come back unchanged: the program may not wait for its window. */
  readonly mayReturnAtOnce?: string
}

/** Settings that name an editor, the first one first. */
export interface EditorSettings {
  readonly SOPS_EDITOR: string | undefined
  readonly EDITOR: string | undefined
}

interface Windowed {
  readonly names: readonly string[]
  /** What makes it wait; the first one is recommended. */
  readonly waits: readonly string[]
  /** Whether it waits without it when it is the only one of its kind that runs. */
  readonly mayWait?: true
  /** What to do instead, where nothing makes it wait. */
  readonly advice?: string
}

/** Editors with a window of their own, which come back while it is open. */
const WINDOWED: readonly Windowed[] = [
  { names: ['code', 'code-insiders', 'codium', 'vscodium', 'cursor', 'windsurf', 'positron'], waits: ['--wait', '-w'] },
  { names: ['subl', 'sublime_text', 'atom', 'pulsar', 'zed', 'zeditor'], waits: ['--wait', '-w'] },
  { names: ['mate', 'bbedit', 'nova', 'lapce'], waits: ['--wait', '-w'] },
  { names: ['gvim', 'mvim', 'vimr'], waits: ['-f', '--nofork'] },
  { names: ['neovide'], waits: ['--no-fork'] },
  { names: ['open'], waits: ['-W', '--wait-apps'] },
  { names: ['xdg-open', 'start', 'gio'], waits: [], advice: 'name an editor' },
  { names: ['kate', 'kwrite'], waits: ['--block', '-b'], mayWait: true },
  {
    names: ['gedit', 'xed', 'pluma', 'gnome-text-editor'],
    waits: ['--wait', '-w', '-s', '--standalone'],
    mayWait: true,
  },
  {
    names: ['idea', 'webstorm', 'pycharm', 'goland', 'clion', 'rider', 'phpstorm', 'rubymine', 'fleet'],
    waits: ['--wait', '-w'],
    mayWait: true,
  },
  { names: ['notepad++'], waits: ['-multiInst'], mayWait: true },
]

/**
 * The editor of the person: `SOPS_EDITOR`, else `EDITOR`, else what is installed.
 *
 * @throws BullaError `ERR_EDITOR` when there is none, or one that would come back before anything was edited
 */
export function chooseEditor(settings: EditorSettings, desk: Pick<Desk, 'findProgram' | 'isWindows'>): Editor {
  const variable = (settings.SOPS_EDITOR ?? '') !== '' ? 'SOPS_EDITOR' : 'EDITOR'
  const given = settings[variable] ?? ''
  if (given === '') return { words: [installed(desk)] }
  const words = splitCommand(given, desk)
  if (words === undefined || words.length === 0) {
    throw editorError(`${variable} cannot be read`, 'check its quotes; it is one program with its arguments')
  }
  const [name, windowed] = windowedEditor(words)
  if (windowed === undefined || isTold(words, windowed)) return { words }
  const advice = windowed.advice ?? `set ${variable}='${name} ${windowed.waits[0] ?? ''}'`
  if (windowed.mayWait === true) return { words, mayReturnAtOnce: `if ${name} came back at once: ${advice}` }
  throw editorError(`${name} comes back at once, before anything is edited`, advice)
}

function installed({ findProgram, isWindows }: Pick<Desk, 'findProgram' | 'isWindows'>): string {
  const found = findProgram(isWindows ? ['notepad'] : ['vim', 'nano', 'vi'])
  if (found !== undefined) return found
  throw editorError('there is no editor', "set EDITOR, for instance EDITOR=vim or EDITOR='code --wait'")
}

function windowedEditor([program = '', ...args]: readonly string[]): [string, Windowed | undefined] {
  const name = program
    .replace(/^.*[/\\]/s, '')
    .replace(/\.(exe|cmd|bat)$/i, '')
    .toLowerCase()
  // these wait unless they are told not to
  if (name === 'emacsclient' && args.some((word) => /^(-[a-z]*n|--no-wait)$/.test(word))) {
    return [name, { names: [], waits: [], advice: 'leave out --no-wait' }]
  }
  if (['vim', 'vi', 'nvim'].includes(name) && args.includes('-g')) return [`${name} -g`, { names: [], waits: ['-f'] }]
  return [name, WINDOWED.find(({ names }) => names.includes(name))]
}

/** Short options may be written as one: `-nw`. */
function isTold([, ...args]: readonly string[], { waits }: Windowed): boolean {
  return args.some((word) =>
    waits.some((wait) => word === wait || (/^-\w$/.test(wait) && /^-\w+$/.test(word) && word.includes(wait.slice(1)))),
  )
}

/** Open `path` and wait. @throws BullaError `ERR_EDITOR` when the editor does not start or does not end well */
export async function runEditor({ words }: Editor, path: string, desk: Desk): Promise<void> {
  const code = await startEditor(words, path, desk)
  if (code === 0) return
  const how = code === undefined ? 'was killed' : `ended with exit code ${code}`
  throw editorError(`the editor ${how}; the file was not changed`, 'nothing of what was edited is kept; edit it again')
}

async function startEditor(words: readonly string[], path: string, desk: Desk): Promise<number | undefined> {
  try {
    return await desk.run([...words, path])
  } catch (error) {
    if (isBullaError(error)) throw error
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    const reason = code === 'ENOENT' ? 'there is no such program' : code === 'EACCES' ? 'it is no program' : undefined
    throw editorError(
      `the editor cannot be started${reason === undefined ? '' : `: ${reason}`}`,
      'check SOPS_EDITOR and EDITOR: one program with its arguments, no shell',
    )
  }
}

function editorError(message: string, hint: string): BullaError {
  return new BullaError('ERR_EDITOR', message, { hint })
}
