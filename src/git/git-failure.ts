import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { GitError } from '../errors.ts'
import { type GitPlace, NOT_INSTALLED } from './run-git.ts'

const WHY = '"git status" says why git refuses a repository (safe.directory, for instance)'

/**
 * Git said nothing that can be used.
 *
 * @param problem - of `runGit`
 * @param before - what else may be wrong where there is a repository; a piece of a hint. Default: nothing
 */
export function gitFailure(problem: string, { cwd, asGit = false }: GitPlace, before = ''): GitError {
  if (problem === NOT_INSTALLED) return new GitError('ERR_GIT', problem, { hint: 'install git, or put it on PATH' })
  // where variables name a repository, it may lie anywhere
  const isNamed = asGit && process.env['GIT_DIR'] !== undefined
  if (isNamed || isInRepository(cwd)) return new GitError('ERR_GIT', problem, { hint: `${before}${WHY}` })
  return new GitError('ERR_GIT', 'there is no git repository here', {
    hint: 'go to the folder of one, or make one with "git init"',
  })
}

/** By what lies there: git says the same of a folder that is none, and of one that it does not trust. */
function isInRepository(cwd: string): boolean {
  for (let folder = cwd; ; folder = dirname(folder)) {
    const isBare = existsSync(join(folder, 'HEAD')) && existsSync(join(folder, 'objects'))
    if (isBare || existsSync(join(folder, '.git'))) return true
    if (dirname(folder) === folder) return false
  }
}
