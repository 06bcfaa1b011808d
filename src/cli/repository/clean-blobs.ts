import type { CleanBlobs } from '../../operations/cache/clean-blobs.ts'
import type { Io } from '../io.ts'
import type { Values } from '../options/options.ts'

export const NO_CACHE = ['--no-cache', 'look into everything, also what was found clean before'] as const

/** What was found clean before in the repository around the working directory; undefined with `--no-cache`, and outside of one. */
export async function cleanBlobs(values: Values, io: Io): Promise<CleanBlobs | undefined> {
  return values['cache'] === false ? undefined : io.cleanBlobs()
}
