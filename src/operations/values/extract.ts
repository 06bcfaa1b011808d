import { FormatError } from '../../errors.ts'
import type { EmitOptions, Store } from '../../format/store.ts'
import { encodeText } from '../../format/text.ts'
import type { Branch, Comment, Node } from '../../format/tree.ts'
import { suggest } from '../../schema/suggest.ts'
import type { PathStep } from './tree-path.ts'

/**
 * One value of the first document, as sops prints it: a text as it is, a mapping as a document, anything else in the value
 * form of the output format.
 *
 * @throws FormatError `ERR_PATH_NOT_FOUND`, `ERR_EMIT`
 */
export function extract(
  documents: readonly Branch[],
  path: readonly PathStep[],
  output: Store,
  layout: EmitOptions,
): Uint8Array {
  let current: Node | undefined = documents[0]
  for (const [index, step] of path.entries()) {
    const found: Node | Comment | undefined = current === undefined ? undefined : child(current, step)
    if (found === undefined || found.kind === 'comment') {
      const where = { path: path.slice(0, index + 1).map(String) }
      throw new FormatError('ERR_PATH_NOT_FOUND', 'there is no value at this path', {
        where,
        hint: hintFor(current, step),
      })
    }
    current = found
  }
  return current === undefined ? new Uint8Array() : printed(current, output, layout)
}

/** A single value as it is printed. @throws FormatError `ERR_EMIT` */
export function printed(node: Node, output: Store, layout: EmitOptions): Uint8Array {
  if (node.kind === 'scalar' && node.type === 'str') return node.bytes ?? encodeText(node.value)
  return encodeText(node.kind === 'branch' ? output.emit([node], layout) : output.emitValue(node, layout))
}

/** Names of keys are no secret. */
function hintFor(node: Node | undefined, step: PathStep): string {
  if (node?.kind === 'list')
    return typeof step === 'string'
      ? 'a list stands above it: write a position, [0]'
      : 'positions in lists count from 0, and comments count too'
  if (node?.kind !== 'branch') return 'a single value stands above it: end the path there'
  if (typeof step === 'number') return 'a mapping stands above it: write a key, ["name"]'
  const keys = node.items.flatMap((item) => (item.kind === 'entry' ? [item.key] : []))
  const meant = suggest(step, keys)
  return meant === undefined ? 'keys are written exactly as in the file' : `did you mean ["${meant}"]?`
}

function child(node: Node, step: PathStep): Node | Comment | undefined {
  if (typeof step === 'number') return node.kind === 'list' ? node.items[step] : undefined
  if (node.kind !== 'branch') return undefined
  const entry = node.items.find((item) => item.kind === 'entry' && item.key === step)
  return entry?.kind === 'entry' ? entry.value : undefined
}
