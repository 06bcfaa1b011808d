import { decodeText, encodeText } from '../../../format/text.ts'
import type { Node, StoreName } from '../../../format/tree.ts'
import { layoutFor } from '../../layout.ts'
import type { FileVersion, World } from '../../ports.ts'
import { loadStore } from '../../stores.ts'
import { changedText } from '../../values/change-text.ts'
import { loadChanger } from '../../values/changers.ts'
import { parseJsonValue } from '../../values/json-value.ts'
import { changeToSet, locate } from '../../values/tree-change.ts'
import type { PathStep } from '../../values/tree-path.ts'
import type { FileStep } from '../step.ts'

/** One value in a file of settings. */
export interface Setting {
  readonly steps: readonly PathStep[]
  /** Anything that JSON can say. */
  readonly value: unknown
}

/** The step that puts settings into a file of YAML. @throws as {@link setInText} */
export async function settingsChange(
  { path, about, before }: Pick<FileStep, 'path' | 'about'> & { readonly before: FileVersion },
  settings: readonly Setting[],
  world: World,
): Promise<FileStep> {
  const after = await setInText(before.bytes, settings, { path, name: 'yaml', world })
  return { kind: 'file', path, about, before, after }
}

/**
 * A file of settings with more in it; everything else stays byte for byte.
 *
 * @param path - absolute
 * @throws FormatError `ERR_EMIT` where the layout of the file does not let it in, `ERR_SYNTAX`
 */
export async function setInText(
  bytes: Uint8Array,
  settings: readonly Setting[],
  { path, name, world }: { path: string; name: StoreName; world: World },
): Promise<Uint8Array> {
  const [store, changer] = await Promise.all([loadStore(name), loadChanger(name)])
  const layout = await layoutFor(path, name, undefined, world)
  let text = decodeText(bytes)
  for (const { steps, value } of settings) {
    const source = store.parse(text)
    const [root] = source.documents
    if (root === undefined || changer === undefined) continue
    const change = changeToSet(root, { steps, countsComments: false }, parseJsonValue(JSON.stringify(value)))
    text = changedText({ source, store, layout, changer, document: 0, change })
  }
  return encodeText(text)
}

/** What stands at a path; undefined when nothing does. @throws FormatError `ERR_SYNTAX` */
export async function nodeIn(
  bytes: Uint8Array,
  steps: readonly PathStep[],
  name: StoreName,
): Promise<Node | undefined> {
  const [root] = (await loadStore(name)).parse(decodeText(bytes)).documents
  if (root === undefined) return undefined
  const { node, rest } = locate(root, { steps, countsComments: false })
  return rest.length === 0 ? node : undefined
}
