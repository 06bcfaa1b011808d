import { join } from 'node:path'
import { repositoryOf } from './repository-of.ts'
import { runGit } from './run-git.ts'
import { bareRepository } from './setup-facts.ts'

/** See `GitFacts` in `operations/doctor/machine.ts`. */
interface GitFacts {
  readonly version: string | undefined
  readonly root: string | undefined
  readonly bare?: string
  readonly problem?: string
  readonly lastCommitSeconds: number | undefined
}

/** What git says about a folder. @param cwd - absolute */
export async function repositoryFacts(cwd: string): Promise<GitFacts> {
  const [versionText, root] = await Promise.all([ask(['--version'], cwd), ask(['rev-parse', '--show-toplevel'], cwd)])
  const version = versionText === undefined ? undefined : (/[0-9][0-9.]*[0-9]/.exec(versionText)?.[0] ?? versionText)
  const facts = { version, root, lastCommitSeconds: undefined }
  if (root === undefined) {
    const bare = await bareRepository(cwd)
    if (bare !== undefined) return { ...facts, bare }
    const isThere = version !== undefined && repositoryOf(join(cwd, 'any')) !== undefined
    return isThere ? { ...facts, problem: 'git refuses to read this repository' } : facts
  }
  const last = await ask(['rev-list', '--max-count=1', '--timestamp', 'HEAD', '--'], cwd)
  return last === undefined ? facts : { ...facts, lastCommitSeconds: Number(last.split(' ')[0]) }
}

/** What git prints; undefined when it fails. */
async function ask(args: readonly string[], cwd: string): Promise<string | undefined> {
  const output = await runGit(args, cwd, '')
  return 'stdout' in output ? output.stdout.toString('utf8').trimEnd() : undefined
}
