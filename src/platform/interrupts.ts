import { rmSync } from 'node:fs'

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** What must not outlive this process. */
const cleanups = new Set<() => void>()

/**
 * Have `cleanup` run when a signal ends the process. The signal then ends it as it would have: whoever started it sees
 * what it expects. While nothing has to be cleaned up, signals are left to the system, which waits for nobody.
 *
 * @returns what takes it back
 */
export function onInterrupt(cleanup: () => void): () => void {
  if (cleanups.size === 0) for (const signal of SIGNALS) process.on(signal, interrupted)
  cleanups.add(cleanup)
  return () => {
    if (cleanups.delete(cleanup) && cleanups.size === 0) stopListening()
  }
}

/** Have a temporary file or folder removed, see {@link onInterrupt}. @returns what takes it back */
export function removeOnInterrupt(path: string): () => void {
  return onInterrupt(() => rmSync(path, { recursive: true, force: true }))
}

function interrupted(signal: NodeJS.Signals): void {
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
  for (const signal of SIGNALS) process.off(signal, interrupted)
}
