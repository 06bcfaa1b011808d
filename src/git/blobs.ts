import { GitError } from '../errors.ts'
import { bytesOfPath } from './paths.ts'
import { type GitPlace, type GitProcess, NOT_INSTALLED, startGit } from './run-git.ts'

/** A blob as it was asked for. */
export interface Blob {
  readonly id: string
  /** Undefined when there is no such object, it is no blob (a submodule, an object that was not fetched), or it is too long. */
  readonly bytes: Uint8Array | undefined
  /** Of one that is too long: its first bytes. */
  readonly beginning?: Uint8Array
}

const LINE_FEED = 10
/** So much is read of what is too long: enough to see that it is no text. */
const BEGINNING = 8000
/** So much of a tag is read. */
const LONGEST_TAG = 1024 * 1024

/** Any object that is there. */
interface GitObject {
  readonly id: string
  readonly kind: string
  readonly bytes: Uint8Array
  /** Whether there is more of it. */
  readonly isCut: boolean
}

/** Reads objects of one repository, by one process for all of them. Memory holds one at a time. */
export class BlobReader {
  private readonly place: GitPlace
  private started: { child: GitProcess; answers: Answers } | undefined
  private last: Promise<unknown> = Promise.resolve()
  private waiting = 0

  constructor(place: GitPlace) {
    this.place = place
  }

  /** Whether somebody reads now: who asks then is answered after that. */
  get isBusy(): boolean {
    return this.waiting > 0
  }

  /** Start the process, so that it is there when something is asked for. */
  start(): void {
    this.started ??= start(['cat-file', '--batch'], this.place)
  }

  /**
   * The contents of objects, in the order asked for. One call is answered after the other: take all of one before the next.
   *
   * @param objects - ids, or what git takes for one
   * @param most - longer ones are not held in memory: only their beginning is given
   * @throws GitError `ERR_GIT` when git stops before the last
   */
  async *read(objects: readonly string[], most = Number.POSITIVE_INFINITY): AsyncGenerator<Blob> {
    // a line break in a name, or what git takes for a part of one, would ask for something else
    const isOdd = objects.some((object) => /\n|\r$/.test(object))
    if (isOdd) return yield* readOdd(objects, this.place, most)
    let index = 0
    for await (const found of this.objects(objects, most)) {
      yield asBlob(objects[index] ?? '', found)
      index += 1
    }
  }

  /** The id of the commit that a name stands for; undefined when there is none. @throws GitError `ERR_GIT` */
  async commit(name: string): Promise<string | undefined> {
    for await (const found of this.objects([`${name}^{commit}`], Number.POSITIVE_INFINITY)) return found?.id
    return undefined
  }

  /** Which of these lead to a commit that is here. @param ids - full @throws GitError `ERR_GIT` */
  async commits(ids: readonly string[]): Promise<ReadonlySet<string>> {
    const found = new Set<string>()
    let index = 0
    const names = ids.map((id) => `${id}^{commit}`)
    for await (const object of this.objects(names, BEGINNING)) {
      if (object !== undefined) found.add(ids[index] ?? '')
      index += 1
    }
    return found
  }

  /** What a name, and the tags it leads to, stand for in the end. @throws GitError `ERR_GIT` */
  async end(name: string): Promise<{ readonly id: string; readonly kind: string } | undefined> {
    for await (const found of this.objects([`${name}^{}`], BEGINNING)) return found
    return undefined
  }

  /** What a tag holds: headers, an empty line, a message; undefined for what is no tag. @throws GitError `ERR_GIT` */
  async tag(name: string): Promise<Uint8Array | undefined> {
    for await (const found of this.objects([name], LONGEST_TAG)) return found?.kind === 'tag' ? found.bytes : undefined
    return undefined
  }

  /** End the process. The reader can be used again. */
  close(): void {
    this.started?.child.kill()
    this.started = undefined
  }

