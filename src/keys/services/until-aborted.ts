import { CallFailure } from './rest.ts'

/**
 * For a token that a library gets, which knows no signal.
 *
 * @throws {@link CallFailure} when `signal` aborts before it came
 */
export function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () =>
      reject(new CallFailure('no token came in time', { isTransient: true, hint: 'check the network and the login' }))
    if (signal.aborted) abort()
    else signal.addEventListener('abort', abort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}
