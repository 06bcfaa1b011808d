import type { ChangedFile } from '../git-port.ts'
import type { Finding } from '../judge/finding.ts'
import type { JudgedFile } from '../judge/judge-files.ts'
import { AcceptedNow } from './accepted-now.ts'
import { LABEL, look, MAX_BYTES, type RepositoryTools, type ScanFinding, type ScanResult } from './scan.ts'
import { marked } from './scan-file.ts'
import { textOf } from './text-of.ts'

/** What is staged and was not there before. */
export async function scanStaged(isWanted: (path: string) => boolean, tools: RepositoryTools): Promise<ScanResult> {
  const files = (await tools.repository.staged()).filter(({ path }) => isWanted(path))
  return scanChanges(
    files.map((change) => ({ change })),
    tools,
  )
}

export interface CommitsRequest {
  /** As `rev-list` takes it. */
  readonly range: readonly string[]
  readonly isWanted: (path: string) => boolean
  /**
   * What a file is now: an exception that stands there counts for older versions of the same value. Undefined: only those
   * of each version.
   */
  readonly now?: (path: string) => Promise<Uint8Array | undefined>
}

/** What commits added, each blob once, oldest first; with who did it, and whether it still stands at HEAD. */
export async function scanCommits(
  { range, isWanted, now }: CommitsRequest,
  tools: RepositoryTools,
): Promise<ScanResult> {
  const seen = new Set<string>()
  const changes = (await tools.repository.commits(range)).filter(({ change }) => {
    const key = `${change.id} ${change.path}`
    if (seen.has(key) || !isWanted(change.path)) return false
    seen.add(key)
    return true
  })
  return scanChanges(changes, tools, now === undefined ? undefined : new AcceptedNow(now, tools))
}

interface Change {
  readonly commit?: string
  readonly change: ChangedFile
}

interface Met {
  readonly commit: string | undefined
  readonly finding: Finding
  /** The value, or a line of it; undefined for what is about an exception. */
  readonly line: string | undefined
}

async function scanChanges(
  changes: readonly Change[],
  tools: RepositoryTools,
  acceptedNow?: AcceptedNow,
): Promise<ScanResult> {
  const { repository, progress, settings, clean } = tools
  const commits = new Map<JudgedFile, string | undefined>(changes.map(({ change, commit }) => [change, commit]))
  const met: Met[] = []
  const skipped: string[] = []
  const all = changes.map(({ change }) => change).filter(({ mode }) => mode !== '160000')
  const files = all.filter(({ path, id }) => clean?.has('blob', path, id) !== true)
  let fileCount = all.length - files.length
  let done = fileCount
  for await (const { file, bytes } of repository.tree('').contents(files)) {
    progress.update(LABEL, done++, all.length)
    if (bytes === undefined || bytes.length > MAX_BYTES) {
      skipped.push(file.path)
      continue
    }
    fileCount += 1
    const found = await look({ path: file.path, bytes }, tools)
    if (found.length === 0) {
      clean?.add('blob', file.path, file.id)
      continue
    }
    const text = textOf(bytes)
    const before = file.before === undefined ? undefined : await repository.blob(file.before)
    const lines = new Map<Finding, string>()
    for (const { finding, line } of marked(found, text, before)) lines.set(finding, line)
    for (const finding of await settings.exceptions.apply([...lines.keys()], file.path, text)) {
      const line = lines.get(finding)
      const isAccepted = line !== undefined && (await acceptedNow?.has(finding, line)) === true
      if (!isAccepted) met.push({ commit: commits.get(file), finding, line })
    }
  }
  progress.finish()
  return { findings: [...settings.problems, ...(await withHistory(met, tools))], fileCount, skipped }
}

/** Who brought it, and whether it is still there: what was removed again is still in every clone. */
async function withHistory(met: readonly Met[], { repository }: RepositoryTools): Promise<ScanFinding[]> {
  const ids = [...new Set(met.flatMap(({ commit }) => (commit === undefined ? [] : [commit])))]
  if (ids.length === 0) return met.map(({ finding }) => finding)
  const [authors, standing] = await Promise.all([
    repository.authors(ids),
    repository.standingAtHead([...new Set(met.flatMap(({ line }) => line ?? []))]),
  ])
  return met.map(({ commit, finding, line }) => {
    if (commit === undefined) return finding
    const by = authors.get(commit) ?? 'somebody'
    if (line === undefined) return { ...finding, commit, message: `${finding.message}; by ${by}` }
    const where = standing.has(line) ? 'still at HEAD' : 'no longer at HEAD'
    return { ...finding, commit, message: `${finding.message}; by ${by}, ${where}` }
  })
}
