import { UsageError } from '../../errors.ts'
import type { Repository } from '../git-port.ts'
import { type JudgeOptions, judgeFiles } from '../judge/judge-files.ts'
import { isSurrounding } from '../judge/surroundings.ts'
import { withWholeVersion } from '../judge/whole-version.ts'
import type { HookName } from './hook-names.ts'
import { type CommitFinding, judgeCommits } from './judge-commits.ts'
import { withRewriting } from './rewriting-repair.ts'
import { relaxStanding } from './standing.ts'
import { withUnstaging } from './unstaging-repair.ts'

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
      return judgeStaged(repository, options)
    case 'prepare-commit-msg': {
      // the net below those that can be skipped: warnings were told there, or were not wanted
      const findings = await judgeStaged(repository, options)
      return findings.filter(({ level }) => level === 'block')
    }
    case 'pre-push':
      return judgeRanges(await pushedRanges(request, repository), repository, options)
    case 'pre-receive':
      return judgeRanges(receivedRanges(request), repository, options)
  }
}

async function judgeStaged(repository: Repository, options: JudgeOptions): Promise<readonly CommitFinding[]> {
  const staged = await repository.staged()
  const findings = await judgeFiles(staged, repository.tree(''), options)
  const relaxed = await relaxStanding(findings, repository, options)
  return withUnstaging(await withWholeVersion(relaxed, repository), staged)
}

/** Commits that come in. */
interface Incoming {
  /** As `rev-list` takes it. */
  readonly range: readonly string[]
  /** The branch whose exceptions count; undefined: those of the commits. */
  readonly target: string | undefined
}

const NOTHING = /^0+$/

/** Each line: local name, new id, remote name, old id. @see githooks(5) */
async function pushedRanges({ args: [remote = ''], input }: HookRequest, repository: Repository): Promise<Incoming[]> {
  // an address instead of a name has no branches here that say what it has
  const known = /^[\w.-]+$/.test(remote) ? [`--remotes=${remote}`] : []
  const incoming: Incoming[] = []
  for (const [, id = '', , old = ''] of linesOf(input, 4)) {
    if (NOTHING.test(id)) continue
    // who pushes by force over what others did has not always fetched that
    const there = !NOTHING.test(old) && (await repository.has(old)) ? [old] : []
    incoming.push({ range: [id, '--not', ...known, ...there], target: undefined })
  }
  return incoming
}

/** Each line: old id, new id, name. */
function receivedRanges({ input }: HookRequest): Incoming[] {
  return linesOf(input, 3).flatMap(([old = '', id = '']) =>
    // a new branch is for the one that everybody gets
    NOTHING.test(id) ? [] : [{ range: [id, '--not', '--all'], target: NOTHING.test(old) ? 'HEAD' : old }],
  )
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
  incoming: readonly Incoming[],
  repository: Repository,
  options: JudgeOptions,
): Promise<CommitFinding[]> {
  const findings: CommitFinding[] = []
  const judged = new Set<string>()
  for (const { range, target } of incoming) {
    const ofBranch: CommitFinding[] = []
    for await (const part of repository.commits(range, isSurrounding)) {
      // the same commit may come with several names
      const changes = part.changes.filter(({ commit }) => !judged.has(commit))
      ofBranch.push(...(await judgeCommits(changes, target, repository, options)))
      for (const { commit } of changes) judged.add(commit)
    }
    findings.push(...(await withRewriting(ofBranch, repository)))
  }
  return findings
}
