import { unusualText } from '../../scan/text/unusual-text.ts'
import type { ChangedFile, Repository } from '../git-port.ts'
import type { WeighedFinding } from '../judge/findings/exceptions.ts'
import type { Finding } from '../judge/findings/finding.ts'
import type { JudgedFile } from '../judge/tree-port.ts'
import { AcceptedNow } from './accepted-now.ts'
import { look } from './look.ts'
import { type Looks, looksOf } from './looks.ts'
import { COMMIT_MESSAGE, suspicious, TAG_MESSAGE } from './messages.ts'
import { type Looked, oldFindings } from './old-findings.ts'
import { LABEL, type RepositoryTools, type ScanFinding, type ScanResult } from './scan.ts'
import type { Spotted } from './scan-file.ts'
import { standingAtHead } from './standing-at-head.ts'
import { isProgram, textOf } from './text-of.ts'

/** What is staged and was not there before. */
export async function scanStaged(isWanted: (path: string) => boolean, tools: RepositoryTools): Promise<ScanResult> {
  const files = (await tools.repository.staged()).filter(({ path }) => isWanted(path))
  const scan = new ChangeScan(tools)
  try {
    await scan.add(files.map((change) => ({ change })))
    return await scan.result()
  } finally {
    scan.close()
  }
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
  /** Whether tags are looked into: those that lead to no commit, and what was written about all of them. */
  readonly withTags?: boolean
  /** Whether what was written about commits and tags is looked into: it belongs to no path. */
  readonly withMessages?: boolean
}

/** What commits added, each blob once, oldest first; with who did it, and whether it still stands at HEAD. */
export async function scanCommits(
  { range, isWanted, now, withTags = false, withMessages = false }: CommitsRequest,
  tools: RepositoryTools,
): Promise<ScanResult> {
  const seen = new Set<string>()
  const scan = new ChangeScan(tools, now === undefined ? undefined : new AcceptedNow(now, tools))
  try {
    const isNew = ({ change }: Change) => {
      const key = `${change.id} ${change.path}`
      if (seen.has(key) || !isWanted(change.path)) return false
      seen.add(key)
      return true
    }
    for await (const part of tools.repository.commits(range)) {
      await scan.add(part.changes.filter(isNew), part)
      if (withMessages) await scan.addMessages(part.messages)
    }
    if (withTags && withMessages) await scan.addMessages(await messagesOfTags(tools.repository))
    for (const { tag, files } of withTags ? await tools.repository.filesOfTags() : []) {
      await scan.add(files.map((file) => ({ tag, change: { ...file, before: undefined } })).filter(isNew))
    }
    return await scan.result()
  } finally {
    scan.close()
  }
}

interface Change {
  readonly commit?: string
  /** The full name of what has it, when that is no commit. */
  readonly tag?: string
  readonly change: ChangedFile
}

/** What somebody wrote about a commit or a tag. */
type Message = Omit<Change, 'change'> & { readonly text: string }

async function messagesOfTags(repository: Repository): Promise<Message[]> {
  const found: Message[] = []
  for (const tag of await repository.annotatedTags()) {
    const text = await repository.messageOfTag(tag)
    if (text !== undefined) found.push({ tag, text })
  }
  return found
}

interface Met {
  readonly commit: string | undefined
  readonly finding: Finding
  /** The value, or the line that tells it from others; undefined for what is about an exception. */
  readonly line: string | undefined
  /** The file, where git cannot look for the line in it. */
  readonly unusual: JudgedFile | undefined
}

/** What a change brings, and what is in it. */
interface LookedInto {
  readonly bytes: Uint8Array
  readonly from: Omit<Change, 'change'> | undefined
  readonly found: readonly Spotted[]
}

/** Where the progress bar stands. */
interface Share {
  readonly before: number
  readonly count: number
  readonly total: number
}

/** Looks into what changes bring, one part after the other. */
class ChangeScan {
  private readonly tools: RepositoryTools
  private readonly acceptedNow: AcceptedNow | undefined
  private readonly met: Met[] = []
  /** In messages: told behind all others, which threads may still look for. */
  private readonly written: Met[] = []
  private readonly skipped: string[] = []
  private readonly looks: Looks
  private fileCount = 0

  constructor(tools: RepositoryTools, acceptedNow?: AcceptedNow) {
    this.tools = tools
    // git has a processor of its own
    this.looks = looksOf(tools, 2)
    this.acceptedNow = acceptedNow
  }

