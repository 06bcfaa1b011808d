import { type ChildProcessByStdio, type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'
import { gitProgram } from './git-program.ts'

/** Settings that keep git from asking, fetching, or running anything on our behalf, whatever a repository wants. */
const ENVIRONMENT = {
  LC_ALL: 'C',
  GIT_TERMINAL_PROMPT: '0',
  GIT_OPTIONAL_LOCKS: '0',
  GIT_NO_LAZY_FETCH: '1',
  // for versions of git that do not know the line above: no way to fetch is allowed
  GIT_ALLOW_PROTOCOL: 'none',
  // a push sends what is stored, whatever stands in its place here
  GIT_NO_REPLACE_OBJECTS: '1',
}

/** With these, paths that we ask for mean something else. Some programs set them for all that git does, hooks too. */
const OF_PATHS = ['GIT_LITERAL_PATHSPECS', 'GIT_GLOB_PATHSPECS', 'GIT_NOGLOB_PATHSPECS', 'GIT_ICASE_PATHSPECS']

/** In a hook these lead to the repository of the hook; the files asked for may be in another one. */
const OF_ANOTHER_REPOSITORY = [
  ...['GIT_DIR', 'GIT_WORK_TREE', 'GIT_COMMON_DIR', 'GIT_INDEX_FILE', 'GIT_PREFIX', 'GIT_NAMESPACE'],
  ...['GIT_OBJECT_DIRECTORY', 'GIT_ALTERNATE_OBJECT_DIRECTORIES', 'GIT_SHALLOW_FILE', 'GIT_GRAFT_FILE'],
  'GIT_REFERENCE_BACKEND',
]

/** Not its business. */
const IDENTITIES = ['SOPS_AGE_KEY', 'SOPS_AGE_KEY_CMD']

/** Which repository is asked. */
export interface GitPlace {
  /** Absolute. */
  readonly cwd: string
  /**
   * Whether git's own variables count, as they do for git: in its hooks they name the index of `commit --only`, and the
   * quarantine of objects that are being pushed. Where files may be of any repository, they would lead to the wrong one.
   */
  readonly asGit?: boolean
  /** For the environment of git, and of what it starts. */
  readonly variables?: Readonly<Record<string, string>>
}

export type GitOutput =
  | { readonly stdout: Buffer }
  /** Why there is none; a text for the user. */
  | { readonly problem: string }

/** Why nothing can be asked at all. */
export const NOT_INSTALLED = 'git is not installed'

/** Run git to its end. @param input - for its standard input */
export function runGit(args: readonly string[], place: string | GitPlace, input: string): Promise<GitOutput> {
  return new Promise((resolve) => {
    const where = typeof place === 'string' ? { cwd: place } : place
    // a pipe for nothing is not free: a commit waits for it
    const child = input === '' ? startWithoutInput(args, where) : startGit(args, where)
    const chunks: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
    child.on('error', () => resolve({ problem: NOT_INSTALLED }))
    child.on('close', (code) =>
      resolve(code === 0 ? { stdout: Buffer.concat(chunks) } : { problem: 'git refuses to read this repository' }),
    )
    child.stdin?.end(input)
  })
}

/** What git prints, without the end of its last line; undefined when it fails. */
export async function askGit(args: readonly string[], place: string | GitPlace): Promise<string | undefined> {
  const output = await runGit(args, place, '')
  return 'stdout' in output ? output.stdout.toString('utf8').replace(/\n$/, '') : undefined
}

/** A git that runs. What it says on standard error may hold names and texts of the repository: it goes nowhere. */
export type GitProcess = ChildProcessByStdio<Writable, Readable, null>

/** Start git: only this file does. Errors of its input are not thrown: its exit code says that it went away. */
export function startGit(args: readonly string[], place: GitPlace): GitProcess {
  const child = spawn(gitProgram(), settled(args), { ...surroundings(place), stdio: ['pipe', 'pipe', 'ignore'] })
  child.stdin.on('error', () => undefined)
  return child
}

function startWithoutInput(args: readonly string[], place: GitPlace): ChildProcessByStdio<null, Readable, null> {
  return spawn(gitProgram(), settled(args), { ...surroundings(place), stdio: ['ignore', 'pipe', 'ignore'] })
}

/** The same, with standard error to read. */
export function startGitToHear(args: readonly string[], place: GitPlace): ChildProcessWithoutNullStreams {
  const child = spawn(gitProgram(), settled(args), { ...surroundings(place), stdio: ['pipe', 'pipe', 'pipe'] })
  child.stdin.on('error', () => undefined)
  return child
}

function settled(args: readonly string[]): string[] {
  return ['-c', 'core.fsmonitor=false', ...args]
}

function surroundings({ cwd, asGit = false, variables = {} }: GitPlace) {
  const unwanted = [...(asGit ? [] : OF_ANOTHER_REPOSITORY), ...OF_PATHS, ...IDENTITIES]
  const none = Object.fromEntries(unwanted.map((name) => [name, undefined]))
  return { cwd, env: { ...process.env, ...ENVIRONMENT, ...none, ...variables } }
}
