import { UsageError } from '../../errors.ts'
import type { ChangedFile, Repository } from '../git-port.ts'
import { type JudgeOptions, judgeFiles } from '../judge/judge-files.ts'
import { withWholeVersion } from '../judge/sealed/whole-version.ts'
import { isSurrounding } from '../judge/surroundings/surroundings.ts'
import type { HookName } from './hook-names.ts'
import { inPartialClone } from './in-partial-clone.ts'
import { type CommitFinding, judgeCommits } from './judge-commits.ts'
import { judgeMessages, judgeTagMessage } from './judge-messages.ts'
import { judgeWithoutCommit } from './judge-without-commit.ts'
import { type Pushed, withRewriting } from './rewriting-repair.ts'
import { MOST_BRANCHES, relaxStanding } from './standing.ts'
import { withUnstaging } from './unstaging-repair.ts'

export interface HookRequest {
  readonly name: HookName
  /** As git gives them. */
  readonly args: readonly string[]
  /** What git writes to the hook; only `pre-push` and `pre-receive` get something. */
  readonly input: string
  /** Of a commit: whether git stages for it what it takes, as with `-a`, and forgets that when it is stopped. Default: false. */
  readonly isStagedAnew?: boolean
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
      return judgeStaged(request, repository, options)
    case 'prepare-commit-msg': {
      // the net below those that can be skipped: warnings were told there, or were not wanted
      const findings = await judgeStaged(request, repository, options)
      return findings.filter(({ level }) => level === 'block')
    }
    case 'pre-push':
      return judgeRanges(await pushedRanges(request, repository), repository, options)
    case 'pre-receive':
      return judgeRanges(receivedRanges(request), repository, options)
  }
}

async function judgeStaged(
  { isStagedAnew = false }: HookRequest,
  repository: Repository,
  options: JudgeOptions,
): Promise<readonly CommitFinding[]> {
  const staged = await repository.staged()
  const judged = async (files: readonly ChangedFile[]) => judgeFiles(files, repository.tree(''), options)
  const findings = await inPartialClone(staged, judged, repository)
  const relaxed = await relaxStanding(findings, repository, options)
  if (!relaxed.some(({ level }) => level === 'block')) return relaxed
  const repaired = withUnstaging(await withWholeVersion(relaxed, repository), staged, isStagedAnew)
  const { withStaging } = await import('./staging-repair.ts') // seldom needed
  return withStaging(repaired, staged, repository, options)
}

/**
 * Revisions of which everybody who matters has what stands there, as far as that is known here: of a commit its parent, of a push
 * what the remote has. What was committed with `BULLA_ALLOW`, or without hooks, is not public by that.
 */
export async function publishedBefore(request: HookRequest, repository: Repository): Promise<readonly string[]> {
  if (request.name !== 'pre-push') return ['HEAD']
  const [remote = ''] = request.args
  const others = (await repository.remotes()).filter((name) => name.startsWith(`${remote}/`))
  const isOf = (branch: string, name: string) => branch.startsWith(`refs/remotes/${name}/`)
  const branches = (await repository.branches()).filter(
    (branch) => isOf(branch, remote) && !others.some((other) => isOf(branch, other)),
  )
  const there = await presentOf(linesOf(request.input, 4), repository)
  return [...branches.slice(0, MOST_BRANCHES), ...there]
}

/** What comes in under one name. */
interface Incoming extends Pushed {
  /** Of a commit, a tag, or whatever else has a name. */
  readonly id: string
  /** What it is called where it goes to. */
  readonly name: string
  /** What is there already, as `rev-list` takes it behind `--not`. */
  readonly known: readonly string[]
  /** The branch whose exceptions count; undefined: those of the commits. */
  readonly target: string | undefined
}

const NOTHING = /^0+$/

/** Each line: local name, which may be any revision, also one with blanks; new id, remote name, old id. @see githooks(5) */
async function pushedRanges({ args: [remote = ''], input }: HookRequest, repository: Repository): Promise<Incoming[]> {
  const branches = await branchesOf(remote, repository)
  const lines = linesOf(input, 4).filter(([id]) => !NOTHING.test(id))
  // who pushes by force over what others did has not always fetched that
  const present = await presentOf(lines, repository)
  return lines.map(([id, name, old, from]) => {
    const known = [...branches, ...(present.has(old) ? [old] : [])]
    return { id, name, from, isHere: true, known, target: undefined }
  })
}

