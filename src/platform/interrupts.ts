import { rmSync } from 'node:fs'

/** Temporary files and folders that must not outlive this process. */
const leftovers = new Set<string>()
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
let listening = false

/**
 * Have `path` removed when a signal ends the process before {@link forget} is called. The signal then ends the process
 * as it would have: whoever started it sees what it expects.
 */
export function removeOnInterrupt(path: string): void {
  leftovers.add(path)
  if (listening) return
  listening = true
  for (const signal of SIGNALS) process.once(signal, () => interrupted(signal))
}

/** `path` is gone or has become what it was for. */
export function forget(path: string): void {
  leftovers.delete(path)
}

function interrupted(signal: (typeof SIGNALS)[number]): void {
  for (const path of leftovers) rmSync(path, { recursive: true, force: true })
  for (const other of SIGNALS) process.removeAllListeners(other)
  process.kill(process.pid, signal)
}
