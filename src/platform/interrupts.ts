import { rmSync } from 'node:fs'

/** Windows has no way to hear the last one. */
const SIGNALS: readonly NodeJS.Signals[] =
  process.platform === 'win32' ? ['SIGINT', 'SIGTERM', 'SIGHUP'] : ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT']

/** What must not outlive this process. */
const cleanups = new Set<() => void>()
let isListening = false

/**
 * Have `cleanup` run when a signal ends the process. The signal then ends it as it would have: whoever started it sees
 * what it expects. While nothing has to be cleaned up, signals are left to the system, which waits for nobody.
 *
 * @returns what takes it back
 */
export function onInterrupt(cleanup: () => void): () => void {
  if (!isListening) for (const signal of SIGNALS) process.on(signal, interrupted)
  isListening = true
  cleanups.add(cleanup)
  return () => {
    if (cleanups.delete(cleanup) && cleanups.size === 0) stopWhenIdle()
  }
}

/**
 * Not at once: a signal that has arrived and was not handed out yet would reach nobody. Between two files that are written
 * one after another it does not stop at all.
 */
function stopWhenIdle(): void {
  const stop = () => {
    if (cleanups.size === 0) stopListening()
  }
  setImmediate(() => setImmediate(stop))
}

/** Have a temporary file or folder removed, see {@link onInterrupt}. @returns what takes it back */
export function removeOnInterrupt(path: string): () => void {
  return onInterrupt(() => rmSync(path, { recursive: true, force: true }))
}

/** Programs that have the terminal for themselves. */
let lent = 0

/** Leave Ctrl-C to a program that was started on the terminal. @returns what takes it back */
export function lendInterrupts(): () => void {
  const ignore = () => {}
  process.on('SIGINT', ignore)
  lent += 1
  let isLent = true
  return () => {
    if (!isLent) return
    isLent = false
    lent -= 1
    process.off('SIGINT', ignore)
  }
}

/** Clean up and end as `signal` does; for one that reached a program of ours instead. */
export function endBySignal(signal: NodeJS.Signals): Promise<never> {
  end(signal)
  // it may need a moment to arrive
  return new Promise(() => setInterval(() => {}, 1_000))
}

function interrupted(signal: NodeJS.Signals): void {
  if (signal !== 'SIGINT' || lent === 0) end(signal)
}

function end(signal: NodeJS.Signals): void {
  stopListening()
  for (const cleanup of cleanups) {
    try {
      cleanup()
    } catch {
      // the others have to run too, and there is nobody left to tell
    }
  }
  process.kill(process.pid, signal)
}

function stopListening(): void {
  isListening = false
  for (const signal of SIGNALS) process.off(signal, interrupted)
}
