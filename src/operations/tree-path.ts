import { UsageError } from '../errors.ts'

/** A step of a tree path: a key, or a position in a list. */
export type PathStep = string | number

/**
 * Read a tree path in sops's syntax: `["key"][0]`, with either quote, also mixed. The first bracket may be missing. What
 * makes sops crash is malformed.
 *
 * @throws UsageError `ERR_TREE_PATH`
 */
export function parseTreePath(text: string): PathStep[] {
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
  return new UsageError('ERR_TREE_PATH', 'the tree path cannot be read', {
    hint: 'it looks like \'["section"]["key"][0]\', without blanks between; quote it for the shell',
  })
}
