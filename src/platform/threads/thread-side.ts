import { parentPort, workerData } from 'node:worker_threads'
import { READY } from './thread-pool.ts'

/**
 * What a thread of a {@link ThreadPool} runs: one job after the other. An error ends it, and is told there.
 *
 * @param prepare - of the setup that the pool gave
 */
export function answerJobs<Setup, Tools, Job>(
  prepare: (setup: Setup) => Promise<Tools>,
  answer: (job: Job, tools: Tools) => Promise<unknown>,
): void {
  const tools = prepare(workerData as Setup) // what the other side was made with
  let before: Promise<unknown> = tools.then(() => parentPort?.postMessage(READY))
  parentPort?.on('message', (job: Job) => {
    before = before.then(async () => parentPort?.postMessage({ answer: await answer(job, await tools) }))
  })
}
