import { parentPort, workerData } from 'node:worker_threads'
import { look } from '../operations/scan/look.ts'
import { type LookAnswer, type LookJob, unpackJob } from '../operations/scan/look-job.ts'
import { lookToolsOf } from '../operations/scan/look-setup.ts'
import type { LookSetup } from '../operations/scan/threads-port.ts'
import { statsOf } from '../platform/stats.ts'
import { READY } from '../platform/thread-pool.ts'

// what a thread of scan runs, see wire.ts; an error of it ends the thread, and is told there
const tools = lookToolsOf(workerData as LookSetup, (path) => statsOf(path)?.isFile() === true) // it is what wire.ts gives
let before: Promise<unknown> = tools.then(() => parentPort?.postMessage(READY))

parentPort?.on('message', (job: LookJob) => {
  before = before.then(async () => parentPort?.postMessage({ answer: await lookInto(job) }))
})

async function lookInto(job: LookJob): Promise<LookAnswer> {
  const found: LookAnswer[number][] = []
  for (const text of unpackJob(job)) found.push(await look(text, await tools))
  return found
}
