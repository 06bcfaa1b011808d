import { look } from '../operations/scan/look.ts'
import { lookToolsOf } from '../operations/scan/look-setup.ts'
import type { Spotted } from '../operations/scan/scan-file.ts'
import type { LookSetup } from '../operations/scan/threads-port.ts'
import { type TextJob, unpackJob } from '../operations/texts/text-job.ts'
import { statsOf } from '../platform/files/stats.ts'
import { answerJobs } from '../platform/threads/thread-side.ts'

// what a thread of scan runs, see wire.ts
answerJobs(
  (setup: LookSetup) => lookToolsOf(setup, (path) => statsOf(path)?.isFile() === true),
  async (job: TextJob, tools) => {
    const found: (readonly Spotted[])[] = []
    for (const text of unpackJob(job)) found.push(await look(text, tools))
    return found
  },
)
