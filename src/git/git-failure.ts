import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { GitError } from '../errors.ts'
import { type GitPlace, NOT_INSTALLED } from './run-git.ts'

/**
 * Git said nothing that can be used.
 *
 * @param problem - of `runGit`
 * @param hint - where there is a repository
 */
export function gitFailure(problem: string, { cwd, asGit = false }: GitPlace, hint: string): GitError {
  if (problem === NOT_INSTALLED) return new GitError('ERR_GIT', problem, { hint: 'install git, or put it on PATH' })
  // where variables name a repository, it may lie anywhere
  if (asGit && process.env['GIT_DIR'] !== undefined) return new GitError('ERR_GIT', problem, { hint })
  if (isInRepository(cwd)) return new GitError('ERR_GIT', problem, { hint })
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
