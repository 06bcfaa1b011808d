import { BullaError } from '../../../errors.ts'
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

/**
 * The step that puts settings into a file of YAML; undefined when there are none.
 *
 * @param whole - what is written where there is nothing but comments: no place to put settings into
 * @throws as {@link setInText}
 */
export async function settingsChange(
  { path, about, before }: Pick<FileStep, 'path' | 'about'> & { readonly before: FileVersion },
  { settings, whole }: { readonly settings: readonly Setting[]; readonly whole: string },
  world: World,
): Promise<FileStep | undefined> {
  if (settings.length === 0) return undefined
  const base = { kind: 'file', path, about, before } as const
  if ((await nodeIn(before.bytes, [], path)) !== undefined)
    return { ...base, after: await setInText(before.bytes, settings, { path, name: 'yaml', world }) }
  const text = decodeText(before.bytes)
  return { ...base, after: encodeText(`${text}${text === '' || text.endsWith('\n') ? '' : '\n'}${whole}`) }
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
  try {
    for (const { steps, value } of settings) {
      const source = store.parse(text)
      const [root] = source.documents
      if (root === undefined || changer === undefined) continue
      const change = changeToSet(root, { steps, countsComments: false }, parseJsonValue(JSON.stringify(value)))
      text = changedText({ source, store, layout, changer, document: 0, change })
    }
    return encodeText(text)
  } catch (error) {
    throw inSettings(error, path)
  }
}

/**
 * What stands at a path of keys; undefined when nothing does.
 *
 * @param file - absolute; JSON or YAML by its name
 * @throws FormatError `ERR_SYNTAX`
 */
export async function nodeIn(bytes: Uint8Array, steps: readonly PathStep[], file: string): Promise<Node | undefined> {
  const name = file.endsWith('.json') ? 'json' : 'yaml'
  try {
    const [root] = (await loadStore(name)).parse(decodeText(bytes)).documents
    if (root === undefined) return undefined
    const { node, rest } = locate(root, { steps, countsComments: false })
    return rest.length === 0 ? node : undefined
  } catch (error) {
    throw inSettings(error, file)
  }
}

function inSettings(error: unknown, file: string): unknown {
  if (!(error instanceof BullaError)) return error
  return error.at({ file }, 'correct it, then run "bulla init" again; --no-hooks leaves hooks out')
}
