import type { CleanKind } from '../operations/judge/clean-files.ts'
import { sieveOf } from '../operations/judge/sieve/sieve-of.ts'
import type { SieveSetup } from '../operations/judge/sieve/sieve-setup.ts'
import { type TextJob, unpackJob } from '../operations/texts/text-job.ts'
import { statsOf } from '../platform/files/stats.ts'
import { answerJobs } from '../platform/threads/thread-side.ts'

// what a thread of check runs, see wire.ts
answerJobs(
  (setup: SieveSetup) => sieveOf(setup, (path) => statsOf(path)?.isFile() === true),
  async (job: TextJob, sieve) => {
    const kinds: (CleanKind | undefined)[] = []
    for (const text of unpackJob(job)) kinds.push(await sieve.kindOf(text))
    return kinds
  },
)
