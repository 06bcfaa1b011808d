import { FormatError } from '../../errors.ts'
import { decodeText } from '../../format/text.ts'
import { wideText } from '../../scan/wide-text.ts'
import type { ChangedFile, Repository } from '../git-port.ts'
import type { Finding } from '../judge/finding.ts'
import type { JudgedFile } from '../judge/judge-files.ts'
import { sealedStore } from '../judge/sealed-store.ts'
import type { KnownScanner } from '../known/known-scanner.ts'
import type { Progress } from '../ports.ts'
import { addedIn, findingsOf, type Spotted, spotted } from './scan-file.ts'

/** A finding, and the commit that brought it; undefined for what is in none. */
export interface ScanFinding extends Finding {
  readonly commit?: string
}

export interface ScanResult {
  readonly findings: readonly ScanFinding[]
  /** Texts that were looked into. */
  readonly fileCount: number
  /** Files that are too large, or cannot be read. */
  readonly skipped: readonly string[]
}

export interface ScanTools {
  readonly repository: Repository
  readonly known: KnownScanner | undefined
  readonly progress: Progress
}

/** A text with this name. */
interface NamedText {
  readonly path: string
  readonly bytes: Uint8Array
}

const MAX_BYTES = 64 * 1024 * 1024
const LABEL = 'scanning'

/** What a text holds. @param name - says how keys and values stand in it */
export function scanOne(name: string, bytes: Uint8Array, known?: KnownScanner): ScanResult {
  if (bytes.length > MAX_BYTES) return { findings: [], fileCount: 0, skipped: [name] }
  return { findings: findingsOf(name, decode(bytes), look({ path: name, bytes }, known)), fileCount: 1, skipped: [] }
}

/**
 * What files hold as they lie there.
 *
 * @param read - undefined for what is no regular file; rejects for one that cannot be read
 */
export async function scanTree(
  paths: readonly string[],
  read: (path: string) => Promise<Uint8Array | undefined>,
  { known, progress }: Omit<ScanTools, 'repository'>,
): Promise<ScanResult> {
  const findings: ScanFinding[] = []
  const skipped: string[] = []
  let fileCount = 0
  for (const [index, path] of paths.entries()) {
    progress.update(LABEL, index, paths.length)
    const bytes = await read(path).catch(() => 'unreadable' as const)
    if (bytes === undefined) continue
    const result =
      bytes === 'unreadable' ? { findings: [], fileCount: 0, skipped: [path] } : scanOne(path, bytes, known)
    findings.push(...result.findings)
    skipped.push(...result.skipped)
    fileCount += result.fileCount
  }
  progress.finish()
  return { findings, fileCount, skipped }
}

/** What is staged and was not there before. */
export async function scanStaged(isWanted: (path: string) => boolean, tools: ScanTools): Promise<ScanResult> {
  const files = (await tools.repository.staged()).filter(({ path }) => isWanted(path))
  return scanChanges(
    files.map((change) => ({ change })),
    tools,
  )
}

/**
 * What commits added, each blob once, oldest first; with who did it, and whether it still stands at HEAD.
 *
 * @param range - as `rev-list` takes it
 */
export async function scanCommits(
  range: readonly string[],
  isWanted: (path: string) => boolean,
  tools: ScanTools,
): Promise<ScanResult> {
  const seen = new Set<string>()
  const changes = (await tools.repository.commits(range)).filter(({ change }) => {
    const key = `${change.id} ${change.path}`
    if (seen.has(key) || !isWanted(change.path)) return false
    seen.add(key)
    return true
  })
  return scanChanges(changes, tools)
}

interface Change {
  readonly commit?: string
  readonly change: ChangedFile
}

interface Met {
  readonly commit: string | undefined
  readonly finding: Finding
  readonly line: string
}

async function scanChanges(changes: readonly Change[], tools: ScanTools): Promise<ScanResult> {
  const { repository, known, progress } = tools
  const commits = new Map<JudgedFile, string | undefined>(changes.map(({ change, commit }) => [change, commit]))
  const met: Met[] = []
  const skipped: string[] = []
  let [done, fileCount] = [0, 0]
  const files = changes.map(({ change }) => change).filter(({ mode }) => mode !== '160000')
  for await (const { file, bytes } of repository.tree('').contents(files)) {
    progress.update(LABEL, done++, files.length)
    if (bytes === undefined || bytes.length > MAX_BYTES) {
      skipped.push(file.path)
      continue
    }
    fileCount += 1
    const found = look({ path: file.path, bytes }, known)
    if (found.length === 0) continue
    const before = file.before === undefined ? undefined : await repository.blob(file.before)
    const added = addedIn(found, decode(bytes), before)
    for (const [index, finding] of findingsOf(file.path, decode(bytes), added).entries()) {
      met.push({ commit: commits.get(file), finding, line: added[index]?.line ?? '' })
    }
  }
  progress.finish()
  return { findings: await withHistory(met, repository), fileCount, skipped }
}

/** Who brought it, and whether it is still there: what was removed again is still in every clone. */
async function withHistory(met: readonly Met[], repository: Repository): Promise<ScanFinding[]> {
  const ids = [...new Set(met.flatMap(({ commit }) => (commit === undefined ? [] : [commit])))]
  if (ids.length === 0) return met.map(({ finding }) => finding)
  const [authors, standing] = await Promise.all([
    repository.authors(ids),
    repository.standingAtHead([...new Set(met.map(({ line }) => line))]),
  ])
  return met.map(({ commit, finding, line }) => {
    if (commit === undefined) return finding
    const by = authors.get(commit) ?? 'somebody'
    const where = standing.has(line) ? 'still at HEAD' : 'no longer at HEAD'
    return { ...finding, commit, message: `${finding.message}; by ${by}, ${where}` }
  })
}

/** Sealed files hold no secret in clear that the judge of the policy does not see. */
function look({ path, bytes }: NamedText, known: KnownScanner | undefined): Spotted[] {
  // before it is decoded: most large files are no texts
  const wide = wideText(bytes)
  if (wide === undefined && bytes.subarray(0, 8000).includes(0)) return []
  const text = wide ?? decode(bytes)
  return sealedStore(path, text) === undefined ? spotted(path, text, known) : []
}

function decode(bytes: Uint8Array): string {
  try {
    return decodeText(bytes)
  } catch (error) {
    if (!(error instanceof FormatError)) throw error
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
  }
}
