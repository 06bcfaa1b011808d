import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { hookFacts, type Worktree } from './hook-facts.ts'
import { askGit } from './run-git.ts'

/** See `SetupFacts` in `operations/doctor/machine.ts`. */
interface SetupFacts {
  readonly isServer: boolean
  readonly isMeant: boolean
  readonly hasPolicy: boolean
  readonly missingDrivers: readonly string[]
  readonly keepsOpened: boolean
  readonly worktrees: readonly Worktree[]
}

const DRIVERS = ['diff.bulla.textconv', 'merge.bulla.driver']
/** In more worktrees than these hooks are only read. */
const MOST_STARTED = 8

/** How git is set up for bulla in all worktrees; undefined outside of a repository. @param cwd - absolute */
export async function setupFacts(cwd: string): Promise<SetupFacts | undefined> {
  const root = await askGit(['rev-parse', '--path-format=absolute', '--show-toplevel'], cwd)
  if (root === undefined) return serverFacts(cwd)
  const values = await Promise.all(DRIVERS.map((name) => askGit(['config', '--get', name], cwd)))
  const trees = await worktreesOf(root)
  const canStart = await startsHooks(cwd)
  const worktrees = trees.map((folder, index) => hookFacts(folder, canStart && index < MOST_STARTED))
  return {
    isServer: false,
    isMeant: namesDrivers(root) || existsSync(join(root, '.bulla')),
    hasPolicy: existsSync(join(root, '.sops.yaml')),
    // what another program does there is no merge by values
    missingDrivers: DRIVERS.filter((_, index) => values[index]?.includes('bulla') !== true),
    keepsOpened: (await askGit(['config', '--type=bool', '--get', 'diff.bulla.cachetextconv'], cwd)) === 'true',
    worktrees: await Promise.all(worktrees),
  }
}

async function serverFacts(cwd: string): Promise<SetupFacts | undefined> {
  const bare = await bareRepository(cwd)
  if (bare === undefined) return undefined
  const worktrees = [await hookFacts(bare, await startsHooks(bare), ['pre-receive'])]
  return { isServer: true, isMeant: false, hasPolicy: false, missingDrivers: [], keepsOpened: false, worktrees }
}

/** The folder of a repository without a work tree; undefined elsewhere. @param cwd - absolute */
export async function bareRepository(cwd: string): Promise<string | undefined> {
  const text = await askGit(['rev-parse', '--is-bare-repository', '--path-format=absolute', '--git-dir'], cwd)
  return /^true\n(.*)$/s.exec(text ?? '')?.[1]
}

/** Of this one and those that are linked with it. @param root - one of them */
async function worktreesOf(root: string): Promise<string[]> {
  const listed = (await askGit(['worktree', 'list', '--porcelain', '-z'], root)) ?? ''
  const folders = listed.split('\0').flatMap((line) => (line.startsWith('worktree ') ? [line.slice(9)] : []))
  const trees = folders.map(async (folder) => {
    if (existsSync(join(folder, '.git'))) return folder
    // of a submodule, git lists the folder of its objects
    const tree = await askGit(['config', '--get', 'core.worktree'], folder)
    return tree === undefined ? undefined : resolve(folder, tree)
  })
  const found = (await Promise.all(trees)).flatMap((tree) => (tree === undefined ? [] : [tree]))
  return [...new Set([...found, root])].filter((folder) => existsSync(join(folder, '.git')))
}

/** `git hook run` came with 2.36. */
async function startsHooks(cwd: string): Promise<boolean> {
  const [major = 0, minor = 0] = (/\d+\.\d+/.exec((await askGit(['--version'], cwd)) ?? '')?.[0] ?? '')
    .split('.')
    .map(Number)
  return major > 2 || (major === 2 && minor >= 36)
}

function namesDrivers(root: string): boolean {
  try {
    return readFileSync(join(root, '.gitattributes'), 'utf8').includes('=bulla')
  } catch {
    return false
  }
}
