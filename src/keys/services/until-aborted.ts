import { CallFailure } from './rest.ts'

/**
 * For work of a library, which may not know the signal: whoever waits does not have to.
 *
 * @param late - what is thrown when `signal` aborts first. Default: its reason
 */
export function untilAborted<T>(
  work: Promise<T>,
  signal: AbortSignal,
  late: () => unknown = () => signal.reason,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(late())
    if (signal.aborted) abort()
    else signal.addEventListener('abort', abort, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}

/** @throws {@link CallFailure} when `signal` aborts before the token came */
export function tokenInTime<T>(token: Promise<T>, signal: AbortSignal): Promise<T> {
  const hint = 'check the network and the login'
  return untilAborted(token, signal, () => new CallFailure('no token came in time', { isTransient: true, hint }))
}
