import { availableParallelism } from 'node:os'
import fc from 'fast-check'

const LANES = availableParallelism() + 1

/** The seed of this run; `BULLA_TEST_SEED` repeats an earlier one. */
const seed = Number(process.env['BULLA_TEST_SEED'] ?? Math.floor(Math.random() * 2 ** 30))

/**
 * Check a property that waits for other programs, several cases at a time. A failure shows the seed and the smallest file
 * that fails.
 *
 * @param show - a case as text
 */
export async function checkInLanes<T>(
  arbitrary: fc.Arbitrary<T>,
  { numRuns }: { numRuns: number },
  check: (value: T) => Promise<void>,
  show: (value: T) => string,
): Promise<void> {
  let failed = false
  const lane = async (index: number): Promise<void> => {
    const property = fc.asyncProperty(arbitrary, async (value) => {
      await check(value)
    })
    const result = await fc.check(property, {
      numRuns: Math.ceil(numRuns / LANES),
      seed: seed + index * 7919,
      // another lane has something to show already
      ...(failed ? { numRuns: 0 } : {}),
    })
    if (!result.failed) return
    failed = true
    const [value] = result.counterexample ?? []
    const reason = result.errorInstance instanceof Error ? result.errorInstance.message : String(result.errorInstance)
    const smallest = value === undefined ? 'too many cases were skipped' : show(value)
    throw new Error(`BULLA_TEST_SEED=${seed}, after ${result.numShrinks} simplifications:\n${smallest}\n--- ${reason}`)
  }
  await Promise.all(Array.from({ length: LANES }, (_, index) => lane(index)))
}
