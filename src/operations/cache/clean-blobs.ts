import { createHash } from 'node:crypto'
import { join } from 'node:path'
import type { FileSystem } from '../ports.ts'

const TITLE = Buffer.from('bulla clean blobs 1\n')
const SUM_BYTES = 32
/** Of each entry: enough that no two are the same by chance. */
const KEY_BYTES = 15
/** The file stays below 3 MB. What was not asked for in the last run is forgotten first. */
const MOST_ENTRIES = 200_000

/**
 * Remembers in which files nothing was found, so that they need not be looked into again: in git's own folder, as hashes of
 * all that the answer depends on. Nothing of a file stands in it, and no finding: what is not in it is looked into.
 */
export class CleanBlobs {
  private readonly files: FileSystem
  private readonly path: string
  private readonly tool: string
  private readonly known: Set<string>
  private readonly used = new Set<string>()
  private isNew = false

  private constructor(files: FileSystem, path: string, tool: string, known: Set<string>) {
    this.files = files
    this.path = path
    this.tool = tool
    this.known = known
  }

  /**
   * Never rejects: what cannot be read, or is damaged, is empty.
   *
   * @param common - git's own folder, absolute
   * @param tool - another one for every build that may find something else
   */
  static async load(common: string, files: FileSystem, tool: string): Promise<CleanBlobs> {
    const path = join(common, 'bulla', 'clean-blobs')
    const bytes = await files.read(path).catch(() => undefined)
    return new CleanBlobs(files, path, tool, new Set(bytes === undefined ? [] : parse(bytes)))
  }

  /** For answers that depend on `parts`. */
  under(...parts: readonly string[]): CleanScope {
    const prefix = digest([this.tool, ...parts])
    const keyOf = (about: readonly string[]) => digest([prefix, ...about])
    return {
      has: (...about) => {
        const key = keyOf(about)
        const isKnown = this.known.has(key)
        if (isKnown) this.used.add(key)
        return isKnown
      },
      add: (...about) => {
        this.used.add(keyOf(about))
        this.isNew = true
      },
    }
  }

  /** Write what is new. Never rejects: it is only slower the next time. */
  async settle(): Promise<void> {
    if (!this.isNew) return
    const entries = [...new Set([...this.used, ...this.known])].slice(0, MOST_ENTRIES)
    await this.files
      .write({ path: this.path, bytes: format(entries), mode: 0o600, makeFolders: true })
      .catch(() => undefined)
  }
}

/** Answers for one state of rules and policy. */
export interface CleanScope {
  has(...about: readonly string[]): boolean
  add(...about: readonly string[]): void
}

function digest(parts: readonly string[]): string {
  const hash = createHash('sha256')
  // with lengths, so that no two lists are the same text
  for (const part of parts) hash.update(`${part.length}:`).update(part)
  return hash.digest().toString('latin1', 0, KEY_BYTES)
}

function format(entries: readonly string[]): Uint8Array {
  const body = Buffer.from(entries.join(''), 'latin1')
  return Buffer.concat([TITLE, createHash('sha256').update(body).digest(), body])
}

/** Nothing of a file that was cut off or changed is believed. */
function parse(bytes: Uint8Array): string[] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const body = buffer.subarray(TITLE.length + SUM_BYTES)
  const sum = buffer.subarray(TITLE.length, TITLE.length + SUM_BYTES)
  const isWhole =
    buffer.subarray(0, TITLE.length).equals(TITLE) && createHash('sha256').update(body).digest().equals(sum)
  if (!isWhole || body.length % KEY_BYTES !== 0) return []
  const text = body.toString('latin1')
  return Array.from({ length: text.length / KEY_BYTES }, (_, index) =>
    text.slice(index * KEY_BYTES, (index + 1) * KEY_BYTES),
  )
}
