import { FormatError, UsageError } from '../errors.ts'
import type { EmitOptions, Store } from '../format/store.ts'
import { encodeText } from '../format/text.ts'
import type { Branch, Comment, Node } from '../format/tree.ts'
import { suggest } from '../schema/suggest.ts'

/** A step of a tree path: a key, or a position in a list. */
type PathStep = string | number

/**
 * Read a tree path in sops's syntax: `["key"][0]`, with either quote, also mixed. The first bracket may be missing. What
 * makes sops crash is malformed.
 *
 * @throws UsageError `ERR_EXTRACT_PATH`
 */
export function parseExtractPath(text: string): PathStep[] {
  if (text === '') return []
  // like sops, which splits at each bracket and skips what is empty
  const pieces = text.split('[').filter((piece) => piece !== '')
  if (pieces.length === 0) throw badPath()
  return pieces.map((piece) => {
    if (!piece.endsWith(']')) throw badPath()
    const body = piece.slice(0, -1)
    const quoted = /^["'](.*)["']$/s.exec(body)?.[1]
    if (quoted !== undefined) return quoted
    if (/^\+?[0-9]{1,9}$/.test(body)) return Number(body)
    throw badPath()
  })
}

function badPath(): UsageError {
  return new UsageError('ERR_EXTRACT_PATH', 'the tree path cannot be read', {
    hint: 'it looks like \'["section"]["key"][0]\', without blanks between; quote it for the shell',
  })
}

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
  if (current === undefined) return new Uint8Array()
  if (current.kind === 'scalar' && current.type === 'str') return current.bytes ?? encodeText(current.value)
  return encodeText(current.kind === 'branch' ? output.emit([current], layout) : output.emitValue(current, layout))
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
