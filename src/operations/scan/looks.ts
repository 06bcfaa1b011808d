import { type LookTools, look, type NamedText } from './look.ts'
import type { Spotted } from './scan-file.ts'
import type { LookPool, LookThreads } from './threads-port.ts'

/** Texts that a thread gets at once. */
const BATCH_BYTES = 256 * 1024
/** So much is looked into before anything is known about the rest. */
const FIRST_BYTES = 2 * 1024 * 1024
/** A thread has to start, and V8 to compile for it: less is done before that. */
const WORTH_BYTES = 12 * 1024 * 1024
/** Of texts that wait for those before them. */
const MOST_WAITING_BYTES = 64 * 1024 * 1024

export interface LooksTools extends LookTools {
  /** @see JudgeSettings */
  readonly settings: LookTools['settings'] & { readonly rulesId: string }
  readonly threads?: LookThreads | undefined
}

/** Told what is in a text. */
export type Tell = (found: readonly Spotted[]) => Promise<void>

interface Waiting {
  readonly text: NamedText
  readonly tell: Tell
  found: readonly Spotted[] | undefined
}

/**
 * Looks into many texts, and tells what it finds in their order: by itself, and when there is enough left to do, by threads
 * beside it. What they have no room for it does itself.
 */
export class Looks {
  private readonly tools: LooksTools
  private readonly busy: number
  /** In the order of the texts. */
  private readonly waiting: Waiting[] = []
  private waitingBytes = 0
  private batch: Waiting[] = []
  private batchBytes = 0
  private seenBytes = 0
  private pool: LookPool | undefined
  private isAlone: boolean
  private failure: { readonly error: unknown } | undefined
  private wake: () => void = () => undefined

  /** @param busy - how many processors have something to do anyway: the one that this runs on, and one that unpacks texts */
  constructor(tools: LooksTools, busy: 1 | 2) {
    this.tools = tools
    this.busy = busy
    this.isAlone = tools.threads === undefined
  }

  /** @param share - how much of all that there is to do is done, 0 to 1 */
  async add(text: NamedText, share: number, tell: Tell): Promise<void> {
    const entry: Waiting = { text, tell, found: undefined }
    if (this.isAlone) return tell(await look(text, this.tools))
    this.waiting.push(entry)
    this.waitingBytes += text.bytes.length
    this.seenBytes += text.bytes.length
    if (this.pool === undefined) {
      entry.found = await look(text, this.tools)
      await this.startThreads(share)
    } else {
      this.batch.push(entry)
      this.batchBytes += text.bytes.length
      if (this.batchBytes < BATCH_BYTES) return
      await this.handOver()
    }
    await this.tellReady()
    while (this.waitingBytes > MOST_WAITING_BYTES) await this.tellNext()
  }

  /** Until everything is told. */
  async finish(): Promise<void> {
    await this.handOver()
    while (this.waiting.length > 0) await this.tellNext()
  }

  /** What was not told by now never is. */
  close(): void {
    this.pool?.close()
    this.pool = undefined
    this.isAlone = true
  }

  private async startThreads(share: number): Promise<void> {
    if (this.seenBytes < FIRST_BYTES || this.seenBytes / share - this.seenBytes < WORTH_BYTES) return
    const { known, settings, threads } = this.tools
    const rules = settings.rules.length === 0 ? undefined : Buffer.from(settings.rulesId, 'latin1')
    this.pool = await threads?.start({ known: known?.known, root: known?.tree.root, rules }, this.busy)
    this.isAlone = this.pool === undefined
  }

  private async handOver(): Promise<void> {
    const { batch } = this
    if (batch.length === 0) return
    this.batch = []
    this.batchBytes = 0
    const taken = await this.pool?.offer(batch.map(({ text }) => text))
    if (taken === undefined) {
      for (const entry of batch) entry.found = await look(entry.text, this.tools)
      return
    }
    const answered = taken.found.then((found) => {
      if (found.length !== batch.length) throw new Error('a thread told of other texts than it was given')
      for (const [index, entry] of batch.entries()) entry.found = found[index]
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
      await first.tell(first.found)
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