  private async *objects(names: readonly string[], most: number): AsyncGenerator<GitObject | undefined> {
    if (names.length === 0) return
    const before = this.last
    let finish: (value?: unknown) => void = () => undefined
    this.last = new Promise((resolve) => {
      finish = resolve
    })
    this.waiting += 1
    let left = names.length
    try {
      await before
      this.start()
      if (this.started === undefined) return
      const { child, answers } = this.started
      child.stdin.write(bytesOfPath(names.map((name) => `${name}\n`).join('')))
      for (const name of names) {
        // to wait for what is there already takes longer than to read it
        const found = answers.ready(most) ?? (await answers.next(name, most))
        left -= 1
        yield found
      }
    } finally {
      // somebody who had enough leaves answers behind, which are not those to the next question
      if (left > 0) this.close()
      this.waiting -= 1
      finish()
    }
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

async function* readOdd(objects: readonly string[], place: GitPlace, most: number): AsyncGenerator<Blob> {
  const { child, answers } = start(['cat-file', '--batch', '-z'], place)
  child.stdin.end(bytesOfPath(objects.map((object) => `${object}\0`).join('')))
  try {
    for (const id of objects) {
      yield asBlob(id, await answers.next(id, most))
    }
  } finally {
    child.kill()
  }
}

function asBlob(id: string, found: GitObject | undefined): Blob {
  if (found?.kind !== 'blob') return { id, bytes: undefined }
  return found.isCut ? { id, bytes: undefined, beginning: found.bytes } : { id, bytes: found.bytes }
}

function start(args: readonly string[], place: GitPlace) {
  const child = startGit(args, place)
  child.on('error', () => child.stdout.destroy(unreadable(NOT_INSTALLED)))
  const answers = new Answers(child.stdout[Symbol.asyncIterator]() as AsyncIterator<Buffer>) // a stream of bytes
  return { child, answers }
}

const HEADER = /^([0-9a-f]+) (\w+) ([0-9]+)$/
/** Since git 2.50. */
const SUBMODULE = /^[0-9a-f]+ submodule$/

/** Takes what `cat-file --batch` answers apart as it comes. */
class Answers {
  private readonly input: AsyncIterator<Buffer>
  private pending: Buffer = Buffer.alloc(0)

  constructor(input: AsyncIterator<Buffer>) {
    this.input = input
  }

  /** The next object, when all of it has come already. */
  ready(most: number): GitObject | undefined {
    const { pending } = this
    const start = pending.indexOf(LINE_FEED) + 1
    if (start === 0) return undefined
    const [, id, kind, size] = HEADER.exec(pending.toString('latin1', 0, start - 1)) ?? []
    const end = start + Number(size)
    if (id === undefined || kind === undefined || end - start > most || end >= pending.length) return undefined
    this.pending = pending.subarray(end + 1)
    return { id, kind, bytes: pending.subarray(start, end), isCut: false }
  }

  /**
   * @param name - what was asked for: what is not there is answered with it, which may hold line breaks itself
   * @throws GitError `ERR_GIT` for any other answer, which would belong to something else
   */
  async next(name: string, most: number): Promise<GitObject | undefined> {
    let line = await this.line()
    const [, id, kind, size] = HEADER.exec(line) ?? []
    if (id === undefined || kind === undefined) {
      if (SUBMODULE.test(line)) return undefined
      for (const _ of name.matchAll(/\n/g)) line += `\n${await this.line()}`
      const asked = bytesOfPath(name).toString('latin1')
      if (line === `${asked} missing` || line === `${asked} ambiguous`) return undefined
      throw unreadable('git answers something else than was asked')
    }
    const isCut = Number(size) > most
    const length = isCut ? BEGINNING : Number(size)
    const bytes = await this.take(length)
    await this.skip(Number(size) - length + 1)
    return { id, kind, bytes, isCut }
  }

  private async line(): Promise<string> {
    const parts: Buffer[] = []
    for (;;) {
      const end = this.pending.indexOf(LINE_FEED)
      parts.push(this.pending.subarray(0, end < 0 ? undefined : end))
      if (end >= 0) {
        this.pending = this.pending.subarray(end + 1)
        return Buffer.concat(parts).toString('latin1')
      }
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

  private async skip(count: number): Promise<void> {
    let missing = count
    while (this.pending.length < missing) {
      missing -= this.pending.length
      this.pending = await this.chunk()
    }
    this.pending = this.pending.subarray(missing)
  }

  private async chunk(): Promise<Buffer> {
    const { value, done } = await this.input.next()
    if (done === true) throw unreadable('git refuses to read this repository')
    return value
  }
}

function unreadable(message: string): GitError {
  return new GitError('ERR_GIT', message, {
    hint: 'install git, or run "git fsck" in the repository to see what it says; "git fetch --refetch --no-filter" completes a partial clone',
  })
}
