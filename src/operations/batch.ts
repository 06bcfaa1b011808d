import type { FileSystem, Progress, WriteRequest } from './ports.ts'

/** Files in the making at the same time: enough to keep the disk busy while others are computed. */
const CONCURRENCY = 8

/** What became of one file of a plan. */
export type Planned<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: unknown }

/**
 * Plan for many files before anything is written: every file is computed, failures are collected, the order is kept.
 */
export async function planAll<I, T>(
  inputs: readonly I[],
  progress: Progress,
  label: string,
  plan: (input: I) => Promise<T>,
): Promise<Planned<T>[]> {
  let done = 0
  const results = await mapConcurrently(inputs, async (input): Promise<Planned<T>> => {
    try {
      return { ok: true, value: await plan(input) }
    } catch (error) {
      return { ok: false, error }
    } finally {
      done += 1
      progress.update(label, done, inputs.length)
    }
  })
  progress.finish()
  return results
}

/** Write what was planned. A failure stops what has not started; every file is either old or new. */
export async function writeAll(
  files: FileSystem,
  writes: readonly WriteRequest[],
  progress: Progress,
  label: string,
): Promise<void> {
  let done = 0
  try {
    await mapConcurrently(writes, async (write) => {
      await files.write(write)
      done += 1
      progress.update(label, done, writes.length)
    })
  } finally {
    progress.finish()
  }
}

async function mapConcurrently<I, T>(inputs: readonly I[], run: (input: I) => Promise<T>): Promise<T[]> {
  const results: T[] = []
  let next = 0
  let failed = false
  const worker = async () => {
    while (next < inputs.length && !failed) {
      const index = next
      next += 1
      const input = inputs[index]
      if (input === undefined) continue
      try {
        results[index] = await run(input)
      } catch (error) {
        failed = true
        throw error
      }
    }
  }
  const settled = await Promise.allSettled(Array.from({ length: Math.min(CONCURRENCY, inputs.length) }, worker))
  const failure = settled.find((result) => result.status === 'rejected')
  if (failure !== undefined) throw failure.reason
  return results
}
