import { FormatError, UsageError } from '../../errors.ts'
import { applyEdits } from '../../format/edits.ts'
import { metadataBranch, parseMetadata } from '../../format/metadata.ts'
import type { EmitOptions, Store } from '../../format/store.ts'
import { decodeText, encodeText } from '../../format/text.ts'
import type { ChangingFile } from '../change.ts'
import { policyOf, type SealPolicy } from '../seal.ts'

/** The plain file together with its metadata block. @throws UsageError `ERR_CONFLICT` for a binary file */
export function showMasterKeys(file: ChangingFile): Uint8Array {
  const { store, layout, opened } = file
  if (store.name === 'binary') {
    throw new UsageError('ERR_CONFLICT', 'a binary file has no room for its keys', {
      hint: 'leave out --show-master-keys',
    })
  }
  const source = store.parse(decodeText(file.plain()), layout)
  return encodeText(applyEdits(source.text, source.placeMetadata(metadataBranch(opened.metadata))))
}

/** What {@link splitMasterKeys} makes of a text. */
interface PlainWithPolicy {
  readonly plain: Uint8Array
  readonly policy: SealPolicy
}

/**
 * The plain file, and who is to read it: what {@link showMasterKeys} put together, after it was edited. New readers need
 * no more than their name; time and MAC are made anew.
 *
 * @throws FormatError `ERR_METADATA` when the block is gone or damaged, and what the store throws
 */
export function splitMasterKeys(text: Uint8Array, store: Store, layout: EmitOptions): PlainWithPolicy {
  const source = store.parse(decodeText(text), layout)
  if (source.metadata === undefined) {
    throw new FormatError('ERR_METADATA', 'the sops block is gone', {
      hint: 'put it back: it names who can open the file',
    })
  }
  const metadata = parseMetadata(source.metadata)
  const readers = metadata.groups.map((group) => group.map(({ enc: _wrapped, ...description }) => description))
  return {
    plain: encodeText(applyEdits(source.text, source.removeMetadata())),
    policy: policyOf(metadata, store.name === 'binary', readers),
  }
}
