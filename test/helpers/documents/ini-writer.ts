import type { Branch, Entry, Node } from '../../../src/format/tree.ts'

/**
 * What the INI writer of sops does not get right, so that what it wrote says nothing about how a file was sealed.
 *
 * @see docs/compat.md
 */
export interface IniWriterLimits {
  /** Whether it crashes: on a comment of several lines with an empty one. */
  readonly crashes: boolean
  /** False when what it writes would be read as other values. */
  readonly writable: boolean
}

export function iniWriterLimits(documents: readonly Branch[]): IniWriterLimits {
  const items = documents.flatMap((document) => document.items.flatMap(itemsOf))
  return {
    crashes: items.some((item) => item.kind === 'comment' && item.text !== '' && item.text.split('\n').includes('')),
    writable: items.every((item) => item.kind === 'comment' || (isSafeKey(item.key) && isSafeValue(item.value))),
  }
}

function itemsOf(item: Branch['items'][number]): Branch['items'] {
  return item.kind === 'entry' && item.value.kind === 'branch' ? item.value.items : []
}

/** It writes `#1` for the key `-`, and a key from backticks without them: what then looks like a comment is lost. */
function isSafeKey(key: Entry['key']): boolean {
  return !/^[#;[]/.test(key)
}

/**
 * It writes most values bare; quotes around them are then taken off, and a backslash at their end goes on with the next
 * line.
 */
function isSafeValue(node: Node): boolean {
  if (node.kind !== 'scalar') return false
  const { value } = node
  if (/[\n`]/.test(value)) return !value.includes('"""')
  if (/[#;]/.test(value)) return true
  return !/^"[^"]*"$|^'[^']*'$|^"""|\\$/.test(value)
}
