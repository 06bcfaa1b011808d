import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'

/** Where Linux says for how much of a period a container may use processors: of control groups 2, and 1. */
const LIMITS: readonly (readonly string[])[] = [
  ['/sys/fs/cgroup/cpu.max'],
  ['/sys/fs/cgroup/cpu/cpu.cfs_quota_us', '/sys/fs/cgroup/cpu/cpu.cfs_period_us'],
]

/** How many processors this process may keep busy; of a machine that a container is on, often only a few. */
export function processorCount(): number {
  const limits = LIMITS.map((files) => limitIn(files.map(contentOf).join(' ')))
  return Math.max(1, Math.min(availableParallelism(), ...limits))
}

/** @param text - the quota, which is no number or below zero where there is none, and the period @returns whole processors */
export function limitIn(text: string): number {
  const [quota = Number.NaN, period = Number.NaN] = text.trim().split(/\s+/).map(Number)
  return quota > 0 && period > 0 ? Math.floor(quota / period) : Number.POSITIVE_INFINITY
}

function contentOf(path: string): string {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return ''
  }
}
