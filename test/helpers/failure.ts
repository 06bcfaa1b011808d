import { expect } from 'vitest'
import { BullaError } from '../../src/errors.ts'

/** Run what must fail with one of our own errors, and hand that error back. */
export function failure(run: () => unknown): BullaError {
  try {
    run()
  } catch (error) {
    expect(error).toBeInstanceOf(BullaError)
    if (error instanceof BullaError) return error
  }
  throw new Error('nothing was thrown')
}

/** Wait for what must fail with one of our own errors, and hand that error back. */
export async function rejection(promise: Promise<unknown>): Promise<BullaError> {
  const [outcome] = await Promise.allSettled([promise])
  return failure(() => {
    if (outcome.status === 'rejected') throw outcome.reason
  })
}
