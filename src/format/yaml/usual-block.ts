import type { Branch, Entry, List, Node } from '../tree.ts'
import { codeAt, SPACE } from './read/chars.ts'
import { bareScalar, NO_COMMENTS, type YamlMapping, type YamlPair, type YamlScalar } from './read/nodes.ts'
import { resolveUnlessText, UINT64 } from './read/resolve.ts'
import { readSimplePair } from './read/simple-pairs.ts'
import { isPlainString } from './scalar-style.ts'

/** What the metadata block is called. */
export const METADATA = 'sops'
const LINE = `\n${METADATA}:\n`
/** Groups in a list in a list, and one more. */
const MAX_DEPTH = 8
/** In one mapping: far more than there are names. */
const MAX_ENTRIES = 64
const KEY = /[a-z_]{1,64}:(?= |\n)/y
/** What a block scalar holds in a line: printable, and neither empty nor more indented than the others. */
const CONTENT = /[!-~][ -~]*\n/y

/**
 * The metadata as sops and bulla write them, at the end of a file. Reading them as YAML takes three quarters of the time that a
 * small sealed file takes; each line is known here, and of what is not, nothing is.
 */
export class UsualBlock implements YamlPair {
  readonly key: YamlScalar
  /** Without its pairs: only where it stands. */
  readonly value: YamlMapping
  readonly metadata: Branch

  constructor(start: number, end: number, column: number, metadata: Branch) {
    this.key = bareScalar(METADATA, 'plain', start, start + METADATA.length, NO_COMMENTS)
    this.value = {
      kind: 'mapping',
      ...NO_COMMENTS,
      start: start + LINE.length - 1 + column,
      end,
      anchor: undefined,
      tag: undefined,
      flow: false,
      pairs: [],
      column,
    }
    this.metadata = metadata
  }
}

/** The block that a text ends with; undefined when there is none, or anything in it is not as usual. */
export function findUsualBlock(text: string): UsualBlock | undefined {
  const before = text.lastIndexOf(LINE)
  if (before < 1 || codeAt(text, text.length - 1) !== 0x0a) return undefined
  return new BlockReader(text, before + LINE.length).block(before + 1)
}

/** Reads lines, and gives up with undefined. */
class BlockReader {
  private readonly text: string
  /** Where the next line starts. */
  private at: number
  /** Where the last value in one line ended. */
  private valueEnd = 0

  constructor(text: string, at: number) {
    this.text = text
    this.at = at
  }

  /** @param start - of the key */
  block(start: number): UsualBlock | undefined {
    const column = this.indent()
    if (column === 0) return undefined
    const metadata = this.mapping(column, this.at + column, 1)
    const isWhole = this.at === this.text.length && this.valueEnd === this.at - 1
    return metadata === undefined || !isWhole ? undefined : new UsualBlock(start, this.valueEnd, column, metadata)
  }

  /** Of the next line. */
  private indent(): number {
    let at = this.at
    while (codeAt(this.text, at) === SPACE) at += 1
    return at - this.at
  }

  /** @param column - of its keys @param first - where the first of them starts */
  private mapping(column: number, first: number, depth: number): Branch | undefined {
    if (depth > MAX_DEPTH) return undefined
    const items: Entry[] = []
    for (let start = first; ; start = this.at + column) {
      const entry = this.entry(column, start, depth)
      if (entry === undefined || items.length === MAX_ENTRIES) return undefined
      if (items.some(({ key }) => key === entry.key)) return undefined
      items.push(entry)
      const indent = this.indent()
      if (indent < column) return { kind: 'branch', items }
      if (indent > column) return undefined
    }
  }

  private entry(column: number, start: number, depth: number): Entry | undefined {
    const { text } = this
    KEY.lastIndex = start
    if (!KEY.test(text)) return undefined
    const colon = KEY.lastIndex - 1
    const key = text.slice(start, colon)
    if (!isPlainString(key)) return undefined
    const value = this.value(column, start, colon + 1, depth)
    return value === undefined ? undefined : { kind: 'entry', key, value }
  }

  /** @param behind - the colon */
  private value(column: number, keyStart: number, behind: number, depth: number): Node | undefined {
    const { text } = this
    if (text.startsWith('\n', behind)) {
      this.at = behind + 1
      return this.list(column, depth)
    }
    if (text.startsWith(' |\n', behind)) {
      this.at = behind + 3
      return this.literal(column)
    }
    if (text.startsWith(' []\n', behind)) {
      this.at = behind + 4
      return { kind: 'list', items: [] }
    }
    return this.scalar(keyStart)
  }

  private scalar(keyStart: number): Node | undefined {
    const pair = readSimplePair(this.text, keyStart)
    if (pair === undefined) return undefined
    this.valueEnd = pair.valueEnd
    this.at = pair.valueEnd + 1
    const value = pair.style === 'plain' ? resolveUnlessText(pair.text) : undefined
    return value === UINT64 ? undefined : (value ?? { kind: 'scalar', type: 'str', value: pair.text })
  }

  /** Of mappings. @param outside - column of the key that it stands below */
  private list(outside: number, depth: number): List | undefined {
    const column = this.indent()
    if (column <= outside) return undefined
    const items: Branch[] = []
    do {
      const dash = this.at + column
      if (!this.text.startsWith('- ', dash)) return undefined
      const item = this.mapping(column + 2, dash + 2, depth + 1)
      if (item === undefined) return undefined
      items.push(item)
    } while (this.indent() === column)
    return { kind: 'list', items }
  }

  /** @param outside - column of the key that it stands behind */
  private literal(outside: number): Node | undefined {
    const { text } = this
    const column = this.indent()
    if (column <= outside) return undefined
    let value = ''
    do {
      const start = this.at + column
      CONTENT.lastIndex = start
      if (!CONTENT.test(text)) return undefined
      this.at = CONTENT.lastIndex
      value += text.slice(start, this.at)
      // as behind the first lines of a message of PGP; behind the last line of all it would not belong to the value
      for (; text.startsWith('\n', this.at); this.at += 1) value += '\n'
    } while (this.indent() === column)
    if (value.endsWith('\n\n')) return undefined
    return { kind: 'scalar', type: 'str', value }
  }
}
