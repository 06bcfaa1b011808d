import { IV_BYTES, sealValue } from '../../crypto/cipher.ts'
import { sealMac } from '../../crypto/mac.ts'
import type { Exchange } from '../../crypto/open-tree.ts'
import { applyEdits, type Edit } from '../../format/edits.ts'
import { sealedType, withoutTail } from '../../format/enc.ts'
import { metadataBranch } from '../../format/metadata.ts'
import { encodeText } from '../../format/text.ts'
import type { Node, Scalar } from '../../format/tree.ts'
import { SOPS_VERSION } from '../../format/version.ts'
import type { ReadFile } from '../change.ts'
import type { OpenedFile } from '../open.ts'
import type { World } from '../ports.ts'
import { locate } from './tree-change.ts'
import type { TreePath } from './tree-path.ts'

/**
 * Find a sealed text that can give way to another one without a look at the plain file, as most calls of `set` want: its
 * `ENC[…]` is the only thing that changes, and the metadata. Nothing is opened.
 *
 * @returns undefined when the change needs more than this
 */
export function findExchange(
  { store, parsed }: ReadFile,
  path: TreePath,
  value: Node,
  document: number,
): Exchange | undefined {
  const isText = value.kind === 'scalar' && value.type === 'str' && value.value !== ''
  if (!isText || (store.name !== 'yaml' && store.name !== 'json')) return undefined
  const { documents, aliases } = parsed.source
  const root = documents[document]
  // comments of lists may stand as elements in a sealed file
  if (root === undefined || aliases.length > 0 || path.steps.some((step) => typeof step === 'number')) return undefined
  const { node, rest } = locate(root, path)
  const isSealedText = node.kind === 'scalar' && node.type === 'str' && sealedType(node.value) === 'str'
  return rest.length === 0 && isSealedText ? { leaf: node, value } : undefined
}

/**
 * The sealed file with another value at this place.
 *
 * @param file - opened for this exchange
 * @returns undefined when the place turns out to need more; the same file when the value stands there already
 */
export function setInPlace(
  file: OpenedFile,
  { leaf, value }: Exchange,
  world: World,
): Uint8Array | 'unchanged' | undefined {
  const { dataKey, metadata, source, tree } = file
  const old = tree.opened.get(leaf)
  if (old === undefined || old.kind === 'comment' || old.type !== 'str' || tree.exchanged === undefined)
    return undefined
  if (old.value === value.value) return 'unchanged'
  const { digest, aad } = tree.exchanged
  const sealed = sealValue({
    dataKey,
    iv: world.random(IV_BYTES),
    aad: encodeText(aad),
    plaintext: encodeText(value.value),
    type: 'str',
  })
  const edit = replaced(source.text, leaf, sealed)
  if (edit === undefined) return undefined
  const lastModified = world.now()
  const mac = sealMac({ dataKey, lastModified, digest, iv: world.random(IV_BYTES) })
  const block = metadataBranch({ ...metadata, lastModified, mac, version: SOPS_VERSION })
  return encodeText(applyEdits(source.text, [edit, ...source.placeMetadata(block)]))
}

/** All but the closing bracket, so that quotes and what else tells the style of the value stay as they are. */
function replaced(text: string, { value, place }: Scalar, sealed: string): Edit | undefined {
  if (place === undefined) return undefined
  const old = withoutTail(value).slice(0, -1)
  const start = text.slice(place.start, place.end).indexOf(old)
  if (start < 0) return undefined
  return { start: place.start + start, end: place.start + start + old.length, text: sealed.slice(0, -1) }
}
