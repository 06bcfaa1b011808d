import { cannotEmit } from '../error-at.ts'
import { flatNode, openedComment } from '../flat-value.ts'
import { flattenMetadata } from '../metadata-flat.ts'
import { onlyDocument } from '../single-document.ts'
import type { Store } from '../store.ts'
import type { Branch, Entry } from '../tree.ts'
import { escapeValue } from './line.ts'
import { PREFIX, readDotenv } from './source.ts'

/** dotenv as sops reads it: nothing is trimmed, unquoted or interpreted, but `\n` in a value is a line break. */
export const dotenvStore: Store = {
  name: 'dotenv',
  parse: readDotenv,
  emit: (documents) => onlyDocument(documents).items.map(writeItem).join(''),
  emitValue(value) {
    if (value.kind === 'scalar' && value.type === 'str') return value.value
    throw cannotEmit('the dotenv store can only print texts')
  },
  withMetadata: (document, metadata) => ({
    kind: 'branch',
    items: [
      ...document.items,
      ...flattenMetadata(metadata).map(
        ({ key, value }): Entry => ({
          kind: 'entry',
          key: PREFIX + key,
          value: { kind: 'scalar', type: 'str', value },
        }),
      ),
    ],
  }),
  reservedName: (document) =>
    document.items.find((item): item is Entry => item.kind === 'entry' && item.key.startsWith(PREFIX))?.key,
}

function writeItem(item: Branch['items'][number]): string {
  if (item.kind === 'comment') return `#${oneLine(openedComment(item), [])}\n`
  return `${checkedKey(item.key)}=${escapeValue(flatNode(item.value, [item.key], 'dotenv'))}\n`
}

function oneLine(text: string, path: readonly string[]): string {
  if (!text.includes('\n')) return text
  throw cannotEmit('a comment with a line break cannot be written as dotenv', 'split the comment', path)
}

/** A key that would be read back as another one, or as a comment, is refused: sops writes it all the same. */
function checkedKey(key: string): string {
  if (!/[=\n]/.test(key) && !key.startsWith('#')) return key
  throw cannotEmit('a key with "=", a line break or "#" at its start cannot be written as dotenv', undefined, [key])
}
