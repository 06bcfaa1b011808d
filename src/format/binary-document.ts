import { cannotEmit } from './error-at.ts'
import { onlyDocument } from './single-document.ts'
import { encodeText } from './text.ts'
import type { Branch, LeafPlace, Scalar } from './tree.ts'

/** The one key of a binary file's tree. */
export const DATA = 'data'

/**
 * The tree of a plain binary file.
 *
 * @param bytes - the whole file; kept, not copied
 * @param place - what to do with its sealed form
 */
export function binaryDocument(bytes: Uint8Array, place?: LeafPlace): Branch {
  const value: Scalar = { kind: 'scalar', type: 'str', value: '', bytes, ...(place === undefined ? {} : { place }) }
  return { kind: 'branch', items: [{ kind: 'entry', key: DATA, value }] }
}

/**
 * The plain file that a tree stands for, nothing added.
 *
 * @throws FormatError `ERR_EMIT` as sops: not exactly one document, no `data`, `data` is not a text
 */
export function binaryBytes(documents: readonly Branch[]): Uint8Array {
  const entry = onlyDocument(documents).items.find((item) => item.kind === 'entry' && item.key === DATA)
  if (entry?.kind !== 'entry') {
    throw cannotEmit('there is no binary data in the document', 'only a document with the key data can become a file')
  }
  if (entry.value.kind !== 'scalar' || entry.value.type !== 'str') {
    throw cannotEmit('the key data does not hold a text', 'only a text can become a binary file', [DATA])
  }
  return entry.value.bytes ?? encodeText(entry.value.value)
}
