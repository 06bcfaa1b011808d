import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import { GitError } from '../errors.ts'
import { type GitPlace, startGit } from './run-git.ts'

/** A blob as it was asked for. */
export interface Blob {
  readonly id: string
  /** Undefined when there is no such object, or it is no blob: a submodule, an object that was not fetched. */
  readonly bytes: Uint8Array | undefined
}

const LINE_FEED = 10

/** Reads objects of one repository, by one process for all of them. Memory holds one at a time. */
export class BlobReader {
  private readonly place: GitPlace
  private started: { child: ChildProcessWithoutNullStreams; answers: Answers; failed: Promise<never> } | undefined
  private last: Promise<unknown> = Promise.resolve()

  constructor(place: GitPlace) {
    this.place = place
  }

  /**
   * The contents of objects, in the order asked for. One call is answered after the other: take all of one before the next.
   *
   * @param objects - ids, or what git takes for one
   * @throws GitError `ERR_GIT` when git stops before the last
   */
  async *read(objects: readonly string[]): AsyncGenerator<Blob> {
    // a line break in a name would ask for something else
    const isOdd = objects.some((object) => object.includes('\n'))
    if (isOdd) return yield* readOdd(objects, this.place)
    if (objects.length === 0) return
    this.started ??= start(['cat-file', '--batch'], this.place)
    const { child, answers, failed } = this.started
    await this.last
    let finish: (value?: unknown) => void = () => undefined
    this.last = new Promise((resolve) => {
      finish = resolve
    })
    child.stdin.write(objects.map((object) => `${object}\n`).join(''))
    let left = objects.length
    try {
      for (const id of objects) {
        const bytes = await Promise.race([answers.next(), failed])
        left -= 1
        yield { id, bytes }
      }
    } finally {
      // somebody who had enough leaves answers behind, which are not those to the next question
      if (left > 0) this.close()
      finish()
    }
  }

  /** End the process. The reader can be used again. */
  close(): void {
    this.started?.child.kill()
    this.started = undefined
  }
}

/** {@link BlobReader.read}, once. */
export async function* readBlobs(objects: readonly string[], place: GitPlace): AsyncGenerator<Blob> {
  const reader = new BlobReader(place)
  try {
    yield* reader.read(objects)
  } finally {
    reader.close()
  }
}

async function* readOdd(objects: readonly string[], place: GitPlace): AsyncGenerator<Blob> {
  const { child, answers, failed } = start(['cat-file', '--batch', '-z'], place)
  child.stdin.end(objects.map((object) => `${object}\0`).join(''))
  try {
    for (const id of objects) yield { id, bytes: await Promise.race([answers.next(), failed]) }
  } finally {
    child.kill()
  }
}

function start(args: readonly string[], place: GitPlace) {
  const child = startGit(args, place)
  const failed = new Promise<never>((_, reject) => child.on('error', () => reject(unreadable('git is not installed'))))
  failed.catch(() => undefined) // it is seen where an answer is waited for, or nobody waits any more
  const answers = new Answers(child.stdout[Symbol.asyncIterator]() as AsyncIterator<Buffer>) // a stream of bytes
  return { child, answers, failed }
}

/** Takes what `cat-file --batch` answers apart as it comes. */
class Answers {
  private readonly input: AsyncIterator<Buffer>
  private pending: Buffer = Buffer.alloc(0)

  constructor(input: AsyncIterator<Buffer>) {
    this.input = input
  }

  async next(): Promise<Uint8Array | undefined> {
    const header = /^[0-9a-f]+ (\w+) ([0-9]+)$/.exec(await this.line())
    if (header === null) return undefined // "… missing", "… ambiguous"
    const content = await this.take(Number(header[2]))
    await this.take(1)
    return header[1] === 'blob' ? content : undefined
  }

  /** What is missing is answered with the name that was asked for, which may hold line breaks itself. */
  private async line(): Promise<string> {
    const parts: Buffer[] = []
    for (;;) {
      const end = this.pending.indexOf(LINE_FEED)
      if (end >= 0) {
        parts.push(this.pending.subarray(0, end))
        this.pending = this.pending.subarray(end + 1)
        const text = Buffer.concat(parts).toString('latin1')
        if (/ (?:missing|ambiguous|\w+ [0-9]+)$/.test(text) || text.startsWith('fatal')) return text
        parts.length = 0
        parts.push(Buffer.from(`${text}\n`, 'latin1'))
      } else {
        parts.push(this.pending)
        this.pending = await this.chunk()
      }
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
