import type { BigIntStats } from 'node:fs'

/** Identity, size and times of a file: differs when somebody wrote it in between. */
export function stampOf(stats: BigIntStats): string {
  return [stats.dev, stats.ino, stats.size, stats.mtimeNs, stats.ctimeNs].join(':')
}
