import type { Edit } from '../edits.ts'
import { errorAt } from '../error-at.ts'
import { type FlatEntry, flattenMetadata, unflattenMetadata } from '../metadata-flat.ts'
import type { LostComment, Source } from '../store.ts'
import type { Branch, Comment, Entry, Node } from '../tree.ts'
import { CommentPlace, escapeValue, unescapeValue, ValuePlace } from './line.ts'

/** Keys that start so are metadata. */
export const PREFIX = 'sops_'

/** A run of metadata lines, final line break included. */
interface Run {
  readonly start: number
  end: number
}

/** @throws FormatError `ERR_SYNTAX`; `ERR_METADATA` when the metadata cannot be put together */
export function readDotenv(text: string): Source {
  const items: (Entry | Comment)[] = []
  const flat: FlatEntry[] = []
  const runs: Run[] = []
  for (let start = 0; start < text.length; ) {
    const lineEnd = text.indexOf('\n', start)
    const end = lineEnd < 0 ? text.length : lineEnd
    const next = lineEnd < 0 ? end : end + 1
    const item = readLine(text, start, end)
    if (item?.kind === 'entry' && item.key.startsWith(PREFIX)) {
      flat.push({ key: item.key.slice(PREFIX.length), value: item.value.value })
      if (runs.at(-1)?.end !== start) runs.push({ start, end: next })
      extend(runs, next)
    } else if (item !== undefined) {
      items.push(item)
    }
    start = next
  }
  return new DotenvSource(
    text,
    { kind: 'branch', items },
    flat.length === 0 ? undefined : unflattenMetadata(flat),
    runs,
  )
}

function extend(runs: readonly Run[], end: number): void {
  const run = runs.at(-1)
  if (run !== undefined) run.end = end
}

type Line = Comment | (Entry & { readonly value: { readonly kind: 'scalar'; readonly value: string } })

function readLine(text: string, start: number, end: number): Line | undefined {
  if (start === end) return undefined
  if (text[start] === '#') {
    const place = new CommentPlace(text, start + 1, end)
    return { kind: 'comment', text: text.slice(start + 1, end), inline: false, place }
  }
  const line = text.slice(start, end)
  const sign = line.indexOf('=')
  if (sign < 0) {
    const hint = line === '\r' ? 'save the file with LF line ends' : 'every line is KEY=value, empty, or starts with #'
    throw errorAt('ERR_SYNTAX', text, start, 'a line has no "="', hint)
  }
  const place = new ValuePlace(start + sign + 1, end)
  const value = unescapeValue(line.slice(sign + 1))
  return { kind: 'entry', key: line.slice(0, sign), value: { kind: 'scalar', type: 'str', value, place } }
}

class DotenvSource implements Source {
  readonly text: string
  readonly documents: readonly Branch[]
  readonly aliases: readonly Node[] = []
  readonly lostComments: readonly LostComment[] = []
  readonly metadata: Branch | undefined
  readonly hasReserved: boolean
  private readonly runs: readonly Run[]

  constructor(text: string, document: Branch, metadata: Branch | undefined, runs: readonly Run[]) {
    this.text = text
    this.documents = [document]
    this.metadata = metadata
    this.hasReserved = this.metadata !== undefined
    this.runs = runs
  }

  /** At the end; a file without final line break gets a block without one, which is how it is remembered. */
  placeMetadata(metadata: Branch): Edit[] {
    const block = flattenMetadata(metadata)
      .map(({ key, value }) => `${PREFIX}${key}=${escapeValue(value)}`)
      .join('\n')
    const standing = this.runs.at(-1)
    if (standing === undefined) {
      const { length } = this.text
      const complete = length === 0 || this.text.endsWith('\n')
      return [{ start: length, end: length, text: complete ? `${block}\n` : `\n${block}` }]
    }
    const end = this.text[standing.end - 1] === '\n' ? '\n' : ''
    const strays = this.runs.slice(0, -1).map((run) => ({ ...run, text: '' }))
    return [...strays, { ...standing, text: block + end }]
  }

  removeMetadata(): Edit[] {
    return this.runs.map((run) => {
      const complete = this.text[run.end - 1] === '\n'
      return { start: complete || run.start === 0 ? run.start : run.start - 1, end: run.end, text: '' }
    })
  }
}
