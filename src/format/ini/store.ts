import { flatNode } from '../flat-value.ts'
import { goString } from '../json/strings.ts'
import { sopsLayout, writeNode } from '../json/write.ts'
import { onlyDocument, reservedKey, SOPS } from '../single-document.ts'
import type { Store } from '../store.ts'
import type { Branch, Node } from '../tree.ts'
import { metadataSection } from './block.ts'
import { readIni } from './source.ts'
import { writeIni } from './write.ts'

/** INI as sops reads it: sections of keys with texts, comments behind the key they stand above. */
export const iniStore: Store = {
  name: 'ini',
  parse: readIni,
  emit: (documents) => writeIni(onlyDocument(documents)),
  emitValue: goJson,
  withMetadata: (document, metadata) => ({
    kind: 'branch',
    items: [...document.items, { kind: 'entry', key: SOPS, value: metadataSection(metadata) }],
  }),
  reservedName: reservedKey,
}

/** sops prints a part of an INI file as Go's JSON of its tree: a section is a list of keys and values. */
function goJson(node: Node): string {
  if (node.kind === 'branch') return `[${node.items.map(goItem).join(',')}]`
  if (node.kind === 'list') flatNode(node, [], 'INI') // throws
  return writeNode(node, sopsLayout(''))
}

function goItem(item: Branch['items'][number]): string {
  if (item.kind === 'entry') return `{"Key":${goString(item.key)},"Value":${goJson(item.value)}}`
  return `{"Key":{"Value":${goString(item.text)},"Inline":${item.inline}},"Value":null}`
}
