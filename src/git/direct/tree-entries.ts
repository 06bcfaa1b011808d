import type { ObjectFolder } from './objects.ts'
import { sure } from './unsure.ts'

const SPACE = 32
/** The mode of a folder. */
export const FOLDER = '40000'

export interface TreeEntry {
  readonly mode: string
  readonly id: string
}

/** What stands in a tree, by name, in its order. Names are bytes, as latin1. @param tree - lower-case hex @throws Unsure */
export function entriesOf(tree: string, objects: ObjectFolder): Map<string, TreeEntry> {
  const hashBytes = tree.length / 2
  const bytes = objects.must(tree, 'tree')
  const entries = new Map<string, TreeEntry>()
  for (let at = 0; at < bytes.length; ) {
    const space = bytes.indexOf(SPACE, at)
    const end = bytes.indexOf(0, space)
    sure(space > at && end > space && end + hashBytes < bytes.length)
    const id = bytes.toString('hex', end + 1, end + 1 + hashBytes)
    entries.set(bytes.toString('latin1', space + 1, end), { mode: bytes.toString('latin1', at, space), id })
    at = end + 1 + hashBytes
  }
  return entries
}
