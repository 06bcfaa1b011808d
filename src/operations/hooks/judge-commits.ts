import type { ChangedFile, CommitChange, Repository } from '../git-port.ts'
import { withFilesOf } from '../judge/changed-tree.ts'
import type { Finding } from '../judge/findings/finding.ts'
import { isJudged, type JudgeOptions, judgeFiles } from '../judge/judge-files.ts'
import { Surroundings } from '../judge/surroundings/surroundings.ts'
import type { Content, JudgedFile, JudgedTree } from '../judge/tree-port.ts'

/** A finding, and the commit that brings it; undefined for what is staged. */
export interface CommitFinding extends Finding {
  readonly commit?: string
}

/**
 * Judge every file of every commit, by the policy of that commit: what a later one removes again was still published.
 *
 * @param changes - with the `context` that {@link isSurrounding} gives
 * @param target - the branch they are for: exceptions count that it has already. Undefined: those of each commit
 */
export async function judgeCommits(
  changes: readonly CommitChange[],
  target: string | undefined,
  repository: Repository,
  options: JudgeOptions,
): Promise<CommitFinding[]> {
  const commits = new Map<string, Pick<CommitChange, 'context' | 'stash'> & { readonly files: ChangedFile[] }>()
  for (const { commit, change, ...about } of changes) {
    const known = commits.get(commit)
    if (known === undefined) commits.set(commit, { ...about, files: [change] })
    else known.files.push(change)
  }
  // commits are counted, not the files of each of them
  const { progress, ...quiet } = options
  const withTarget = approvedBy(target, repository, quiet)
  const contexts = new Map<string, Surroundings>()
  const stream = new ContentStream(
    repository,
    [...commits.values()].flatMap(({ files }) => files),
  )
  const findings: CommitFinding[] = []
  try {
    let done = 0
    for (const [commit, { context, stash, files }] of commits) {
      progress?.update('judging', done, commits.size)
      done += 1
      const tree = stream.treeOf(commit, stash)
      const around = stash === undefined ? context : `${context} ${stash}`
      const surroundings = contexts.get(around) ?? new Surroundings(tree)
      contexts.set(around, surroundings)
      const found = await judgeFiles(files, tree, withTarget, surroundings)
      findings.push(...found.map((finding) => ({ ...finding, commit })))
    }
  } finally {
    await stream.close()
  }
  return findings
}

/** The same, where only the exceptions of a branch count. */
export function approvedBy(target: string | undefined, repository: Repository, options: JudgeOptions): JudgeOptions {
  return target === undefined ? options : { ...options, approved: (path) => repository.blob(`${target}:${path}`) }
}

/** Contents of all files of all commits, asked for at once: git reads on while one commit is judged. */
class ContentStream {
  private readonly repository: Repository
  private readonly contents: AsyncIterator<Content<JudgedFile>>

  constructor(repository: Repository, files: readonly ChangedFile[]) {
    this.repository = repository
    const wanted = files.filter(isJudged)
    this.contents = repository.tree('').contents(wanted)[Symbol.asyncIterator]()
  }

  /** Contents must be taken of one commit after the other. */
  treeOf(commit: string, stash: string | undefined): JudgedTree {
    const around = stash === undefined ? undefined : this.repository.tree(stash)
    const tree = withFilesOf(this.repository.tree(commit), around)
    const { contents } = this
    return {
      ...tree,
      async *contents<File extends JudgedFile>(files: readonly File[]) {
        for (const file of files) {
          const { value, done } = await contents.next()
          yield done === true ? { file, bytes: undefined } : { ...value, file }
        }
      },
    }
  }

  async close(): Promise<void> {
    await this.contents.return?.()
  }
}
