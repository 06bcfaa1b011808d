import { Worker } from 'node:worker_threads'
import { BullaError } from '../../errors.ts'
import { processorCount } from './processors.ts'

/** More wait for the one that gives them work. */
const MOST_THREADS = 7
/** A thread has something to go on with while it is answered. */
const MOST_JOBS = 2
/** What a thread says when it can begin. */
export const READY = 'ready'

/** What a thread answers with. */
export interface ThreadAnswer<Answer> {
  readonly answer: Answer
}

interface Expected<Answer> {
  resolve(answer: Answer): void
  reject(error: unknown): void
}

/** Threads that run a program of ours: each answers one message after the other. */
export class ThreadPool<Job, Answer> {
  private readonly threads: Thread<Job, Answer>[]

  /** @param setup - for each thread, as `workerData` */
  constructor(program: URL, setup: unknown, count: number) {
    this.threads = Array.from({ length: count }, () => new Thread(program, setup))
  }

  /** Hand over a job, and memory with it; undefined when nobody has room. The answer rejects when its thread ends. */
  async offer(job: Job, memory: readonly ArrayBuffer[]): Promise<{ readonly answer: Promise<Answer> } | undefined> {
    // who gives work may have a lot to do between two calls: now answers come in
    await new Promise((resolve) => setImmediate(resolve))
    const [thread] = this.threads.filter(({ room }) => room > 0).sort((a, b) => b.room - a.room)
    return thread === undefined ? undefined : { answer: thread.ask(job, memory) }
  }

  /** End all of them, whatever they do. */
  close(): void {
    for (const thread of this.threads) thread.close()
  }
}

/**
 * How many threads are worth their start.
 *
 * @param wish - of the user, a number
 * @param room - how many processors have work, and how many threads would find some
 */
export function threadCount(
  wish: string | undefined,
  { busy, most }: { readonly busy: number; readonly most: number },
): number {
  const count = wish !== undefined && /^[0-9]{1,3}$/.test(wish) ? Number(wish) : Math.min(processorCount() - busy, most)
  return Math.min(count, MOST_THREADS)
}

class Thread<Job, Answer> {
  private readonly worker: Worker
  private readonly expected: Expected<Answer>[] = []
  private state: 'starting' | 'ready' | 'ended' = 'starting'

  constructor(program: URL, setup: unknown) {
    // what it would print could be anything
    this.worker = new Worker(program, { workerData: setup, stdout: true, stderr: true })
    this.worker.on('message', (message: typeof READY | ThreadAnswer<Answer>) => {
      if (message === READY) this.state = 'ready'
      else this.expected.shift()?.resolve(message.answer)
    })
    // without a thread that cannot start, all is done by the others
    for (const event of ['error', 'messageerror', 'exit']) this.worker.on(event, () => this.end())
  }

  /** For so many more jobs. */
  get room(): number {
    return this.state === 'ready' ? MOST_JOBS - this.expected.length : 0
  }

  ask(job: Job, memory: readonly ArrayBuffer[]): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.expected.push({ resolve, reject })
      this.worker.postMessage(job, memory)
    })
  }

  close(): void {
    this.state = 'ended'
    void this.worker.terminate()
  }

  private end(): void {
    this.state = 'ended'
    const error = new BullaError('ERR_INTERNAL', 'a thread of this program ended before it had answered', {
      hint: 'run it again with BULLA_THREADS=0; where memory is short, look into fewer files at once',
    })
    for (const { reject } of this.expected.splice(0)) reject(error)
  }
}
