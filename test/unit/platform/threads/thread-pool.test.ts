import { afterEach, describe, expect, it } from 'vitest'
import { ThreadPool, threadCount } from '../../../../src/platform/threads/thread-pool.ts'

const HEAD = "import { parentPort, workerData } from 'node:worker_threads'\n"
const READY = "parentPort.postMessage('ready')\n"
const ECHO = "parentPort.on('message', (job) => parentPort.postMessage({ answer: [workerData, job].join(' ') }))\n"

const pools: ThreadPool<unknown, string>[] = []

function poolOf(program: string, count = 1): ThreadPool<unknown, string> {
  const pool = new ThreadPool<unknown, string>(
    new URL(`data:text/javascript,${encodeURIComponent(program)}`),
    'hi',
    count,
  )
  pools.push(pool)
  return pool
}

/** As soon as there is room. */
async function ask(pool: ThreadPool<unknown, string>, job: unknown): Promise<Promise<string>[]> {
  for (;;) {
    const taken = await pool.offer(job, [])
    if (taken !== undefined) return [taken.answer]
  }
}

afterEach(() => {
  for (const pool of pools.splice(0)) pool.close()
})

describe('a pool of threads', () => {
  it('answers each job, and has no room for more than two each', async () => {
    const pool = poolOf(HEAD + ECHO + READY)
    const [first] = await ask(pool, 'a')
    expect(await first).toBe('hi a')
    const slow = poolOf(`${HEAD}parentPort.on('message', () => undefined)\n${READY}`)
    for (const job of ['b', 'c']) for (const answer of await ask(slow, job)) answer.catch(() => undefined)
    expect(await slow.offer('d', [])).toBeUndefined()
  })

  it('refuses what a thread did not answer with ERR_INTERNAL, however it ends', async () => {
    for (const end of ['process.exit(0)', 'throw new Error("no")', 'Promise.reject(new Error("no"))']) {
      const pool = poolOf(`${HEAD}parentPort.on('message', () => { ${end} })\n${READY}`)
      const [answer] = await ask(pool, 'a')
      await expect(answer).rejects.toMatchObject({ code: 'ERR_INTERNAL' })
      expect(await pool.offer('b', [])).toBeUndefined()
    }
  })

  it('does without threads that cannot start', async () => {
    const broken = poolOf('throw new Error("no")')
    const good = poolOf(HEAD + ECHO + READY)
    const [answer] = await ask(good, 'a')
    await answer
    expect(await broken.offer('a', [])).toBeUndefined()
  })

  it('has as many as processors are left and find work, or as the user wants, and no more than seven', () => {
    const count = (wish: string | undefined, busy: number, most = 9) => threadCount(wish, { busy, most })
    expect([count('0', 1), count('3', 2), count('3', 1, 1), count('99', 1)]).toEqual([0, 3, 3, 7])
    expect(count('many', 1)).toBe(count(undefined, 1))
    expect(count(undefined, 1)).toBeGreaterThanOrEqual(count(undefined, 2))
    expect(count(undefined, 0, 1)).toBe(1)
  })
})
