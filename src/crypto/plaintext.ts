import { encodeText } from '../format/text.ts'
import type { Leaf } from '../format/tree.ts'

/** As {@link plaintextOf}, as text; undefined for a leaf of bytes. */
export function plainTextOf(leaf: Leaf): string | undefined {
  if (leaf.kind === 'comment') return leaf.text
  return leaf.bytes === undefined ? (leaf.exact ?? leaf.value) : undefined
}

/** What is sealed for a leaf: its value, spelled as exactly as the format can carry. Empty for what stays clear. */
export function plaintextOf(leaf: Leaf): Uint8Array {
  if (leaf.kind === 'comment') return encodeText(leaf.text)
  return leaf.bytes ?? encodeText(leaf.exact ?? leaf.value)
}

/** What the MAC hashes for a leaf: its value in sops's own spelling. */
export function hashedBytesOf(leaf: Leaf): Uint8Array {
  if (leaf.kind === 'comment') return encodeText(leaf.text)
  return leaf.bytes ?? encodeText(leaf.value)
}

/** `type:` of a leaf when it is sealed. */
export function sealedTypeOf(leaf: Leaf): 'str' | 'int' | 'float' | 'bool' | 'time' | 'comment' {
  return leaf.kind === 'comment' ? 'comment' : leaf.type
}

/** What a leaf at `path` is bound to, as text: each key followed by a colon, `:` for the root. */
export function aadOf(path: readonly string[]): string {
  return `${path.join(':')}:`
}
