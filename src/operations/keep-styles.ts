import { isBullaError } from '../errors.ts'
import { applyEdits, type Edit } from '../format/edits.ts'
import { looksSealed, sealedType, withoutTail } from '../format/enc.ts'
import { SEAL_ALL } from '../format/selector.ts'
import type { Source, Store } from '../format/store.ts'
import type { Branch, Leaf, Scalar } from '../format/tree.ts'
import { walk } from '../format/walk.ts'

/** A file, sealed and opened. */
export interface TwoForms {
  readonly sealed: Source
  readonly plain: Source
}

/**
 * Write values that did not change as they were sealed before. bulla notes in the style of a sealed value how it was
 * written; sops does not, and a value that was written out in place of an alias lost its own style. Sealed again, they
 * would be written in another style, under the same ciphertext, and lines would change that nobody touched.
 *
 * @returns the sealed text of `after`, with the styles of `before` where both forms of a value are the same
 */
export function keepStyles(before: TwoForms, after: TwoForms, store: Store): string {
  const known = new Map<string, string[]>()
  for (const { key, sealed } of formsOf(before))
    known.set(key, [...(known.get(key) ?? []), textAt(before.sealed, sealed)])
  const edits = formsOf(after).flatMap(({ key, sealed }): Edit[] => {
    const text = known.get(key)?.shift()
    const { place } = sealed
    if (text === undefined || place === undefined || text === textAt(after.sealed, sealed)) return []
    return [{ start: place.start, end: place.end, text }]
  })
  const { text } = after.sealed
  if (edits.length === 0) return text
  const kept = applyEdits(text, edits)
  return readsAs(store, kept, after.sealed) ? kept : text
}

interface Forms {
  /** Place, ciphertext, and how the value is written when it is open. */
  readonly key: string
  readonly sealed: Scalar
}

/** The sealed values that stand in the text themselves; none when the two forms do not have the same values. */
function formsOf({ sealed, plain }: TwoForms): Forms[] {
  const [inSealed, inPlain] = [leavesOf(sealed.documents).filter(isValue), leavesOf(plain.documents).filter(isValue)]
  if (inSealed.length !== inPlain.length) return []
  return inSealed.flatMap(({ aad, leaf }, index) => {
    const open = inPlain[index]
    if (open?.aad !== aad || leaf.place === undefined || !looksSealed(leaf.value)) return []
    return [{ key: JSON.stringify([aad, withoutTail(leaf.value), textAt(plain, open.leaf)]), sealed: leaf }]
  })
}

interface Found<Kind extends Leaf = Leaf> {
  readonly aad: string
  readonly leaf: Kind
}

function leavesOf(documents: readonly Branch[]): Found[] {
  const found: Found[] = []
  walk(documents, SEAL_ALL, (leaf, { aad }) => {
    found.push({ aad, leaf })
    return false
  })
  return found
}

/** A comment in a list that sops sealed stands there as an element, and is none. */
function isValue(found: Found): found is Found<Scalar> {
  return found.leaf.kind === 'scalar' && sealedType(found.leaf.value) !== 'comment'
}

/** How a value is written; nothing for what an alias repeats. */
function textAt({ text }: Source, { place }: Scalar): string {
  return place === undefined ? '' : text.slice(place.start, place.end)
}

/** Whether a sealed text reads as another does. A block scalar gives a ciphertext a line break, which is none of it. */
function readsAs(store: Store, text: string, wanted: Source): boolean {
  try {
    const { documents, metadata } = store.parse(text)
    return (
      metadata !== undefined && JSON.stringify(ciphertexts(documents)) === JSON.stringify(ciphertexts(wanted.documents))
    )
  } catch (error) {
    if (isBullaError(error)) return false
    throw error
  }
}

function ciphertexts(documents: readonly Branch[]): string[][] {
  return leavesOf(documents).map(({ aad, leaf }) => [
    aad,
    leaf.kind,
    leaf.kind === 'scalar' ? (looksSealed(leaf.value) ? withoutTail(leaf.value) : leaf.value) : leaf.text,
  ])
}
