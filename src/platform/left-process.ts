import type { Stats } from 'node:fs'
import { systemCode } from './files/file-errors.ts'

/** Whether something of this user was made by a process that is gone. @param id - of that process */
export function isLeftBy(id: number, stats: Stats): boolean {
  return (process.geteuid === undefined || stats.uid === process.geteuid()) && !isRunning(id)
}

export function isRunning(id: number): boolean {
  try {
    process.kill(id, 0)
    return true
  } catch (error) {
    return systemCode(error) !== 'ESRCH'
  }
}
