import { FormatError } from '../errors.ts'
import { DATA } from './binary-document.ts'
import { cannotEmit } from './error-at.ts'
import { jsonStore } from './json/store.ts'
import { onlyDocument } from './single-document.ts'
import type { Source, Store } from './store.ts'
import type { Branch } from './tree.ts'

/**
 * The envelope of a binary file: a JSON document whose key `data` holds the whole file as one sealed value. The plain
 * file is no text and has no leaves, so it goes through {@link binaryDocument} and {@link binaryBytes} instead.
 */
export const binaryStore: Store = {
  ...jsonStore,
  name: 'binary',
  /** @throws FormatError as JSON; `ERR_SYNTAX` when there is anything but one text under `data` */
  parse(text): Source {
    const envelope = jsonStore.parse(text)
    const value = dataOf(onlyDocument(envelope.documents))
    return {
      text,
      // no place: what is opened may be any bytes and never goes back into the envelope
      documents: [
        { kind: 'branch', items: [{ kind: 'entry', key: DATA, value: { kind: 'scalar', type: 'str', value } }] },
      ],
      aliases: [],
      lostComments: [],
      metadata: envelope.metadata,
      hasReserved: envelope.hasReserved,
      placeMetadata: (metadata) => envelope.placeMetadata(metadata),
      removeMetadata: () => envelope.removeMetadata(),
    }
  },
  emitValue() {
    throw cannotEmit('a binary file has no parts: a single value cannot be taken out of it')
  },
}

function dataOf(document: Branch): string {
  const [item, ...others] = document.items
  const isData = item?.kind === 'entry' && item.key === DATA
  if (isData && others.length === 0 && item.value.kind === 'scalar' && item.value.type === 'str')
    return item.value.value
  throw new FormatError('ERR_SYNTAX', 'this is not a sealed binary file', {
    hint: 'it holds one text under the key data, and the sops block; name the right --input-type',
  })
}