  async add(changes: readonly Change[], share?: Share): Promise<void> {
    const { repository, progress, clean } = this.tools
    const origins = new Map<JudgedFile, Change>(changes.map((change) => [change.change, change]))
    const all = changes.map(({ change }) => change).filter(({ mode }) => mode !== '160000')
    const files = all.filter(({ path, id }) => clean?.has('blob', path, id) !== true)
    this.fileCount += all.length - files.length
    const { before, count, total } = share ?? { before: 0, count: files.length, total: files.length }
    let done = 0
    for await (const { file, bytes, beginning } of repository.tree('').contents(files)) {
      progress.update(LABEL, before + Math.floor((count * done) / files.length), total)
      done += 1
      if (bytes !== undefined) {
        const share = (before + (count * done) / files.length) / total
        this.fileCount += 1
        if (clean?.hasNoNewCopy(bytes, 'blob', file.path, file.id) === true) continue
        await this.looks.add({ path: file.path, bytes }, share, (found) =>
          this.tell(file, { bytes, from: origins.get(file), found }),
        )
      } else if (beginning === undefined || !isProgram(beginning)) this.skipped.push(file.path)
    }
  }

  async addMessages(messages: readonly Message[]): Promise<void> {
    const { settings } = this.tools
    const path = (tag: string | undefined) => (tag === undefined ? COMMIT_MESSAGE : TAG_MESSAGE)
    const find = (text: string, tag?: string) => look({ path: path(tag), bytes: Buffer.from(text) }, this.tools)
    for (const { commit, tag, text } of await suspicious(messages, async (one) => (await find(one)).length > 0)) {
      const found = (await find(text, tag)).map(({ finding }) => finding)
      for (const finding of await settings.exceptions.apply(found, path(tag), text)) {
        const message = `${finding.message}, in the message of ${tag ?? 'this commit'}`
        this.written.push({ commit, finding: { ...finding, message }, line: undefined, unusual: undefined })
      }
    }
  }

  async result(): Promise<ScanResult> {
    const { progress, settings } = this.tools
    await this.looks.finish()
    progress.finish()
    const findings = [...settings.problems, ...(await withHistory([...this.met, ...this.written], this.tools))]
    return { findings, fileCount: this.fileCount, skipped: this.skipped }
  }

  close(): void {
    this.looks.close()
  }

  private async tell(file: ChangedFile, { bytes, from: { commit, tag } = {}, found }: LookedInto): Promise<void> {
    const { repository, settings, clean } = this.tools
    if (found.length === 0) {
      clean?.add('blob', file.path, file.id)
      return
    }
    const text = textOf(bytes)
    const before = file.before === undefined ? undefined : await repository.blob(file.before)
    const old = before === undefined ? undefined : await this.oldOf({ text, found }, file.path, before)
    const unusual = unusualText(bytes) === undefined ? undefined : file
    const lines = new Map<WeighedFinding, string>()
    for (const { finding, line } of found) lines.set(old?.has(finding) ? { ...finding, wasThere: true } : finding, line)
    for (const finding of await settings.exceptions.apply([...lines.keys()], file.path, text)) {
      const line = lines.get(finding)
      const isAccepted = line !== undefined && (await this.acceptedNow?.has(finding, line)) === true
      const message = tag === undefined ? finding.message : `${finding.message}; in ${tag}`
      if (!isAccepted) this.met.push({ commit, finding: { ...finding, message }, line, unusual })
    }
  }

  private oldOf(now: Looked, path: string, bytes: Uint8Array): Promise<ReadonlySet<Finding>> {
    return oldFindings(now, { text: textOf(bytes), find: () => look({ path, bytes }, this.tools) })
  }
}

/** Who brought it, and whether it is still there: what was removed again is still in every clone. */
async function withHistory(met: readonly Met[], { repository }: RepositoryTools): Promise<ScanFinding[]> {
  const ids = [...new Set(met.flatMap(({ commit }) => (commit === undefined ? [] : [commit])))]
  if (ids.length === 0) return met.map(({ finding }) => finding)
  const [authors, standing, stillThere] = await Promise.all([
    repository.authors(ids),
    standingAtHead([...new Set(met.flatMap(({ line }) => line ?? []))], repository),
    unusualAtHead(met, repository),
  ])
  return met.map((one) => {
    const { commit, finding, line } = one
    if (commit === undefined) return finding
    const by = authors.get(commit) ?? 'somebody'
    if (line === undefined) return { ...finding, commit, message: `${finding.message}; by ${by}` }
    const where = standing.has(line) || stillThere.has(one) ? 'still at HEAD' : 'no longer at HEAD'
    return { ...finding, commit, message: `${finding.message}; by ${by}, ${where}` }
  })
}

/** What stands at HEAD of files that git takes for binary ones: in the same file, or under another name. */
async function unusualAtHead(met: readonly Met[], repository: Repository): Promise<ReadonlySet<Met>> {
  const wanted = met.filter(({ unusual }) => unusual !== undefined)
  if (wanted.length === 0 || !(await repository.has('HEAD'))) return new Set()
  const ids = new Set((await repository.files('HEAD')).map(({ id }) => id))
  const found = new Set<Met>()
  for (const one of wanted) {
    const { line = '', unusual: { id = '', path = '' } = {} } = one
    const bytes = ids.has(id) ? undefined : await repository.blob(`HEAD:${path}`)
    if (ids.has(id) || (bytes !== undefined && textOf(bytes).includes(line))) found.add(one)
  }
  return found
}
