/** Not read here; a tab neither, which YAML does not allow everywhere. */
const UNUSUAL_LETTER = /[^\x20-\x7e\n]/
const NAME = /^([A-Za-z_][A-Za-z0-9_.-]{0,100}):(?: +(?=\S)|$)/
/** What begins with no sign of YAML, nor with what stands for itself. */
const PLAIN = /^[A-Za-z0-9_./\\^(]/
const QUOTED = /^(?:'([^']*)'|"([^"\\]*)")(?: +#.*)?$/
const BLOCK = /^([|>])(-?)$/
const NULLS = ['null', 'Null', 'NULL']
const MAX_DEPTH = 16
const [SPACE, HASH, DASH] = [32, 35, 45]

interface Line {
  /** How many blanks stand before. */
  readonly column: number
  /** Without blanks around. */
  readonly text: string
}

/** Something is not as usual: whoever knows all of YAML has to read it. Thrown, and caught here: it is no error. */
const UNUSUAL = Symbol('unusual')

/**
 * Settings as most are written: mappings and lists, a line each, with short values in one line, texts in blocks, and comments. A
 * hook reads one of them, and V8 would see each function of the reader of all YAML for the first time: this takes half as long.
 *
 * @param isText - names of fields whose scalars are text however they are written
 * @returns undefined for everything else, what is wrong too; else what the reader of all YAML gives
 */
export function readUsualPlain(
  text: string,
  isText: (name: string) => boolean,
): { readonly value: unknown } | undefined {
  if (!text.endsWith('\n') || UNUSUAL_LETTER.test(text)) return undefined
  try {
    return { value: new UsualReader(text, isText).whole() }
  } catch (error) {
    if (error === UNUSUAL) return undefined
    throw error
  }
}

class UsualReader {
  private readonly lines: readonly string[]
  private readonly isText: (name: string) => boolean
  /** Of the line that is read next. */
  private at = 0
  private line: Line | undefined

  constructor(text: string, isText: (name: string) => boolean) {
    this.lines = text.slice(0, -1).split('\n')
    this.isText = isText
    this.line = this.lineFrom(0)
  }

  whole(): unknown {
    if (this.line === undefined) return null
    const value = this.block(this.line.column, '', 0)
    usual(this.line === undefined)
    return value
  }

  /** A mapping or a list whose lines stand in a column. */
  private block(column: number, field: string, depth: number): unknown {
    usual(depth < MAX_DEPTH)
    return isItem(this.line?.text ?? '') ? this.list(column, field, depth) : this.mapping(column, depth)
  }

  private mapping(column: number, depth: number): Record<string, unknown> {
    const result: Record<string, unknown> = Object.create(null)
    while (this.line?.column === column && !isItem(this.line.text)) {
      const { text } = this.line
      const [whole, name] = NAME.exec(text) ?? []
      usual(whole !== undefined && name !== undefined && !Object.hasOwn(result, name))
      result[name] = this.valueOf(text.slice(whole.length), { column, field: name, depth })
    }
    usual((this.line?.column ?? -1) < column || (this.line?.column === column && isItem(this.line.text)))
    return result
  }

  private list(column: number, field: string, depth: number): unknown[] {
    const items: unknown[] = []
    while (this.line?.column === column && isItem(this.line.text)) {
      const rest = this.line.text.slice(1).trimStart()
      if (NAME.test(rest)) {
        // the mapping begins behind the dash
        const inner = column + this.line.text.length - rest.length
        this.line = { column: inner, text: rest }
        items.push(this.mapping(inner, depth + 1))
      } else {
        usual(rest !== '' && !isItem(rest))
        items.push(this.scalar(rest, field))
        this.next()
        usual((this.line?.column ?? 0) <= column)
      }
    }
    usual((this.line?.column ?? -1) <= column)
    return items
  }

  /** What stands behind a name, or below it. */
  private valueOf(text: string, { column, field, depth }: { column: number; field: string; depth: number }): unknown {
    const [, style, chomping] = BLOCK.exec(text) ?? []
    if (style !== undefined) return this.blockText(column, style === '>' ? ' ' : '\n', chomping === '-' ? '' : '\n')
    this.next()
    const below = this.line
    if (text === '' || text.charCodeAt(0) === HASH) {
      const isBelow = below !== undefined && (below.column > column || (below.column === column && isItem(below.text)))
      return isBelow ? this.block(below.column, field, depth + 1) : null
    }
    // what goes on is another value than this line says
    usual(below === undefined || below.column <= column)
    return this.scalar(text, field)
  }

  /** Lines of the same column, no empty ones between them. */
  private blockText(column: number, between: string, end: string): string {
    const first = this.lines[this.at + 1] ?? ''
    const inner = columnOf(first)
    usual(inner > column && inner < first.length)
    const texts: string[] = []
    for (this.at += 1; ; this.at += 1) {
      const line = this.lines[this.at] ?? ''
      if (columnOf(line) < inner) break
      usual(columnOf(line) === inner && line.length > inner)
      texts.push(line.slice(inner))
    }
    // empty lines behind it count for nothing, unless the text goes on behind them
    while (this.at < this.lines.length && this.lines[this.at]?.trim() === '') {
      usual((this.lines[this.at]?.length ?? 0) <= inner)
      this.at += 1
    }
    usual(columnOf(this.lines[this.at] ?? '') < inner)
    this.line = this.lineFrom(this.at)
    usual((this.line?.column ?? 0) <= column)
    return texts.join(between) + end
  }

  private scalar(text: string, field: string): unknown {
    const quoted = QUOTED.exec(text)
    if (quoted !== null) return quoted[1] ?? quoted[2]
    const comment = text.indexOf(' #')
    const plain = comment === -1 ? text : text.slice(0, comment).trimEnd()
    usual(PLAIN.test(plain) && !plain.includes(': ') && !plain.endsWith(':'))
    if (NULLS.includes(plain)) return null
    if (this.isText(field)) return plain
    if (plain === 'true' || plain === 'false') return plain === 'true'
    usual(/^(?:0|[1-9]\d{0,8})$/.test(plain))
    return Number(plain)
  }

  private next(): void {
    this.line = this.lineFrom(this.at + 1)
  }

  /** The first line from `from` on that holds more than a comment. */
  private lineFrom(from: number): Line | undefined {
    for (this.at = from; this.at < this.lines.length; this.at += 1) {
      const line = this.lines[this.at] ?? ''
      const column = columnOf(line)
      if (column < line.length && line.charCodeAt(column) !== HASH)
        return { column, text: line.slice(column).trimEnd() }
    }
    return undefined
  }
}

function usual(isSo: boolean): asserts isSo {
  if (!isSo) throw UNUSUAL
}

function isItem(text: string): boolean {
  return text.charCodeAt(0) === DASH && (text.length === 1 || text.charCodeAt(1) === SPACE)
}

function columnOf(line: string): number {
  let column = 0
  while (line.charCodeAt(column) === SPACE) column += 1
  return column
}
