import { HASH, isBlank, isBlankOrEnd, isBreakOrEnd } from './chars.ts'
import type { Comments } from './comments.ts'
import type { Cursor } from './cursor.ts'
import { readTagHandle, readTagUri } from './scan-properties.ts'
import type { Token } from './tokens.ts'

/** Read a directive line, the head being at its `%`. Only `%YAML` and `%TAG` exist for libyaml. */
export function scanDirective(cursor: Cursor, comments: Comments): Token {
  const start = cursor.mark()
  cursor.skip()
  const name = readName(cursor)
  cursor.skipBlanks()
  const token = name === 'YAML' ? readVersion(cursor) : readTagDirective(cursor)
  const end = cursor.offset
  cursor.skipBlanks()
  if (cursor.peek() === HASH) comments.skipLost(cursor)
  if (!isBreakOrEnd(cursor.peek())) throw cursor.error('only a comment may follow a directive', start)
  cursor.skipBreak()
  return { ...token, start, end }
}

function readName(cursor: Cursor): string {
  const match = /^(YAML|TAG)(?=[ \t])/.exec(cursor.text.slice(cursor.offset, cursor.offset + 5))
  if (match === null) throw cursor.error('a line that starts with "%" must be a %YAML or %TAG directive')
  cursor.skipTo(cursor.offset + match[0].length)
  return match[0]
}

function readVersion(cursor: Cursor): Pick<Token, 'type' | 'value'> {
  const match = /^[0-9]{1,2}\.[0-9]{1,2}(?![0-9])/.exec(cursor.text.slice(cursor.offset, cursor.offset + 6))
  if (match === null) throw cursor.error('a %YAML directive needs a version')
  cursor.skipTo(cursor.offset + match[0].length)
  return { type: 'version-directive', value: match[0] }
}

function readTagDirective(cursor: Cursor): Pick<Token, 'type' | 'value' | 'suffix'> {
  const value = readTagHandle(cursor)
  if (value !== '!' && !value.endsWith('!')) throw cursor.error('the handle of a %TAG directive ends with "!"')
  if (!isBlank(cursor.peek())) throw cursor.error('a %TAG directive needs a handle and a prefix')
  cursor.skipBlanks()
  const suffix = readTagUri(cursor, '')
  if (!isBlankOrEnd(cursor.peek())) throw cursor.error('a %TAG directive needs a handle and a prefix')
  return { type: 'tag-directive', value, suffix }
}
