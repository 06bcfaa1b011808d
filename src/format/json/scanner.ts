import type { FormatError } from '../../errors.ts'
import type { Span } from '../edits.ts'
import { sealedType } from '../enc.ts'
import { errorAt } from '../error-at.ts'
import { FALSE, TRUE } from '../scalars.ts'
import type { Branch, Entry, List, Node, Scalar } from '../tree.ts'
import { JsonPlace, readNumber } from './place.ts'

/** Nesting deeper than this is refused: no configuration has it, and every later walk recurses. */
const MAX_DEPTH = 1000

/** Where one member of the root object stands. */
export interface Member extends Span {
  readonly key: string
  readonly keyEnd: number
  readonly valueStart: number
}

export interface Root {
  readonly branch: Branch
  /** One for each item of `branch`. */
  readonly members: readonly Member[]
  /** Offset of the opening brace. */
  readonly open: number
  /** Offset of the closing brace. */
  readonly close: number
}

/**
 * Read a JSON text: strictly RFC 8259, keys may repeat, the root is an object.
 *
 * @throws FormatError `ERR_SYNTAX`, `ERR_UTF8`, `ERR_LIMIT`, `ERR_UNSUPPORTED_VALUE`
 */
export function scanJson(text: string): Root {
  return new Scanner(text).root()
}

const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y

class Scanner {
  private readonly text: string
  private position = 0
  private depth = 0

  constructor(text: string) {
    this.text = text
  }

  root(): Root {
    this.checkEncoding()
    this.skipSpace()
    if (this.position === this.text.length) {
      throw this.error('ERR_SYNTAX', 'the file is empty', 'the empty JSON document is {}')
    }
    if (this.text[this.position] !== '{') {
      const hint = 'only an object can carry the sops block; wrap it: {"data": …}'
      throw this.error('ERR_SYNTAX', 'the root of the document is not an object', hint)
    }
    const open = this.position
    const members: Member[] = []
    const branch = this.object(members)
    const close = this.position - 1
    this.skipSpace()
    if (this.position < this.text.length) {
      throw this.error('ERR_SYNTAX', 'something stands behind the closing brace of the document', this.commentHint())
    }
    return { branch, members, open, close }
  }

  private checkEncoding(): void {
    if (this.text.startsWith('\ufeff')) {
      throw this.error('ERR_SYNTAX', 'the file starts with a byte order mark', 'save it as UTF-8 without BOM')
    }
    if (this.text.isWellFormed()) return
    this.position = this.text.search(/[\ud800-\udfff]/u)
    throw this.error('ERR_UTF8', 'the file is not UTF-8', 'save it as UTF-8, or seal it with the binary store')
  }

  private value(): Node {
    switch (this.text.charCodeAt(this.position)) {
      case 0x7b:
        return this.object()
      case 0x5b:
        return this.list()
      case 0x22: {
        const start = this.position
        const value = this.string()
        return { kind: 'scalar', type: 'str', value, place: new JsonPlace(this.text, start, this.position) }
      }
      case 0x74:
        return this.word('true', 'bool', TRUE)
      case 0x66:
        return this.word('false', 'bool', FALSE)
      case 0x6e:
        this.literal('null')
        return { kind: 'null' }
      default:
        return this.number()
    }
  }

  private object(members?: Member[]): Branch {
    const items: Entry[] = []
    this.enter()
    if (this.closes(0x7d)) return { kind: 'branch', items }
    for (;;) {
      const start = this.position
      if (this.text[start] !== '"') throw this.unexpected('a key in double quotes')
      const key = this.string()
      const keyEnd = this.position
      this.skipSpace()
      if (this.text[this.position] !== ':') throw this.unexpected('a colon')
      this.position += 1
      this.skipSpace()
      const valueStart = this.position
      items.push({ kind: 'entry', key, value: this.value() })
      members?.push({ key, start, keyEnd, valueStart, end: this.position })
      if (!this.continues(0x7d, 'a comma or a closing brace')) return { kind: 'branch', items }
    }
  }

  private list(): List {
    const items: Node[] = []
    const bounds: number[] = []
    this.enter()
    const open = this.position
    if (this.closes(0x5d)) return { kind: 'list', items }
    for (;;) {
      bounds.push(this.position)
      items.push(this.value())
      bounds.push(this.position)
      if (this.continues(0x5d, 'a comma or a closing bracket')) continue
      markComments(items, bounds, { start: open, end: this.position - 1 })
      return { kind: 'list', items }
    }
  }

  /** Step over an opening sign and the space behind it. */
  private enter(): void {
    this.depth += 1
    if (this.depth > MAX_DEPTH) {
      const hint = 'put the deep part into a string, or seal the file with the binary store'
      throw this.error('ERR_LIMIT', `the document is nested deeper than ${MAX_DEPTH} levels`, hint)
    }
    this.position += 1
  }

  private closes(sign: number): boolean {
    this.skipSpace()
    if (this.text.charCodeAt(this.position) !== sign) return false
    this.position += 1
    this.depth -= 1
    return true
  }

