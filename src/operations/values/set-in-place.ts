import { IV_BYTES, sealValue } from '../../crypto/cipher.ts'
import { MacDigest, sealMac } from '../../crypto/mac.ts'
import { hashedBytesOf } from '../../crypto/plaintext.ts'
import { applyEdits, type Edit } from '../../format/edits.ts'
import { sealedType, withoutTail } from '../../format/enc.ts'
import { DEFAULT_SELECTOR, metadataBranch } from '../../format/metadata.ts'
import { compileSelector } from '../../format/selector.ts'
import { encodeText } from '../../format/text.ts'
import type { Leaf, Node, Scalar } from '../../format/tree.ts'
import { SOPS_VERSION } from '../../format/version.ts'
import { walk } from '../../format/walk.ts'
import type { ReadFile } from '../change.ts'
import type { OpenedFile } from '../open.ts'
import type { World } from '../ports.ts'
import { locate } from './tree-change.ts'
import type { TreePath } from './tree-path.ts'

/**
 * The place of a sealed text that can give way to another one without a look at the plain file: what most calls of `set`
 * are about. Its `ENC[…]` is the only thing that changes, and the metadata.
 */
export interface SealedPlace {
  readonly leaf: Scalar
  readonly value: Scalar
}

/** Find it; undefined when the change needs more than this. Nothing is opened. */
export function sealedPlace(
  { store, parsed }: ReadFile,
  path: TreePath,
  value: Node,
  document: number,
): SealedPlace | undefined {
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
 * @returns undefined when the place turns out to need more; the same file when the value stands there already
 */
export async function setInPlace(
  file: OpenedFile,
  { leaf, value }: SealedPlace,
  world: World,
): Promise<Uint8Array | 'unchanged' | undefined> {
  const { dataKey, metadata, source, tree } = file
  const old = tree.opened.get(leaf)
  if (old === undefined || old.kind === 'comment' || old.type !== 'str') return undefined
  if (old.value === value.value) return 'unchanged'
  const { digest, aad } = await walkWith(file, leaf, value)
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

/** The digest of all values with the new one among them, and what that is bound to. */
async function walkWith({ metadata, source, tree }: OpenedFile, wanted: Leaf, value: Scalar) {
  const { macOnlyEncrypted } = metadata
  const digest = new MacDigest(macOnlyEncrypted)
  let place = ''
  walk(source.documents, await compileSelector(metadata.selector ?? DEFAULT_SELECTOR), (leaf, { aad, selected }) => {
    if (leaf.kind === 'comment') return false
    const opened = tree.opened.get(leaf) ?? leaf
    if (opened.kind === 'comment') return true
    if (leaf === wanted) place = aad
    if (selected || !macOnlyEncrypted) digest.add(hashedBytesOf(leaf === wanted ? value : opened))
    return false
  })
  return { digest: digest.finish(), aad: place }
}

/** All but the closing bracket, so that quotes and what else tells the style of the value stay as they are. */
function replaced(text: string, { value, place }: Scalar, sealed: string): Edit | undefined {
  if (place === undefined) return undefined
  const old = withoutTail(value).slice(0, -1)
  const start = text.slice(place.start, place.end).indexOf(old)
  if (start < 0) return undefined
  return { start: place.start + start, end: place.start + start + old.length, text: sealed.slice(0, -1) }
}
