import { randomBytes } from 'node:crypto'
import { accessSync, constants, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { askGit, startGitToHear } from './run-git.ts'

/** Whether a hook reaches bulla; `read` is what stands in the files, because it cannot be started alone. */
type HookState = 'silent' | 'read' | 'answers'

/** See `Worktree` in `operations/doctor/machine.ts`. */
export interface Worktree {
  readonly folder: string
  readonly silentHooks: readonly string[]
  readonly onlyRead: readonly string[]
}

const HOOKS = ['pre-commit', 'pre-merge-commit', 'pre-applypatch', 'prepare-commit-msg', 'pre-push']
/** What managers read when their hook runs. */
const PRE_COMMIT = '.pre-commit-config.yaml'
const LEFTHOOK = ['lefthook.yml', 'lefthook.yaml'].flatMap((name) => [name, `.${name}`, `.config/${name}`])
/** What lefthook's settings name for bulla, in a folder of each hook. */
const SCRIPT = 'bulla.sh'
/** What managers write in front of commands that are in their files. */
const PREAMBLE = /^(?:\s*|#.*|if .*|fi|\s+echo .*|\s+exit 0|\s+\. .*)$/
const OURS = /^(?:command -v bulla |bulla hook run |lines=\$\(cat\); |bulla_lines=\$\(cat\))/
const MARK = '# bulla: '

/**
 * Ask each hook in a work tree whether it reaches bulla. It is started where bulla is the first that it runs, and answers
 * then with a failure: what else the hook does is not done.
 *
 * @param folder - of the work tree, or of a repository without one; absolute
 * @param mayStart - false reads only
 */
export async function hookFacts(
  folder: string,
  mayStart: boolean,
  names: readonly string[] = HOOKS,
): Promise<Worktree> {
  const hooks = (await askGit(['rev-parse', '--path-format=absolute', '--git-path', 'hooks'], folder)) ?? ''
  const configured = ((await askGit(['config', '--get-regexp', '^hook\\..*\\.command$'], folder)) ?? '').split('\n')
  const states = await Promise.all(
    names.map(async (name): Promise<HookState> => {
      const state = readHook(name, { folder, hooks, configured })
      if (state !== 'answers') return state
      return mayStart ? ((await answers(name, folder)) ? 'answers' : 'silent') : 'read'
    }),
  )
  const those = (wanted: HookState) => names.filter((_, index) => states[index] === wanted)
  return { folder, silentHooks: those('silent'), onlyRead: those('read') }
}

interface HookPlace {
  readonly folder: string
  readonly hooks: string
  /** Names and values. */
  readonly configured: readonly string[]
}

/** What the files say; `answers` when it can be asked. */
function readHook(name: string, { folder, hooks, configured }: HookPlace): HookState {
  const call = `bulla hook run ${name}`
  const path = join(hooks, name)
  const text = isProgram(path) ? commandsOf(path) : ''
  if (configured.some((line) => line.endsWith(call))) {
    const others = configured.some((line) => line !== '' && !line.startsWith('hook.bulla-'))
    return others || !(text === '' || beginsWithOurs(text)) ? 'read' : 'answers'
  }
  if (text.includes(call)) return beginsWithOurs(text) ? 'answers' : 'read'
  if (text === '') return 'silent'
  // a manager's hook: what counts stands in its file in this very worktree
  if (/lefthook|pre-commit/.test(text)) {
    const settings = commandsOf(join(folder, PRE_COMMIT))
    const isCalled = settings.includes(call) || settings.includes(`id: bulla-${name}`)
    return isCalled || callsInLefthook(name, folder) ? 'read' : 'silent'
  }
  // husky's folder may have any name, in any folder
  if (basename(hooks) !== '_') return 'silent'
  const managed = commandsOf(join(dirname(hooks), name))
  if (!managed.includes(call)) return 'silent'
  return beginsWithOurs(managed) ? 'answers' : 'read'
}

/** Whether lefthook's settings have bulla in a hook, as a command or as a script. */
function callsInLefthook(name: string, folder: string): boolean {
  const call = `bulla hook run ${name}`
  return LEFTHOOK.some((file) => {
    const text = commandsOf(join(folder, file))
    if (text.includes(call)) return true
    const source = /^source_dir:[ \t]*["']?([^"'#\s]+)/m.exec(text)?.[1] ?? '.lefthook'
    return text.includes(SCRIPT) && commandsOf(join(folder, source, name, SCRIPT)).includes(call)
  })
}

/** Whether nothing else is run before bulla. */
function beginsWithOurs(text: string): boolean {
  const lines = text.split('\n')
  if (lines[1]?.startsWith(MARK) === true) return true
  return OURS.test(lines.find((line) => !PREAMBLE.test(line)) ?? '')
}

/** Start a hook as git does. `bulla hook run` only says that it was reached, in the words of `BULLA_HOOK_PROBE`. */
function answers(name: string, folder: string): Promise<boolean> {
  const token = randomBytes(8).toString('hex')
  const variables = { BULLA_HOOK_PROBE: token }
  return new Promise((resolve) => {
    const child = startGitToHear(['hook', 'run', '--ignore-missing', name], { cwd: folder, variables })
    const chunks: Buffer[] = []
    child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk))
    child.on('error', () => resolve(false))
    // bulla answers with a failure: a hook that goes on all the same stops nothing
    child.on('close', (code) => resolve(code !== 0 && Buffer.concat(chunks).includes(`${token} ${name}`)))
    child.stdin.end()
  })
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** A text without comments: what is written in them is not run. Our own mark stays. */
function commandsOf(path: string): string {
  return read(path).replaceAll(/^[ \t]*#(?!!| bulla: ).*$/gm, '')
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
