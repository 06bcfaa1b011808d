import type { NamedText, TextPool } from './text-pool.ts'

/** Of texts that wait for those before them. */
const MOST_WAITING_BYTES = 64 * 1024 * 1024

/** What is done with texts. */
export interface TextWork<Found> {
  /** Look into a text, on this thread. */
  look(text: NamedText): Promise<Found>
  /** Begin with threads that do the same, so many at most; undefined when there are none. */
  startThreads(most: number): Promise<TextPool<Found> | undefined>
  readonly sizes: WorkSizes
}

/** In bytes of text. */
export interface WorkSizes {
  /** So much is done before anything is known about the rest. */
  readonly first: number
  /** A thread has to start, and V8 to compile for it: there is one for each time that so much is left. */
  readonly worth: number
  /** What a thread gets at once. */
  readonly batch: number
}

/** Told what is in a text. */
export type Tell<Found> = (found: Found) => Promise<void>

const NO_TEXT: NamedText = { path: '', bytes: new Uint8Array() }

interface Waiting<Found> {
  readonly text: NamedText
  readonly tell: Tell<Found>
  found: { readonly value: Found } | undefined
}

/**
 * Looks into many texts, and tells what it finds in their order: by itself, and when there is enough left to do, by threads
 * beside it. What they have no room for it does itself.
 */
export class TextsInOrder<Found> {
  private readonly work: TextWork<Found>
  /** In the order of the texts. */
  private readonly waiting: Waiting<Found>[] = []
  private waitingBytes = 0
  private batch: Waiting<Found>[] = []
  private batchBytes = 0
  private seenBytes = 0
  private pool: TextPool<Found> | undefined
  private isAlone = false
  private failure: { readonly error: unknown } | undefined
  private wake: () => void = () => undefined

  constructor(work: TextWork<Found>) {
    this.work = work
  }

  /** @param share - how much of all that there is to do is done, 0 to 1 */
  async add(text: NamedText, share: number, tell: Tell<Found>): Promise<void> {
    if (this.isAlone) return tell(await this.work.look(text))
    const entry: Waiting<Found> = { text, tell, found: undefined }
    this.waiting.push(entry)
    this.waitingBytes += text.bytes.length
    this.seenBytes += text.bytes.length
    if (this.pool === undefined) {
      await this.lookInto(entry)
      await this.startThreads(share)
    } else {
      this.batch.push(entry)
      this.batchBytes += text.bytes.length
      if (this.batchBytes < this.work.sizes.batch) return
      await this.handOver()
    }
    await this.tellReady()
    while (this.waitingBytes > MOST_WAITING_BYTES) await this.tellNext()
  }

  /** What nobody has to look into, and is told when it is its turn. */
  async addFound(value: Found, tell: Tell<Found>): Promise<void> {
    if (this.waiting.length === 0) return tell(value)
    this.waiting.push({ text: NO_TEXT, tell, found: { value } })
  }

  /** Until everything is told. */
  async finish(): Promise<void> {
    await this.handOver()
    while (this.waiting.length > 0) await this.tellNext()
  }

  /** What was not told by now never is; what comes is done on this thread. */
  close(): void {
    this.pool?.close()
    this.pool = undefined
    this.isAlone = true
  }

  private async startThreads(share: number): Promise<void> {
    const { first, worth } = this.work.sizes
    const most = Math.floor((this.seenBytes / share - this.seenBytes) / worth)
    if (this.seenBytes < first || most < 1) return
    this.pool = await this.work.startThreads(most)
    this.isAlone = this.pool === undefined
  }

  private async lookInto(entry: Waiting<Found>): Promise<void> {
    entry.found = { value: await this.work.look(entry.text) }
  }

  private async handOver(): Promise<void> {
    const { batch } = this
    if (batch.length === 0) return
    this.batch = []
    this.batchBytes = 0
    const taken = await this.pool?.offer(batch.map(({ text }) => text))
    if (taken === undefined) {
      for (const entry of batch) await this.lookInto(entry)
      return
    }
    const answered = taken.found.then((found) => {
      if (found.length !== batch.length) throw new Error('a thread told of other texts than it was given')
      for (const [index, value] of found.entries()) {
        const entry = batch[index]
        if (entry !== undefined) entry.found = { value }
      }
    })
    answered
      .catch((error: unknown) => {
        this.failure ??= { error }
      })
      .finally(() => this.wake())
  }

  private async tellReady(): Promise<void> {
    for (let [first] = this.waiting; first?.found !== undefined; [first] = this.waiting) {
      this.waiting.shift()
      this.waitingBytes -= first.text.bytes.length
      await first.tell(first.found.value)
    }
    if (this.failure !== undefined) throw this.failure.error
  }

  /** Until one more text is told at least. */
  private async tellNext(): Promise<void> {
    const [first] = this.waiting
    if (first?.found === undefined && this.failure === undefined) {
      await new Promise<void>((resolve) => {
        this.wake = resolve
      })
    }
    await this.tellReady()
  }
}