  /** After a member or an element: whether another one follows; leaves the position on it. */
  private continues(sign: number, expected: string): boolean {
    if (this.closes(sign)) return false
    if (this.text[this.position] !== ',') throw this.unexpected(expected)
    this.position += 1
    this.skipSpace()
    if (this.text.charCodeAt(this.position) === sign) {
      throw this.error('ERR_SYNTAX', 'a comma stands before the closing sign', 'remove the comma')
    }
    return true
  }

  private string(): string {
    const { text } = this
    const start = this.position
    let position = start + 1
    let escaped = false
    for (;;) {
      const unit = text.charCodeAt(position)
      if (unit === 0x22) break
      if (unit === 0x5c) {
        escaped = true
        position = this.escape(position)
      } else if (unit >= 0x20) {
        position += 1
      } else {
        this.position = position
        throw this.badCharacter()
      }
    }
    this.position = position + 1
    if (!escaped) return text.slice(start + 1, position)
    const value: string = JSON.parse(text.slice(start, position + 1))
    if (value.isWellFormed()) return value
    this.position = start
    const hint = 'write the character itself, or both halves of its pair'
    throw this.error('ERR_UTF8', 'a text holds half of a surrogate pair', hint)
  }

  /** Where the escape at `position` ends. */
  private escape(position: number): number {
    const letter = this.text.charAt(position + 1)
    if (letter === 'u' && /^[0-9a-fA-F]{4}$/.test(this.text.slice(position + 2, position + 6))) return position + 6
    if (letter !== '' && '"\\/bfnrt'.includes(letter)) return position + 2
    this.position = position
    throw this.error('ERR_SYNTAX', 'a text holds an unknown escape', 'a backslash in a JSON text is written twice')
  }

  private badCharacter(): FormatError {
    if (this.position >= this.text.length) return this.error('ERR_SYNTAX', 'the file ends inside a text')
    return this.error('ERR_SYNTAX', 'a text holds a line break or another control character', 'write it as \\n, \\t, …')
  }

  private word(word: string, type: 'bool', value: string): Scalar {
    const start = this.position
    this.literal(word)
    return { kind: 'scalar', type, value, place: new JsonPlace(this.text, start, this.position) }
  }

  private literal(word: string): void {
    if (!this.text.startsWith(word, this.position)) throw this.unexpected('a value')
    this.position += word.length
  }

  private number(): Scalar {
    const { text } = this
    const start = this.position
    NUMBER.lastIndex = start
    if (!NUMBER.test(text)) throw this.unexpected('a value')
    const end = NUMBER.lastIndex
    const { type, value, exact } = readNumber(text.slice(start, end))
    if (value.endsWith('Inf')) {
      throw this.error('ERR_UNSUPPORTED_VALUE', 'a number is too large', 'write it as a string')
    }
    this.position = end
    const place = new JsonPlace(text, start, end)
    return exact === undefined ? { kind: 'scalar', type, value, place } : { kind: 'scalar', type, value, exact, place }
  }

  private skipSpace(): void {
    const { text } = this
    let { position } = this
    for (;;) {
      const unit = text.charCodeAt(position)
      // space and line breaks; anything above ' ' is the common way out, and the end of the text is NaN
      if (unit > 0x20 || (unit !== 0x20 && unit !== 0x0a && unit !== 0x0d && unit !== 0x09)) break
      position += 1
    }
    this.position = position
  }

  private unexpected(expected: string): FormatError {
    if (this.position >= this.text.length) {
      return this.error('ERR_SYNTAX', `the file ends where ${expected} is expected`, 'the file was cut off')
    }
    return this.error('ERR_SYNTAX', `${expected} is expected here`, this.commentHint())
  }

  private commentHint(): string | undefined {
    return /[/#]/.test(this.text.charAt(this.position)) ? 'JSON has no comments' : undefined
  }

  private error(code: Parameters<typeof errorAt>[0], message: string, hint?: string): FormatError {
    return errorAt(code, this.text, this.position, message, hint)
  }
}

/**
 * sops keeps a sealed comment of a YAML list as an element of its own, here too; when it is opened the element goes.
 * The spans are cut so that the removals of neighbours never overlap and the commas stay right when all of them go,
 * which is what happens: they share one path, so one key opens all or none.
 */
function markComments(items: readonly Node[], bounds: readonly number[], inside: Span): void {
  const isComment = (node: Node | undefined): boolean =>
    node?.kind === 'scalar' && node.type === 'str' && sealedType(node.value) === 'comment'
  if (!items.some(isComment)) return
  const lastKept = items.findLastIndex((item) => !isComment(item))
  items.forEach((item, index) => {
    if (item.kind !== 'scalar' || !isComment(item) || !(item.place instanceof JsonPlace)) return
    const { place } = item
    const before = bounds[2 * index - 1] ?? inside.start
    const after = bounds[2 * index + 2] ?? inside.end
    if (lastKept < 0) place.removal = { start: index === 0 ? inside.start : place.start, end: after }
    else place.removal = index < lastKept ? { start: place.start, end: after } : { start: before, end: place.end }
  })
}
