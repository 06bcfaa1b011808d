import { GitError } from '../../errors.ts'
import type { Repository } from '../../operations/git-port.ts'
import type { HookIo } from '../io.ts'

/** What git would have said to the hook. */
interface Told {
  readonly args: readonly string[]
  readonly input: string
}

/**
 * The pre-commit framework reads what git says of a push, and hands it on in variables; of a branch with all its commits, the
 * first one too, only the name. Undefined where git says it itself.
 *
 * @param args - of the hook: git names the remote, pre-commit does not
 * @throws GitError `ERR_GIT` where it names what is not there
 */
export async function toldByPreCommit(
  args: readonly string[],
  env: HookIo['env'],
  repository: Repository,
): Promise<Told | undefined> {
  if (env['PRE_COMMIT'] !== '1' || args.length > 0) return undefined
  const { PRE_COMMIT_TO_REF: to, PRE_COMMIT_FROM_REF: from, PRE_COMMIT_REMOTE_NAME: remote } = env
  const { PRE_COMMIT_LOCAL_BRANCH: local = 'HEAD', PRE_COMMIT_REMOTE_BRANCH: name = 'remote' } = env
  const told = (id: string, old: string) => ({
    args: remote === undefined ? [] : [remote],
    input: `${local} ${id} ${name} ${old}\n`,
  })
  if (to !== undefined && from !== undefined) return told(to, from)
  // what is pushed has a remote; pre-commit may be run by hand as well
  if (remote === undefined) return undefined
  const id = await repository.commitId(local)
  if (id !== undefined) return told(id, id.replaceAll(/./g, '0'))
  throw new GitError('ERR_GIT', 'pre-commit does not say which commits are pushed', {
    hint: 'run "bulla init": it sets up a hook of git itself for pushes',
  })
}
