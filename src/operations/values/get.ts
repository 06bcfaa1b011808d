import { resolve } from 'node:path'
import { jsonStore } from '../../format/json/store.ts'
import { encodeText } from '../../format/text.ts'
import type { Branch, Entry, Node, StoreName } from '../../format/tree.ts'
import { inFile } from '../in-file.ts'
import { layoutFor } from '../layout.ts'
import { openSealed } from '../open.ts'
import type { World } from '../ports.ts'
import { loadStore, storeNameFor } from '../stores.ts'
import { printed } from './extract.ts'
import { nodeIn } from './other-document.ts'
import { documentOf } from './set.ts'
import { readTreePath } from './tree-path.ts'

export interface GetOptions {
  /** The sealed file. */
  readonly file: string
  /** See `readTreePath`. */
  readonly paths: readonly string[]
  /** One JSON document: the value, or of several an object with the paths as keys. */
  readonly json?: boolean
  /** Which of several YAML documents, from 0. Default: 0. */
  readonly document?: number
  readonly inputType?: StoreName
  readonly ignoreMac?: boolean
  /** From `parseDecryptionOrder`. */
  readonly order?: readonly string[]
  readonly indent?: number
}

/**
 * Values of a sealed file as they are printed. One comes as `decrypt --extract` gives it, several one after another, each
 * ended by a line break.
 *
 * @throws UsageError `ERR_TREE_PATH`; FormatError `ERR_PATH_NOT_FOUND`, `ERR_EMIT`; as opening
 */
export async function getValues(options: GetOptions, world: World): Promise<Uint8Array> {
  const paths = options.paths.map(readTreePath)
  const path = resolve(world.cwd, options.file)
  const { inputType = storeNameFor(path), ignoreMac = false, order, indent } = options
  try {
    const [{ bytes }, store] = await Promise.all([world.files.open(path), loadStore(inputType)])
    const file = await openSealed(
      { store, bytes, file: path, ignoreMac, ...(order === undefined ? {} : { order }) },
      world,
    )
    try {
      const documents = file.documents()
      const document = documentOf(documents, options.document ?? 0)
      const nodes = paths.map((wanted) => nodeIn(documents, document, wanted))
      if (options.json === true) return encodeText(`${asJson(options.paths, nodes, indent)}\n`)
      const layout = nodes.some(isLaidOut) ? await layoutFor(path, inputType, indent, world) : {}
      const texts = nodes.map((node) => printed(node, store, layout))
      return texts.length === 1 ? (texts[0] ?? new Uint8Array()) : Buffer.concat(texts.map(ended))
    } finally {
      file.dispose()
    }
  } catch (error) {
    throw inFile(error, path, inputType)
  }
}

function isLaidOut({ kind }: Node): boolean {
  return kind === 'branch' || kind === 'list'
}

function asJson(paths: readonly string[], nodes: readonly Node[], indent: number | undefined): string {
  const [only] = nodes
  const items = nodes.map((value, index): Entry => ({ kind: 'entry', key: paths[index] ?? '', value }))
  const several: Branch = { kind: 'branch', items }
  const value = nodes.length === 1 && only !== undefined ? only : several
  return jsonStore.emitValue(value, indent === undefined ? {} : { indent })
}

const LINE_BREAK = Buffer.from('\n')

function ended(text: Uint8Array): Uint8Array {
  return text.at(-1) === LINE_BREAK[0] ? text : Buffer.concat([text, LINE_BREAK])
}
