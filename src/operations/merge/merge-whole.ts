import { binaryDocument, DATA } from '../../format/binary-document.ts'
import { encodeText } from '../../format/text.ts'
import type { Node } from '../../format/tree.ts'
import type { Choice, OpenConflict } from './choices.ts'

interface Versions {
  readonly base: Uint8Array | undefined
  readonly ours: Uint8Array
  readonly theirs: Uint8Array
}

/** Merge binary files: they have no parts, so that two changes are always a conflict, of the whole. */
export function mergeWhole(
  { base, ours, theirs }: Versions,
  choices: readonly Choice[],
): {
  readonly open: readonly OpenConflict[]
  readonly ours: Uint8Array
  readonly theirs: Uint8Array
  readonly notes: readonly string[]
} {
  const isSame = (a: Uint8Array | undefined, b: Uint8Array) => a !== undefined && Buffer.compare(a, b) === 0
  const settled = (bytes: Uint8Array) => ({ open: [], ours: bytes, theirs: bytes, notes: [] })
  if (isSame(ours, theirs) || isSame(base, theirs)) return settled(ours)
  if (isSame(base, ours)) return settled(theirs)
  const [choice] = choices
  if (choice !== undefined) {
    const { take } = choice
    return settled(take === 'ours' ? ours : take === 'theirs' ? theirs : bytesOf(take))
  }
  const [inBase, inOurs, inTheirs] = [base, ours, theirs].map((bytes) => bytes && nodeOf(bytes))
  return {
    open: [{ document: 0, path: [DATA], base: inBase, ours: inOurs, theirs: inTheirs }],
    ours,
    theirs,
    notes: [],
  }
}

function nodeOf(bytes: Uint8Array): Node | undefined {
  const [entry] = binaryDocument(bytes).items
  return entry?.kind === 'entry' ? entry.value : undefined
}

function bytesOf(node: Node): Uint8Array {
  return node.kind === 'scalar' ? (node.bytes ?? encodeText(node.value)) : new Uint8Array()
}
