import type { FileSystem, Progress, WriteRequest } from './ports.ts'

/** Files in the making at the same time: while the first wait for a key service, others are read, which fills that time. */
const PLANNED = 128
/** Files on their way to the disk at the same time: enough to keep it busy, and few to be done when one fails. */
const WRITTEN = 8

/** What became of one file. */
export interface FileReport {
  /** Absolute; undefined for standard input. */
  readonly path: string | undefined
  readonly outcome: string
  /** Texts for the user. */
  readonly notes: readonly string[]
}

/** What became of all of them. */
export interface BatchResult<Report extends FileReport> {
  /** The only file, when it goes nowhere else. */
  readonly bytes: Uint8Array | undefined
  /** Of the files that could be planned. */
  readonly reports: readonly Report[]
  /** Why files failed. One that failed before anything was written keeps all others from being written. */
  readonly failures: readonly unknown[]
  readonly fileCount: number
  readonly writtenCount: number
}

export interface Plan<Job> {
  readonly jobs: readonly Job[]
  readonly failures: readonly unknown[]
}

/**
 * Plan for many files before anything is written: every file is computed, failures are collected, the order is kept.
 */
export async function planAll<Input, Job>(
  inputs: readonly Input[],
  progress: Progress,
  label: string,
  plan: (input: Input) => Promise<Job>,
): Promise<Plan<Job>> {
  const results = await mapConcurrently(inputs, plan, { most: PLANNED, progress, label })
  return {
    jobs: results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : [])),
    failures: results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : [])),
  }
}

/** Write what was planned, when all of it may be written. A failure stops what has not started; every file is either old or new. */
export async function writeAll(
  files: FileSystem,
  writes: readonly WriteRequest[],
  progress: Progress,
): Promise<{ readonly writtenCount: number; readonly failures: readonly unknown[] }> {
  const refused = await mapConcurrently(writes, ({ path }) => files.checkPlace(path), { most: WRITTEN })
  const refusals = refused.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []))
  if (refusals.length > 0) return { writtenCount: 0, failures: refusals }
  let failed = false
  const writeOne = async (write: WriteRequest) => {
    if (failed) return false
    try {
      await files.write(write)
      return true
    } catch (error) {
      failed = true
      throw error
    }
  }
  const results = await mapConcurrently(writes, writeOne, { most: WRITTEN, progress, label: 'writing' })
  return {
    writtenCount: results.filter((result) => result.status === 'fulfilled' && result.value).length,
    failures: results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : [])),
  }
}

async function mapConcurrently<Input, Result>(
  inputs: readonly Input[],
  run: (input: Input) => Promise<Result>,
  { most, progress, label = '' }: { readonly most: number; readonly progress?: Progress; readonly label?: string },
): Promise<PromiseSettledResult<Result>[]> {
  const results: PromiseSettledResult<Result>[] = []
  const queue = inputs.entries()
  let done = 0
  const worker = async () => {
    for (const [index, input] of queue) {
      const [result] = await Promise.allSettled([run(input)])
      results[index] = result
      done += 1
      progress?.update(label, done, inputs.length)
    }
  }
  await Promise.all(Array.from({ length: Math.min(most, inputs.length) }, worker))
  progress?.finish()
  return results
}
