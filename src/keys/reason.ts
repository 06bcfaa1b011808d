import { type ErrorCode, isBullaError } from '../errors.ts'

/** What to do about these differs from key to key. */
const OWN_HINT: readonly ErrorCode[] = ['ERR_KEY_SERVICE', 'ERR_NOT_ALLOWED', 'ERR_CONFIG']

/**
 * Why a key did not work, as one line of a report. Only our own errors are quoted; what any other one says may hold a
 * secret (age-encryption puts a mistyped identity into its message), so of those only the class is named.
 */
export function reasonOf(error: unknown): string {
  if (isBullaError(error)) {
    const { code, message, hint } = error
    return hint !== undefined && OWN_HINT.includes(code) ? `${message} (${hint})` : message
  }
  return `internal error (${error instanceof Error ? error.name : typeof error})`
}
