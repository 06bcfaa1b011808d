import { FormatError, UsageError } from '../../errors.ts'
import type { Branch, Comment, Node } from '../../format/tree.ts'

/** A pattern of paths, `db.*`. */
export interface PathPattern {
  readonly text: string
  /** One per key; `null` stands for any number of keys. */
  readonly keys: readonly (RegExp | null)[]
}

/** How far a path has come in a pattern: the keys that it may fit next. The number of keys is the end. */
interface Progress {
  readonly pattern: PathPattern
  readonly at: ReadonlySet<number>
}

/**
 * Read a pattern of paths: keys with dots between; `*` is any part of a key, `**` any number of keys, `\` takes away the
 * meaning of what follows. Items of lists are numbered from 0, comments not counted.
 *
 * @throws UsageError `ERR_USAGE` for an empty one
 */
export function parsePathPattern(text: string): PathPattern {
  if (text === '') {
    throw new UsageError('ERR_USAGE', '--only is empty', { hint: "write keys with dots between, 'db.*' for instance" })
  }
  const keys: (RegExp | null)[] = []
  let key = { text: '', source: '' }
  for (const [part = ''] of text.matchAll(/\\?./gsu)) {
    if (part === '.') {
      keys.push(keyPattern(key))
      key = { text: '', source: '' }
    } else key = { text: key.text + part, source: key.source + (part === '*' ? '.*' : literal(part)) }
  }
  return { text, keys: [...keys, keyPattern(key)] }
}

function keyPattern(key: { readonly text: string; readonly source: string }): RegExp | null {
  return key.text === '**' ? null : new RegExp(`^${key.source}$`, 's')
}

/** @param part - a character, or one behind a `\` */
function literal(part: string): string {
  return (part.length > 1 ? part.replace(/^\\/, '') : part).replace(/[\\^$.*+?()[\]{}|/]/, '\\$&')
}

/**
 * What is left of documents when only the values on paths that fit one of `patterns` stay, with all that is below them.
 * Comments stay only in what stays whole; documents of which nothing is left are left out.
 *
 * @throws FormatError `ERR_PATH_NOT_FOUND` for a pattern that nothing fits
 */
export function onlyFitting(documents: readonly Branch[], patterns: readonly PathPattern[]): Branch[] {
  for (const pattern of patterns) {
    if (documents.some((document) => fitting(document, [start(pattern)]) !== undefined)) continue
    throw new FormatError('ERR_PATH_NOT_FOUND', `no value has a path that fits ${pattern.text}`, {
      hint: 'keys are written exactly as in the file, with dots between; * is any key, ** any number of keys',
    })
  }
  return documents.flatMap((document) => {
    const left = fitting(document, patterns.map(start))
    return left?.kind === 'branch' ? [left] : []
  })
}

function fitting(node: Node, progress: readonly Progress[]): Node | undefined {
  if (progress.some(({ pattern, at }) => at.has(pattern.keys.length))) return node
  if (progress.every(({ at }) => at.size === 0)) return undefined
  const below = (value: Node, key: string) =>
    fitting(
      value,
      progress.map((one) => advance(one, key)),
    )
  if (node.kind === 'branch') {
    const items = node.items.flatMap((item) => {
      const value = item.kind === 'entry' ? below(item.value, item.key) : undefined
      return item.kind === 'entry' && value !== undefined ? [{ ...item, value }] : []
    })
    return items.length === 0 ? undefined : { kind: 'branch', items }
  }
  if (node.kind !== 'list') return undefined
  const values = node.items.filter((item: Node | Comment): item is Node => item.kind !== 'comment')
  const items = values.flatMap((item, index) => below(item, String(index)) ?? [])
  return items.length === 0 ? undefined : { kind: 'list', items }
}

function start(pattern: PathPattern): Progress {
  return { pattern, at: withSkipped(pattern, [0]) }
}

function advance({ pattern, at }: Progress, key: string): Progress {
  const next = [...at].flatMap((index) => {
    const wanted = pattern.keys[index]
    if (wanted === null) return [index]
    return wanted?.test(key) === true ? [index + 1] : []
  })
  return { pattern, at: withSkipped(pattern, next) }
}

/** `**` may also stand for no key at all. */
function withSkipped(pattern: PathPattern, places: readonly number[]): ReadonlySet<number> {
  const all = new Set(places)
  for (const place of all) if (pattern.keys[place] === null) all.add(place + 1)
  return all
}
