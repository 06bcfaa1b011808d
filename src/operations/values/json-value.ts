import { isBullaError, UsageError } from '../../errors.ts'
import { scanJson } from '../../format/json/scanner.ts'
import { decodeText } from '../../format/text.ts'
import type { Node } from '../../format/tree.ts'

/**
 * A value as `set` takes it: JSON of any kind. Integers stay integers, `1.0` stays a float.
 *
 * @throws UsageError `ERR_VALUE`; nothing of the value is in it
 */
export function parseJsonValue(text: string): Node {
  const wrapped = `{"":${text}\n}`
  const [entry, other] = scanOrRefuse(wrapped)
  if (entry === undefined || other !== undefined) throw noJson()
  checkKeys(entry.value, [])
  checkNumbers(entry.value, wrapped)
  return withoutPlaces(entry.value)
}

/** A value that is a text, whatever it looks like. */
export function textValue(text: string): Node {
  return { kind: 'scalar', type: 'str', value: text }
}

/** The text of a file that holds one value: the line break at its end is none of it. */
export function textOfFile(bytes: Uint8Array): string {
  return decodeText(bytes).replace(/\r?\n$/, '')
}

function scanOrRefuse(text: string) {
  try {
    return scanJson(text).branch.items.filter((item) => item.kind === 'entry')
  } catch (error) {
    if (!isBullaError(error)) throw error
    if (error.code === 'ERR_SYNTAX') throw noJson()
    throw new UsageError('ERR_VALUE', error.message, error.hint === undefined ? {} : { hint: error.hint })
  }
}

function noJson(): UsageError {
  return new UsageError('ERR_VALUE', 'the value is not JSON', {
    hint: 'a text needs quotes of its own, \'"text"\'; or add --string, which takes the value as it is',
  })
}

/** sops seals both, and then nobody can read the file; which of them is meant nobody knows. */
function checkKeys(node: Node, path: readonly string[]): void {
  if (node.kind === 'list') {
    for (const item of node.items) if (item.kind !== 'comment') checkKeys(item, path)
  } else if (node.kind === 'branch') {
    const known = new Set<string>()
    for (const item of node.items) {
      if (item.kind === 'comment') continue
      const place = [...path, item.key]
      if (known.has(item.key)) {
        throw new UsageError('ERR_VALUE', 'this key stands twice in the value', {
          where: { path: place },
          hint: 'leave one of them out',
        })
      }
      known.add(item.key)
      checkKeys(item.value, place)
    }
  }
}

/** sops would round them. */
function checkNumbers(node: Node, text: string): void {
  if (node.kind === 'branch' || node.kind === 'list') {
    for (const item of node.items) {
      if (item.kind !== 'comment') checkNumbers(item.kind === 'entry' ? item.value : item, text)
    }
  } else if (node.kind === 'scalar' && node.type === 'float' && node.place !== undefined) {
    const raw = text.slice(node.place.start, node.place.end)
    if (!/^-?[0-9]+$/.test(raw) || raw === '-0') return
    throw new UsageError('ERR_VALUE', 'an integer beyond 64 bits cannot be kept', { hint: 'give it as a text' })
  }
}

function withoutPlaces(node: Node): Node {
  switch (node.kind) {
    case 'null':
      return node
    case 'scalar': {
      const { place, ...plain } = node
      return plain
    }
    case 'list':
      return {
        kind: 'list',
        items: node.items.map((item) => (item.kind === 'comment' ? item : withoutPlaces(item))),
      }
    case 'branch':
      return {
        kind: 'branch',
        items: node.items.map((item) =>
          item.kind === 'comment' ? item : { ...item, value: withoutPlaces(item.value) },
        ),
      }
  }
}
