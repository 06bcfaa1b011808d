import { sameValues } from '../../crypto/same-values.ts'
import { FormatError } from '../../errors.ts'
import { applyEdits } from '../../format/edits.ts'
import { type Readers, withReaders } from '../../format/metadata.ts'
import type { EmitOptions, Source, Store } from '../../format/store.ts'
import { encodeText } from '../../format/text.ts'
import { readSealed } from '../open.ts'

/**
 * A sealed file with other readers of the same data key: only the lines about readers change.
 *
 * @throws FormatError `ERR_EMIT` when the block cannot be written into this layout
 */
export function withNewReaders(source: Source, readers: Readers, store: Store): Uint8Array {
  const block = source.metadata ?? { kind: 'branch', items: [] }
  const bytes = encodeText(applyEdits(source.text, source.placeMetadata(withReaders(block, readers))))
  const written = readSealed(store, bytes)
  if (isSame(written.metadata, readers) && sameValues(source.documents, written.source.documents)) return bytes
  throw new FormatError('ERR_EMIT', 'the readers cannot be written into the layout of this file', {
    hint: 'open the file and seal it anew',
  })
}

function isSame(written: Readers, { groups, shamirThreshold }: Readers): boolean {
  // entries stand by kind in a file
  const wraps = (all: Readers['groups']) => JSON.stringify(all.map((group) => group.map(({ enc }) => enc).sort()))
  return written.shamirThreshold === shamirThreshold && wraps(written.groups) === wraps(groups)
}

/** Columns per level as the block of this file has them, so that what stays in it stays as it is. */
export function layoutOfBlock(store: Store, bytes: Uint8Array): EmitOptions {
  // the other formats have no choice, or look for themselves
  if (store.name !== 'yaml') return {}
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
  const indent = /^sops:[^\S\n]*(?:#.*)?\r?\n( +)\S/m.exec(text)?.[1]?.length
  return indent === undefined ? {} : { indent }
}