/** What a push replaces, as far as it is here. */
function presentOf(lines: ReturnType<typeof linesOf>, repository: Repository): Promise<ReadonlySet<string>> {
  return repository.present(lines.map(([, , old]) => old).filter((old) => !NOTHING.test(old)))
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
    NOTHING.test(id)
      ? []
      : [{ id, name, from: name, isHere: false, known: ['--all'], target: NOTHING.test(old) ? 'HEAD' : old }],
  )
}

/** The last three words of each line, and what stands before them. @param words - how many there are */
function linesOf(input: string, words: number): [string, string, string, string][] {
  return input
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const parts = line.split(' ')
      const [one = '', two = '', three = ''] = parts.slice(-3)
      if (parts.length >= words && ![one, two, three].some((part) => part.startsWith('-')))
        return [one, two, three, parts.slice(0, -3).join(' ')]
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
  const byTarget = new Map<string | undefined, Incoming[]>()
  for (const one of incoming) {
    const { id, name, known, target } = one
    findings.push(...(await judgeTagMessage(one, repository, options)))
    const files = await repository.filesWithoutCommit(id, name, [id, '--not', ...known])
    if (files !== undefined) findings.push(...(await judgeWithoutCommit(id, files, target, repository, options)))
    else if (byTarget.get(target)?.push(one) === undefined) byTarget.set(target, [one])
  }
  const groups = [...byTarget.values()]
  if (groups.length > 1 && (await isClean(groups.flat(), repository, options))) return findings
  for (const group of groups) findings.push(...(await judgeGroup(group, repository, options)))
  return withoutTwins(findings)
}

/** Where nothing is found even without exceptions, it does not matter whose count. */
async function isClean(incoming: readonly Incoming[], repository: Repository, options: JudgeOptions): Promise<boolean> {
  const withoutExceptions = { ...options, approved: async () => undefined }
  return (await judgeRange(rangeOf(incoming), undefined, repository, withoutExceptions)).length === 0
}

/** Judge what comes for one target: hundreds of tags have most commits in common. */
async function judgeGroup(
  group: readonly Incoming[],
  repository: Repository,
  options: JudgeOptions,
): Promise<readonly CommitFinding[]> {
  const judged = (range: readonly string[]) => judgeRange(range, group[0]?.target, repository, options)
  const together = await judged(rangeOf(group))
  const [only, another] = group
  if (only !== undefined && another === undefined) return withRewriting(together, only, repository)
  if (!together.some(({ level }) => level === 'block')) return together
  // what is made anew starts at another commit in each branch
  const findings: CommitFinding[] = []
  const before: string[] = []
  for (const one of group) {
    const found = await judged([...rangeOf([one]), ...before])
    findings.push(...(await withRewriting(found, one, repository)))
    before.push(one.id)
  }
  return findings
}

function rangeOf(incoming: readonly Incoming[]): string[] {
  const known = new Set(incoming.flatMap((one) => one.known))
  return [...new Set(incoming.map(({ id }) => id)), '--not', ...known]
}

async function judgeRange(
  range: readonly string[],
  target: string | undefined,
  repository: Repository,
  options: JudgeOptions,
): Promise<CommitFinding[]> {
  const findings: CommitFinding[] = []
  for await (const { changes, messages } of repository.commits(range, isSurrounding)) {
    findings.push(...(await judgeCommits(changes, target, repository, options)))
    findings.push(...(await judgeMessages(messages, target, repository, options)))
  }
  return findings
}

/** The same commit may come for several targets. */
function withoutTwins(findings: readonly CommitFinding[]): CommitFinding[] {
  const nameOf = ({ commit, rule, level, file, line, column, keyPath, message }: CommitFinding) =>
    JSON.stringify([commit, rule, level, file, line, column, keyPath, message])
  return [...new Map(findings.map((finding) => [nameOf(finding), finding])).values()]
}
