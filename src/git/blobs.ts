import { GitError } from '../errors.ts'
import { type GitPlace, startGit } from './run-git.ts'

/** A blob as it was asked for. */
export interface Blob {
  readonly id: string
  /** Undefined when there is no such object, or it is no blob: a submodule, an object that was not fetched. */
  readonly bytes: Uint8Array | undefined
}

const LINE_FEED = 10

/**
 * The contents of blobs, in the order asked for, by one process for all of them. Memory holds one at a time.
 *
 * @param objects - ids, or what git takes for one, without line breaks
 * @throws GitError `ERR_GIT` when git stops before the last
 */
export async function* readBlobs(objects: readonly string[], place: GitPlace): AsyncGenerator<Blob> {
  if (objects.length === 0) return
  const child = startGit(['cat-file', '--batch'], place)
  const failed = new Promise<never>((_, reject) => child.on('error', () => reject(unreadable('git is not installed'))))
  failed.catch(() => undefined) // it is seen below, or nobody waits any more
  child.stdin.end(objects.map((object) => `${object}\n`).join(''))
  const reader = new BatchReader(child.stdout[Symbol.asyncIterator]() as AsyncIterator<Buffer>) // a stream of bytes
  try {
    for (const id of objects) yield { id, bytes: await Promise.race([reader.next(), failed]) }
  } finally {
    child.kill()
  }
}

/** Takes the answers of `cat-file --batch` apart as they come. */
class BatchReader {
  private readonly input: AsyncIterator<Buffer>
  private pending: Buffer = Buffer.alloc(0)

  constructor(input: AsyncIterator<Buffer>) {
    this.input = input
  }

  async next(): Promise<Uint8Array | undefined> {
    const header = /^[0-9a-f]+ (\w+) ([0-9]+)$/.exec((await this.line()).toString('latin1'))
    if (header === null) return undefined // "… missing", "… ambiguous"
    const content = await this.take(Number(header[2]))
    await this.take(1)
    return header[1] === 'blob' ? content : undefined
  }

  private async line(): Promise<Buffer> {
    const parts: Buffer[] = []
    for (;;) {
      const end = this.pending.indexOf(LINE_FEED)
      if (end >= 0) {
        parts.push(this.pending.subarray(0, end))
        this.pending = this.pending.subarray(end + 1)
        return Buffer.concat(parts)
      }
      parts.push(this.pending)
      this.pending = await this.chunk()
    }
  }

  private async take(count: number): Promise<Buffer> {
    const parts: Buffer[] = []
    let missing = count
    while (this.pending.length < missing) {
      parts.push(this.pending)
      missing -= this.pending.length
      this.pending = await this.chunk()
    }
    parts.push(this.pending.subarray(0, missing))
    this.pending = this.pending.subarray(missing)
    return parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts)
  }

  private async chunk(): Promise<Buffer> {
    const { value, done } = await this.input.next()
    if (done === true) throw unreadable('git refuses to read this repository')
    return value
  }
}

function unreadable(message: string): GitError {
  return new GitError('ERR_GIT', message, {
    hint: 'install git, or run "git fsck" in the repository to see what it says',
  })
}
