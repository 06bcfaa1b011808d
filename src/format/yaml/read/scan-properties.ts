import { codeAt, isBlankOrEnd, isWord } from './chars.ts'
import type { Cursor } from './cursor.ts'
import type { Token } from './tokens.ts'

/** Read `&name` or `*name`, the head being at the sign. */
export function scanAnchor(cursor: Cursor, type: 'anchor' | 'alias'): Token {
  const start = cursor.mark()
  cursor.skip()
  const value = readWord(cursor)
  const code = cursor.peek()
  if (value === '' || !(isBlankOrEnd(code) || '?:,]}%@`'.includes(String.fromCharCode(code)))) {
    throw cursor.error(`the name of an ${type} is made of letters, digits, "_" and "-"`, start)
  }
  return { type, start, end: cursor.offset, value }
}

/** Read a tag, the head being at its `!`. `value` is the handle (empty for `!<…>` and `!`), `suffix` the rest. */
export function scanTag(cursor: Cursor): Token {
  const start = cursor.mark()
  let value = ''
  let suffix: string
  if (cursor.peek(1) === 0x3c) {
    cursor.skipTo(cursor.offset + 2)
    suffix = readTagUri(cursor, '')
    if (cursor.peek() !== 0x3e) throw cursor.error('a tag of the form !<…> is not closed', start)
    cursor.skip()
  } else {
    const handle = readTagHandle(cursor)
    if (handle.length > 1 && handle.endsWith('!')) {
      value = handle
      suffix = readTagUri(cursor, '')
    } else {
      suffix = readTagUri(cursor, handle)
      if (suffix === '') suffix = '!'
      else value = '!'
    }
  }
  if (!isBlankOrEnd(cursor.peek())) throw cursor.error('a space must follow a tag', start)
  return { type: 'tag', start, end: cursor.offset, value, suffix }
}

/** Read `!`, `!name` or `!name!`. */
export function readTagHandle(cursor: Cursor): string {
  if (cursor.peek() !== 0x21) throw cursor.error('a tag handle starts with "!"')
  cursor.skip()
  const name = readWord(cursor)
  if (cursor.peek() !== 0x21) return `!${name}`
  cursor.skip()
  return `!${name}!`
}

/** Read the rest of a tag. `head` is what was read before it showed not to be a handle; it counts as read. */
export function readTagUri(cursor: Cursor, head: string): string {
  let uri = head.slice(1)
  let found = head !== ''
  for (;;) {
    const code = cursor.peek()
    if (code === 0x25) {
      uri += readUriEscape(cursor)
    } else if (isWord(code) || (code !== 0 && ";/?:@&=+$,.!~*'()[]".includes(String.fromCharCode(code)))) {
      uri += String.fromCharCode(code)
      cursor.skip()
    } else if (found) {
      return uri
    } else {
      throw cursor.error('a tag has no name')
    }
    found = true
  }
}

/** One character, escaped as the `%XX` of its UTF-8 bytes. */
function readUriEscape(cursor: Cursor): string {
  const bytes: number[] = []
  let width = 1
  while (bytes.length < width) {
    const hex = cursor.text.slice(cursor.offset + 1, cursor.offset + 3)
    if (cursor.peek() !== 0x25 || !/^[0-9a-fA-F]{2}$/.test(hex)) throw cursor.error('a tag has a broken %XX escape')
    const byte = Number.parseInt(hex, 16)
    if (bytes.length === 0) width = byte < 0x80 ? 1 : byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2
    bytes.push(byte)
    cursor.skipTo(cursor.offset + 3)
  }
  const text = Buffer.from(bytes).toString('utf8')
  if (text.includes('\ufffd')) throw cursor.error('a tag has a %XX escape that is not UTF-8')
  return text
}

function readWord(cursor: Cursor): string {
  const start = cursor.offset
  let end = start
  while (isWord(codeAt(cursor.text, end))) end += 1
  cursor.skipTo(end)
  return cursor.text.slice(start, end)
}
