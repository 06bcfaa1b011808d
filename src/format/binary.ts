import { FormatError } from '../errors.ts'
import { cannotEmit } from './error-at.ts'
import { jsonStore } from './json/store.ts'
import { onlyDocument } from './single-document.ts'
import type { Store } from './store.ts'
import { encodeText } from './text.ts'
import type { Branch, LeafPlace, Scalar } from './tree.ts'

const DATA = 'data'

/**
 * The envelope of a binary file: a JSON document whose key `data` holds the whole file as one sealed value. The plain
 * file is no text and has no leaves, so it goes through {@link binaryDocument} and {@link binaryBytes} instead.
 */
export const binaryStore: Store = {
  ...jsonStore,
  name: 'binary',
  /** @throws FormatError as JSON; `ERR_SYNTAX` when there is anything but one text under `data` */
  parse(text) {
    const source = jsonStore.parse(text)
    dataOf(onlyDocument(source.documents))
    return source
  },
  emitValue() {
    throw cannotEmit('a binary file has no parts: a single value cannot be taken out of it')
  },
}

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

function dataOf(document: Branch): void {
  const [item, ...others] = document.items
  const isData = item?.kind === 'entry' && item.key === DATA
  if (isData && others.length === 0 && item.value.kind === 'scalar' && item.value.type === 'str') return
  throw new FormatError('ERR_SYNTAX', 'this is not a sealed binary file', {
    hint: 'it holds one text under the key data, and the sops block; name the right --input-type',
  })
}
