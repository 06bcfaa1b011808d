import type { Repository } from '../git-port.ts'
import { judgeCommits } from '../hooks/judge-commits.ts'
import type { Finding } from '../judge/finding.ts'
import { type JudgedTree, type JudgeOptions, judgeTree } from '../judge/judge-files.ts'
import type { JudgeSettings } from '../judge/settings.ts'
import { findRuleProblems } from './rule-problems.ts'

export interface CheckRequest {
  /** A revision; a range with `..`; undefined for what is tracked now: the index. */
  readonly revision: string | undefined
  /** From the root of the repository, with slashes: files, or folders with all below them. None: everything. */
  readonly paths: readonly string[]
}

export interface CheckResult {
  readonly findings: readonly (Finding & { readonly commit?: string })[]
  readonly fileCount: number
}

/** Judge everything a repository has, or had at a revision, or that commits brought. Needs no key, calls nobody. */
export async function check(
  { revision = '', paths }: CheckRequest,
  repository: Repository,
  options: JudgeOptions,
): Promise<CheckResult> {
  const isWanted = (path: string) =>
    paths.length === 0 || paths.some((wanted) => path === wanted || path.startsWith(`${wanted}/`))
  if (revision.includes('..')) {
    const commits = await repository.commits([revision])
    const changes = commits.filter(({ change }) => isWanted(change.path))
    return { findings: await judgeCommits(changes, startOf(revision), repository, options), fileCount: changes.length }
  }
  const files = await repository.files(revision)
  const wanted = files.filter(({ path }) => isWanted(path))
  const tree = repository.tree(revision)
  const sealed = new Set<string>()
  const { findings, settings } = await judgeTree(wanted, tree, { ...options, onSealed: (path) => sealed.add(path) })
  const problems = paths.length === 0 ? await findRuleProblems(files, tree, sealed) : []
  const left = await unlessAccepted(problems, tree, settings)
  return { findings: [...findings, ...left].sort(byPlace), fileCount: wanted.length }
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

function byPlace(a: Finding, b: Finding): number {
  return Buffer.compare(Buffer.from(a.file), Buffer.from(b.file)) || (a.line ?? 0) - (b.line ?? 0)
}

/** Of a range: what it starts from, whose exceptions count. */
function startOf(range: string): string {
  const [start = ''] = range.split('..')
  return start === '' ? 'HEAD' : start
}
