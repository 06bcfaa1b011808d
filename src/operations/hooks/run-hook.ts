import { UsageError } from '../../errors.ts'
import type { Repository } from '../git-port.ts'
import { type JudgeOptions, judgeFiles } from '../judge/judge-files.ts'
import { type CommitFinding, judgeCommits } from './judge-commits.ts'

/** Hooks of git that bulla answers. */
export const HOOK_NAMES = [
  'pre-commit',
  'pre-merge-commit',
  'pre-applypatch',
  'prepare-commit-msg',
  'pre-push',
  'pre-receive',
] as const
export type HookName = (typeof HOOK_NAMES)[number]

export interface HookRequest {
  readonly name: HookName
  /** As git gives them. */
  readonly args: readonly string[]
  /** What git writes to the hook; only `pre-push` and `pre-receive` get something. */
  readonly input: string
}

/** Judge what git is about to take in. */
export async function runHook(
  request: HookRequest,
  repository: Repository,
  options: JudgeOptions,
): Promise<readonly CommitFinding[]> {
  switch (request.name) {
    case 'pre-commit':
    case 'pre-merge-commit':
    case 'pre-applypatch':
      return judgeFiles(await repository.staged(), repository.tree(''), options)
    case 'prepare-commit-msg': {
      // the net below those that can be skipped: warnings were told there, or were not wanted
      const findings = await judgeFiles(await repository.staged(), repository.tree(''), options)
      return findings.filter(({ level }) => level === 'block')
    }
    case 'pre-push':
      return judgeRanges(pushedRanges(request), repository, options)
    case 'pre-receive':
      return judgeRanges(receivedRanges(request), repository, options)
  }
}

const NOTHING = /^0+$/

/** Each line: local name, new id, remote name, old id. @see githooks(5) */
function pushedRanges({ args: [remote = ''], input }: HookRequest): string[][] {
  // an address instead of a name has no branches here that say what it has
  const known = /^[\w.-]+$/.test(remote) ? [`--remotes=${remote}`] : []
  return linesOf(input, 4).flatMap(([, id = '', , old = '']) =>
    NOTHING.test(id) ? [] : [[id, '--not', ...known, ...(NOTHING.test(old) ? [] : [old])]],
  )
}

/** Each line: old id, new id, name. */
function receivedRanges({ input }: HookRequest): string[][] {
  return linesOf(input, 3).flatMap(([, id = '']) => (NOTHING.test(id) ? [] : [[id, '--not', '--all']]))
}

function linesOf(input: string, words: number): string[][] {
  return input
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const parts = line.split(' ')
      if (parts.length >= words && parts.every((part) => !part.startsWith('-'))) return parts
      throw new UsageError('ERR_USAGE', 'standard input is not what git writes to this hook', {
        hint: 'git runs this itself; to check commits use "check A..B"',
      })
    })
}

async function judgeRanges(
  ranges: readonly (readonly string[])[],
  repository: Repository,
  options: JudgeOptions,
): Promise<CommitFinding[]> {
  // the same commit may come with several names
  const changes = new Map<string, Awaited<ReturnType<Repository['commits']>>[number]>()
  for (const range of ranges) {
    for (const found of await repository.commits(range)) changes.set(`${found.commit} ${found.change.path}`, found)
  }
  return judgeCommits([...changes.values()], repository, options)
}
