import type { CommitPart, Repository } from '../git-port.ts'
import { judgeCommits } from '../hooks/judge-commits.ts'
import { judgeMessages } from '../hooks/judge-messages.ts'
import { withChanges } from '../judge/changed-tree.ts'
import type { Finding } from '../judge/findings/finding.ts'
import { type JudgeOptions, judgeTree } from '../judge/judge-files.ts'
import type { JudgeSettings } from '../judge/surroundings/judge-settings.ts'
import { isSurrounding } from '../judge/surroundings/surroundings.ts'
import type { JudgedFile, JudgedTree } from '../judge/tree-port.ts'
import { findMissingDrivers } from './missing-drivers.ts'
import { withHistory, withOtherVersion, withoutGoneFiles } from './other-version.ts'
import { withOvertaken } from './overtaken.ts'
import { findRuleProblems } from './rule-problems.ts'
import { plainStashes, stashFindings } from './stashes.ts'
import { findUnmerged, findUnmergedPolicies } from './unmerged.ts'

export interface CheckRequest {
  /** A revision; a range with `..`; undefined for what is tracked now: the index. */
  readonly revision: string | undefined
  /** From the root of the repository, with slashes: files, or folders with all below them. None: everything. */
  readonly paths: readonly string[]
}

export interface CheckResult {
  readonly findings: readonly (Finding & { readonly commit?: string })[]
  readonly fileCount: number
  /** Those that mean to be sealed, each blob once. */
  readonly sealed: readonly JudgedFile[]
  /** All files of the index or the revision; none for a range. */
  readonly files: readonly JudgedFile[]
}

/**
 * Judge everything a repository has, or had at a revision, or that commits brought. Needs no key, calls nobody.
 *
 * @param changes - contents that stand in the place of those of the index, by path
 */
export async function check(
  { revision = '', paths }: CheckRequest,
  repository: Repository,
  options: JudgeOptions,
  changes: ReadonlyMap<string, Uint8Array> = new Map(),
): Promise<CheckResult> {
  const isWanted = (path: string) =>
    paths.length === 0 || paths.some((wanted) => `${path.toWellFormed()}/`.startsWith(`${wanted}/`))
  const sealed = new Map<string, JudgedFile>()
  const noting: JudgeOptions = { ...options, onSealed: (file) => sealed.set(`${file.id} ${file.path}`, file) }
  if (revision.includes('..')) {
    const findings: CheckResult['findings'][number][] = []
    const inMessages: CheckResult['findings'][number][] = []
    let fileCount = 0
    for await (const part of repository.commits([revision], isSurrounding)) {
      const wanted = part.changes.filter(({ change }) => isWanted(change.path))
      findings.push(...(await judgeCommits(wanted, startOf(revision), repository, withShare(noting, part))))
      fileCount += wanted.length
      // they belong to no path
      const messages = paths.length > 0 ? [] : part.messages
      inMessages.push(...(await judgeMessages(messages, startOf(revision), repository, noting)))
    }
    options.progress?.finish()
    const approved = (path: string) => repository.blob(`${startOf(revision)}:${path}`)
    const all = await withOvertaken(findings, endOf(revision), repository, { ...options, approved })
    return { findings: [...withHistory(all), ...inMessages], fileCount, sealed: [...sealed.values()], files: [] }
  }
  const files = await repository.files(revision)
  const wanted = files.filter(({ path }) => isWanted(path))
  const tree = changes.size === 0 ? repository.tree(revision) : withChanges(repository.tree(revision), changes)
  const { findings, settings } = await judgeTree(wanted, tree, noting)
  const sealedPaths = new Set([...sealed.values()].map(({ path }) => path))
  const problems =
    paths.length > 0
      ? []
      : [
          ...(await findRuleProblems(files, tree, sealedPaths)),
          ...(await findMissingDrivers(files, tree)),
          ...(revision === '' ? stashFindings(await plainStashes(repository, options.today)) : []),
        ]
  const left = [
    ...(await unlessAccepted(problems, tree, settings)),
    ...findUnmerged(wanted, sealedPaths),
    ...findUnmergedPolicies(files),
  ]
  const repaired = revision === '' ? await withOtherVersion(findings, repository) : withHistory(findings)
  return {
    findings: [...withoutGoneFiles(repaired, files), ...left].sort(byPlace),
    fileCount: new Set(wanted.map(({ path }) => path)).size,
    sealed: [...sealed.values()],
    files,
  }
}

/** With a progress bar for all commits of a range, of which these are a part. */
function withShare({ progress, ...options }: JudgeOptions, { before, count, total }: CommitPart): JudgeOptions {
  if (progress === undefined) return options
  return {
    ...options,
    progress: {
      update: (label, done, of) => progress.update(label, before + Math.floor((count * done) / of), total),
      finish: () => progress.finish(),
    },
  }
}

async function unlessAccepted(
  problems: readonly Finding[],
  tree: JudgedTree,
  { exceptions }: JudgeSettings,
): Promise<Finding[]> {
  const texts = await tree.read([...new Set(problems.map(({ file }) => file))])
  const left = await Promise.all(
    problems.map((problem) => {
      const text = Buffer.from(texts.get(problem.file) ?? new Uint8Array()).toString('utf8')
      return exceptions.apply([problem], problem.file, text)
    }),
  )
  return left.flat()
}

/** In the order of files and lines. */
export function byPlace(a: Finding, b: Finding): number {
  return Buffer.compare(Buffer.from(a.file), Buffer.from(b.file)) || (a.line ?? 0) - (b.line ?? 0)
}

/** Of a range: what it starts from, whose exceptions count. */
function startOf(range: string): string {
  const [start = ''] = range.split('..')
  return start === '' ? 'HEAD' : start
}

/** Of a range: where it leads to. */
function endOf(range: string): string {
  return range.slice(range.lastIndexOf('..') + 2) || 'HEAD'
}
