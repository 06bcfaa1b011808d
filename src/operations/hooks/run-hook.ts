import { UsageError } from '../../errors.ts'
import type { ChangedFile, Repository } from '../git-port.ts'
import { type JudgeOptions, judgeFiles } from '../judge/judge-files.ts'
import { isSurrounding } from '../judge/surroundings.ts'
import { withWholeVersion } from '../judge/whole-version.ts'
import type { HookName } from './hook-names.ts'
import { inPartialClone } from './in-partial-clone.ts'
import { type CommitFinding, judgeCommits } from './judge-commits.ts'
import { judgeWithoutCommit } from './judge-without-commit.ts'
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
  const judged = async (files: readonly ChangedFile[]) => judgeFiles(files, repository.tree(''), options)
  const findings = await inPartialClone(staged, judged, repository)
  const relaxed = await relaxStanding(findings, repository, options)
  return withUnstaging(await withWholeVersion(relaxed, repository), staged)
}

/** What comes in under one name. */
interface Incoming {
  /** Of a commit, a tag, or whatever else has a name. */
  readonly id: string
  /** What it is called where it goes to. */
  readonly name: string
  /** As `rev-list` takes it. */
  readonly range: readonly string[]
  /** The branch whose exceptions count; undefined: those of the commits. */
  readonly target: string | undefined
}

const NOTHING = /^0+$/

/** Each line: local name, which may be any revision, also one with blanks; new id, remote name, old id. @see githooks(5) */
async function pushedRanges({ args: [remote = ''], input }: HookRequest, repository: Repository): Promise<Incoming[]> {
  const known = await branchesOf(remote, repository)
  const incoming: Incoming[] = []
  for (const [id, name, old] of linesOf(input, 4)) {
    if (NOTHING.test(id)) continue
    // who pushes by force over what others did has not always fetched that
    const there = !NOTHING.test(old) && (await repository.has(old)) ? [old] : []
    incoming.push({ id, name, range: [id, '--not', ...known, ...there], target: undefined })
  }
  return incoming
}

/** What a remote has, as `rev-list` takes it. An address instead of a name has no branches here that say it. */
async function branchesOf(remote: string, repository: Repository): Promise<string[]> {
  const names = await repository.remotes()
  if (!names.includes(remote)) return []
  // those of "origin/fork" are not those of "origin"
  const others = names.filter((name) => name.startsWith(`${remote}/`))
  return [...others.map((name) => `--exclude=${name}/*`), `--remotes=${remote}`]
}

/** Each line: old id, new id, name. */
function receivedRanges({ input }: HookRequest): Incoming[] {
  return linesOf(input, 3).flatMap(([old, id, name]) =>
    // a new branch is for the one that everybody gets
    NOTHING.test(id) ? [] : [{ id, name, range: [id, '--not', '--all'], target: NOTHING.test(old) ? 'HEAD' : old }],
  )
}

/** The last three words of each line. @param words - how many there are */
function linesOf(input: string, words: number): [string, string, string][] {
  return input
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const parts = line.split(' ')
      const [one = '', two = '', three = ''] = parts.slice(-3)
      if (parts.length >= words && ![one, two, three].some((part) => part.startsWith('-'))) return [one, two, three]
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
  for (const { id, name, range, target } of incoming) {
    const files = await repository.filesWithoutCommit(id, name, range)
    if (files !== undefined) {
      findings.push(...(await judgeWithoutCommit(id, files, target, repository, options)))
      continue
    }
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
