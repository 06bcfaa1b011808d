import { closeSync, openSync } from 'node:fs'

/** Whether somebody sits at a terminal of this process. */
export function hasTerminal(): boolean {
  if (process.platform === 'win32') return process.stdin.isTTY === true
  try {
    closeSync(openSync('/dev/tty', 'r'))
    return true
  } catch {
    return false
  }
}
