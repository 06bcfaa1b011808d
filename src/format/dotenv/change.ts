import type { ChangeRequest } from '../change.ts'
import type { Edit } from '../edits.ts'
import { cannotEmit } from '../error-at.ts'
import { flatNode } from '../flat-value.ts'
import type { Entry, Node } from '../tree.ts'
import { escapeValue, unescapeValue } from './line.ts'
import { readDotenv } from './source.ts'
import { dotenvStore } from './store.ts'

/** The edits that make one change in a dotenv text. A new key gets a line at the end. @throws FormatError `ERR_EMIT` */
export function changeDotenv({ text, change }: ChangeRequest): Edit[] {
  if (change.kind === 'add') return [append(text, change.key ?? '', change.value)]
  const entries = readDotenv(text).documents[0]?.items.filter((item): item is Entry => item.kind === 'entry')
  const entry = entries?.[change.at[0] ?? 0]
  const place = entry?.value.kind === 'scalar' ? entry.value.place : undefined
  if (entry === undefined || place === undefined) throw cannotEmit('the place to change cannot be found in the text')
  if (change.kind === 'replace') {
    return [{ start: place.start, end: place.end, text: escapeValue(flatNode(change.value, [entry.key], 'dotenv')) }]
  }
  const start = text.lastIndexOf('\n', place.start - 1) + 1
  const isEnded = place.end < text.length
  // of the last line of a text that does not end with a line break, the one before it goes
  return [{ start: isEnded ? start : Math.max(0, start - 1), end: isEnded ? place.end + 1 : place.end, text: '' }]
}

/** What is read back for a value: the text that is written. @throws FormatError `ERR_EMIT` */
export function readBackDotenv(value: Node, path: readonly string[]): Node {
  return { kind: 'scalar', type: 'str', value: unescapeValue(escapeValue(flatNode(value, path, 'dotenv'))) }
}

function append(text: string, key: string, value: Node): Edit {
  const line = dotenvStore.emit([{ kind: 'branch', items: [{ kind: 'entry', key, value }] }])
  const { length } = text
  const isComplete = length === 0 || text.endsWith('\n')
  return { start: length, end: length, text: isComplete ? line : `\n${line.slice(0, -1)}` }
}
