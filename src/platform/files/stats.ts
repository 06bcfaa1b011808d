import { type Stats, statSync } from 'node:fs'

/** What is at a path, links followed; undefined when nothing is, or it cannot be told (a circle of links, no permission). */
export function statsOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false })
  } catch {
    return undefined
  }
}
