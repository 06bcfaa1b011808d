import type { Clock } from '../keys/services/environment.ts'

/** Timers hold no more: what is longer would end at once, with a warning on standard error. A server may ask for any pause. */
const LONGEST_MS = 2 ** 31 - 1

export const nodeClock: Clock = {
  now: () => Date.now(),

  wait: (ms, signal) =>
    new Promise((resolve, reject) => {
      const abort = () => {
        clearTimeout(timer)
        reject(signal.reason)
      }
      const timer = setTimeout(
        () => {
          signal.removeEventListener('abort', abort)
          resolve()
        },
        Math.min(ms, LONGEST_MS),
      )
      if (signal.aborted) abort()
      else signal.addEventListener('abort', abort, { once: true })
    }),

  /**
   * Not `AbortSignal.timeout`: nothing holds such a signal once it is part of an `AbortSignal.any`, so that it may be
   * collected and never aborts (https://github.com/nodejs/node/issues/54614). This one is held by its timer.
   */
  timeout(ms) {
    const controller = new AbortController()
    const timer = setTimeout(() => controller.abort(new DOMException('the time is up', 'TimeoutError')), ms)
    timer.unref()
    return controller.signal
  },
}
