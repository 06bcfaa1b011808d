import { looksSealed, sealedType } from '../../format/enc.ts'
import type { SelectorSpec } from '../../format/metadata.ts'
import { compileSelector } from '../../format/selector.ts'
import type { Branch, Leaf } from '../../format/tree.ts'
import { walk } from '../../format/walk.ts'

/** Which values a selector seals, by number and by name. Empty values, nulls and empty collections are not counted. */
export interface ValueCounts {
  /** In a plain file: that would be sealed. */
  readonly sealed: number
  readonly clear: number
  readonly sealedComments: number
  /** Keys of the values that the selector leaves clear, each path once, in the order of the file. */
  readonly clearPaths: readonly (readonly string[])[]
  /** Of a sealed file: keys of values that the selector seals and that stand there in clear. */
  readonly unsealedPaths: readonly (readonly string[])[]
}

/** What sealing a binary file does. */
export const WHOLE: ValueCounts = { sealed: 1, clear: 0, sealedComments: 0, clearPaths: [], unsealedPaths: [] }

/**
 * Count what is sealed in documents of a sealed file, or would be in those of a plain one.
 *
 * @throws ConfigError `ERR_SELECTOR`
 */
export async function countValues(
  documents: readonly Branch[],
  spec: SelectorSpec,
  isSealed: boolean,
): Promise<ValueCounts> {
  let [sealed, clear, sealedComments] = [0, 0, 0]
  const clearPaths = new Paths()
  const unsealedPaths = new Paths()
  walk(documents, await compileSelector(spec), (leaf, { selected, path }) => {
    const text = leaf.kind === 'comment' ? leaf.text : leaf.value
    const done = isSealed ? looksSealed(text) : selected
    if (isComment(leaf, isSealed)) {
      if (done && text !== '') sealedComments += 1
      return true
    }
    if (text === '') return
    if (done) sealed += 1
    else clear += 1
    if (!selected) clearPaths.add(path)
    else if (!done) unsealedPaths.add(path)
    return
  })
  return { sealed, clear, sealedComments, clearPaths: clearPaths.list, unsealedPaths: unsealedPaths.list }
}

/** sops writes sealed comments of lists as elements. */
function isComment(leaf: Leaf, isSealed: boolean): boolean {
  return leaf.kind === 'comment' || (isSealed && sealedType(leaf.value) === 'comment')
}

class Paths {
  readonly list: string[][] = []
  private readonly known = new Set<string>()

  add(path: readonly string[]): void {
    const name = JSON.stringify(path)
    if (this.known.has(name)) return
    this.known.add(name)
    this.list.push([...path])
  }
}
