import { accessSync, constants, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { runGit } from './run-git.ts'

/** See `SetupFacts` in `operations/doctor/machine.ts`. */
interface SetupFacts {
  readonly isMeant: boolean
  readonly hasPolicy: boolean
  readonly missingDrivers: readonly string[]
  readonly worktrees: readonly { readonly folder: string; readonly silentHooks: readonly string[] }[]
}

const DRIVERS = ['diff.bulla.textconv', 'merge.bulla.driver']
const HOOKS = ['pre-commit', 'pre-merge-commit', 'pre-applypatch', 'prepare-commit-msg', 'pre-push']
/** What managers read when their hook runs. */
const MANAGED = ['.pre-commit-config.yaml', 'lefthook.yml', 'lefthook.yaml', '.lefthook.yml', '.lefthook.yaml']

/** How git is set up for bulla in all worktrees; undefined outside of a work tree. Runs no hook. @param cwd - absolute */
export async function setupFacts(cwd: string): Promise<SetupFacts | undefined> {
  const root = await ask(['rev-parse', '--path-format=absolute', '--show-toplevel'], cwd)
  if (root === undefined) return undefined
  const missing = await Promise.all(DRIVERS.map((name) => ask(['config', '--get', name], cwd)))
  const listed = (await ask(['worktree', 'list', '--porcelain', '-z'], cwd)) ?? ''
  const folders = listed.split('\0').flatMap((line) => (line.startsWith('worktree ') ? [line.slice(9)] : []))
  const trees = folders.filter((folder) => existsSync(join(folder, '.git')))
  return {
    isMeant: read(join(root, '.gitattributes')).includes('=bulla') || existsSync(join(root, '.bulla')),
    hasPolicy: existsSync(join(root, '.sops.yaml')),
    missingDrivers: DRIVERS.filter((_, index) => missing[index] === undefined),
    worktrees: await Promise.all(trees.map(async (folder) => ({ folder, silentHooks: await silentHooks(folder) }))),
  }
}

/** Hooks that git would not run here, or that do not lead to bulla. */
async function silentHooks(folder: string): Promise<string[]> {
  const hooks = (await ask(['rev-parse', '--path-format=absolute', '--git-path', 'hooks'], folder)) ?? ''
  const configured = (await ask(['config', '--get-regexp', '^hook\\..*\\.command$'], folder)) ?? ''
  return HOOKS.filter((name) => {
    const call = `bulla hook run ${name}`
    if (configured.split('\n').some((line) => line.endsWith(call))) return false
    const path = join(hooks, name)
    if (!isProgram(path)) return true
    const text = read(path)
    if (text.includes(call)) return false
    // a manager's hook: what counts stands in its file in this very worktree
    const files = /lefthook|pre-commit/.test(text)
      ? MANAGED
      : /[\\/]\.husky[\\/]_$/.test(hooks)
        ? [`.husky/${name}`]
        : []
    return !files.some((file) => read(join(folder, file)).includes(call))
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

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

async function ask(args: readonly string[], cwd: string): Promise<string | undefined> {
  const output = await runGit(args, cwd, '')
  return 'stdout' in output ? output.stdout.toString('utf8').replace(/\n$/, '') : undefined
}
