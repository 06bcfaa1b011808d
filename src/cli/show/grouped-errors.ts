import { isBullaError } from '../../errors.ts'
import type { Io } from '../io.ts'
import { renderAgain, renderError } from './messages.ts'

/** Of the files that fail for one reason, so many are named. */
const MOST_NAMED = 10

/**
 * Show errors, each reason once: a missing key says the same about a thousand files. Errors with one reason stand
 * together, at the place of the first.
 *
 * @param verbose - name all files, however many
 */
export function renderErrors(errors: readonly unknown[], io: Io, { verbose }: { readonly verbose: boolean }): void {
  for (const [first, ...others] of byReason(errors)) {
    renderError(first, io)
    const named = verbose || others.length <= MOST_NAMED ? others : others.slice(0, MOST_NAMED - 1)
    for (const error of named) renderAgain(error, io)
    const left = others.length - named.length
    if (left > 0) io.writeErr(`${io.program}: error: ... and ${left} more files (--verbose names them)\n`)
  }
}

function byReason(errors: readonly unknown[]): Iterable<unknown[]> {
  const groups = new Map<unknown, unknown[]>()
  for (const error of errors) {
    // what is not ours is a bug: each of them is worth a report
    const reason = isBullaError(error) ? JSON.stringify([error.code, error.message, error.hint]) : error
    groups.set(reason, [...(groups.get(reason) ?? []), error])
  }
  return groups.values()
}
