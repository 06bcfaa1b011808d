import { FormatError, UsageError } from '../errors.ts'
import type { EmitOptions, Store } from '../format/store.ts'
import { encodeText } from '../format/text.ts'
import type { Branch, Comment, Node } from '../format/tree.ts'

/** A step of a tree path: a key, or a position in a list. */
type PathStep = string | number

/**
 * Read a tree path in sops's syntax: `["key"][0]`, with either quote. The first bracket may be missing.
 *
 * @throws UsageError `ERR_EXTRACT_PATH`
 */
export function parseExtractPath(text: string): PathStep[] {
  if (text === '') return []
  const pieces = text.split('[').filter((piece, index) => piece !== '' || index > 0)
  return pieces.map((piece, index) => {
    const body = piece.endsWith(']') ? piece.slice(0, -1) : undefined
    if (body === undefined || (index === 0 && !text.startsWith('[') && !/^["']/.test(piece))) throw badPath()
    const quoted = /^(["'])(.*)\1$/s.exec(body)
    if (quoted !== null) return quoted[2] ?? ''
    if (/^\+?[0-9]+$/.test(body)) return Number(body)
    throw badPath()
  })
}

function badPath(): UsageError {
  return new UsageError('ERR_EXTRACT_PATH', 'the tree path cannot be read', {
    hint: 'it looks like \'["section"]["key"][0]\'; quote it for the shell',
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
      throw new FormatError('ERR_PATH_NOT_FOUND', 'there is no value at this path', {
        where: { path: path.slice(0, index + 1).map(String) },
        hint: 'positions in lists count from 0, and comments count too',
      })
    }
    current = found
  }
  if (current === undefined) return new Uint8Array()
  if (current.kind === 'scalar' && current.type === 'str') return current.bytes ?? encodeText(current.value)
  return encodeText(current.kind === 'branch' ? output.emit([current], layout) : output.emitValue(current, layout))
}

function child(node: Node, step: PathStep): Node | Comment | undefined {
  if (typeof step === 'number') return node.kind === 'list' ? node.items[step] : undefined
  if (node.kind !== 'branch') return undefined
  const entry = node.items.find((item) => item.kind === 'entry' && item.key === step)
  return entry?.kind === 'entry' ? entry.value : undefined
}
