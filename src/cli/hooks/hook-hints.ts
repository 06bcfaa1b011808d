import type { Repository } from '../../operations/git-port.ts'
import { OF_A_COMMIT } from '../../operations/hooks/hook-names.ts'
import type { CommitFinding } from '../../operations/hooks/judge-commits.ts'
import type { HookRequest } from '../../operations/hooks/run-hook.ts'
import { isAllowable } from '../../operations/judge/findings/exceptions.ts'
import { shellWord } from '../../operations/shell-word.ts'

/** Who is stopped by a false alarm should not have to look for the way, and take `--no-verify`. */
const MEANT_TO_BE =
  'what is right as it is: "bulla:allow RULE -- REASON" on its line, or in .bulla/allow.yaml; BULLA_ALLOW=\'REASON\' for this commit'
/** Of what only a person can mend: `commit -a` would stage it again. */
const OUT_OF_FILES =
  'take what has no command here out of its file; this commit takes files as they are in the work tree'

/** What to say to who was stopped, besides the command of each finding. @param reason - the value of `BULLA_ALLOW` */
export async function hintsFor(
  { name, args, isStagedAnew }: HookRequest,
  stopping: readonly CommitFinding[],
  reason: string | undefined,
  repository: Repository,
): Promise<readonly string[]> {
  const isOfCommit = OF_A_COMMIT.includes(name)
  const hints: string[] = []
  if (isStagedAnew === true && stopping.some(({ repair }) => repair === undefined)) hints.push(OUT_OF_FILES)
  if (isOfCommit && stopping.some(({ rule }) => isAllowable(rule))) hints.push(MEANT_TO_BE)
  if (isOfCommit && reason?.trim() === '') hints.push('BULLA_ALLOW has to say why: it is empty')
  if (name === 'pre-push' && reason !== undefined) hints.push('BULLA_ALLOW is for commits; a push does not heed it')
  if (name === 'pre-push') hints.push(...(await unknownRemote(args[0] ?? '', repository)))
  return hints
}

/** Where it is not known what a remote has, all that leads to a commit is judged. An address may hold a password, and is not told. */
async function unknownRemote(remote: string, repository: Repository): Promise<string[]> {
  if (remote === '') return []
  const why = 'so what it has may be judged again'
  if (!(await repository.remotes()).includes(remote)) {
    return [`what stands at an address is not known here, ${why}: "git remote add NAME ADDRESS", then "git fetch NAME"`]
  }
  const isKnown = (await repository.branches()).some((branch) => branch.startsWith(`refs/remotes/${remote}/`))
  return isKnown ? [] : [`what ${remote} has is not known here, ${why}: "git fetch ${shellWord(remote)}" first`]
}
