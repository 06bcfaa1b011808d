import { isBullaError } from '../errors.ts'

/**
 * Why a key did not work, as one line of a report. Only our own errors are quoted; what any other one says may hold a
 * secret (age-encryption puts a mistyped identity into its message), so of those only the class is named.
 */
export function reasonOf(error: unknown): string {
  if (isBullaError(error)) return error.message
  return `internal error (${error instanceof Error ? error.name : typeof error})`
}
