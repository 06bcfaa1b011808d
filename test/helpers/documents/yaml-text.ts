import type { Document, Entry, Item, Trivia, Value, YamlFile } from './yaml.ts'

/** Writes the model of a generated file as text. Numbers make keys and anchors unique. */
export class YamlText {
  readonly text: string
  private readonly keys: readonly ((number: number) => string)[]
  private readonly lines: string[] = []
  private readonly anchors: string[] = []
  private count = 0

  constructor({ documents, lineBreak, bom, ended }: YamlFile, keys: readonly ((number: number) => string)[]) {
    this.keys = keys
    documents.forEach((document, index) => {
      this.document(document, index)
    })
    const text = this.lines.join('\n') + (ended ? '\n' : '')
    this.text = (bom ? '\ufeff' : '') + text.replaceAll('\n', lineBreak)
  }

  private document({ marker, entries, below }: Document, index: number): void {
    this.anchors.length = 0
    if (index > 0) this.lines.push(...marker.split('\n'))
    this.entries(entries, 0)
    this.trivia(below, 0)
  }

  private trivia(items: readonly Trivia[], column: number): void {
    for (const item of items) {
      if ('blank' in item) this.lines.push(item.blank)
      else this.lines.push(`${' '.repeat(Math.max(0, column + item.shift))}#${item.comment}`)
    }
  }

  /** @param first - whether the first entry goes on in the line of a dash */
  private entries(entries: readonly Entry[], column: number, first = false): void {
    const used = new Set<string>()
    entries.forEach(({ above, key, value }, index) => {
      const goesOn = first && index === 0
      if (!goesOn) {
        this.trivia(above, column)
        this.lines.push(' '.repeat(column))
      }
      this.append(`${this.key(key, used)}:`)
      this.value(value, column)
    })
  }

  private items(items: readonly Item[], column: number, first = false): void {
    items.forEach(({ above, value }, index) => {
      if (!(first && index === 0)) {
        this.trivia(above, column)
        this.lines.push(' '.repeat(column))
      }
      this.append('-')
      if (value.kind === 'map' && !this.wantsAnchor(value)) {
        this.append(' ')
        this.entries(value.entries, column + 2, true)
      } else if (value.kind === 'list' && !this.wantsAnchor(value)) {
        this.append(' ')
        this.items(value.items, column + 2, true)
      } else {
        this.value(value, column)
      }
    })
  }

  private wantsAnchor({ anchor }: Value): boolean {
    return anchor === true
  }

  /** @param used - keys of this mapping: sops refuses a second one of the same name */
  private key(style: number, used: Set<string>): string {
    const number = this.number()
    const chosen = this.keys[style]?.(number) ?? ''
    const key = chosen === '' || used.has(chosen) ? `k${number}` : chosen
    used.add(key)
    return key
  }

  private number(): number {
    this.count += 1
    return this.count
  }

  private append(text: string): void {
    this.lines.push(`${this.lines.pop() ?? ''}${text}`)
  }

  private comment(value: Value): void {
    if (value.inline !== undefined) this.append(` #${value.inline}`)
  }

  /** A value behind its key or dash, both of which stand at `column`. */
  private value(value: Value, column: number): void {
    const name = value.anchor === true && value.kind !== 'alias' ? `a${this.number()}` : undefined
    if (name !== undefined) this.append(` &${name}`)
    this.content(value, column)
    if (name !== undefined) this.anchors.push(name) // not before: an alias cannot repeat what it stands in
  }

  private content(value: Value, column: number): void {
    const margin = ' '.repeat(column + 2)
    switch (value.kind) {
      case 'scalar':
        if (value.text !== '') this.append(` ${value.text}`)
        this.comment(value)
        break
      case 'alias':
        this.append(` ${this.alias(value.back)}`)
        this.comment(value)
        break
      case 'lines':
        this.multiLine(value.quote, value.parts, margin)
        break
      case 'block':
        this.append(` ${value.header}`)
        this.lines.push(...value.lines.map((line) => (line === '' ? '' : margin + line)))
        break
      case 'map':
        this.comment(value)
        this.entries(value.entries, column + value.step)
        break
      case 'list':
        this.comment(value)
        // a list in a list has to be indented
        this.items(value.items, column + (value.step === 0 && this.isInList() ? 2 : value.step))
        break
      case 'flow-map':
      case 'flow-list':
        this.flowLines(value, margin)
        this.comment(value)
        break
    }
  }

  private flowLines(value: Value, margin: string): void {
    const [first = '', ...rest] = this.flow(value).split('\n')
    this.append(` ${first}`)
    this.lines.push(...rest.map((line) => margin + line))
  }

  /** Whether the value that is written now stands behind a dash. */
  private isInList(): boolean {
    return /^\s*(- )*-( &\w+)?( #.*)?$/.test(this.lines.at(-1) ?? '')
  }

  private alias(back: number): string {
    const name = this.anchors.at(-1 - back) ?? this.anchors.at(-1)
    return name === undefined ? 'x' : `*${name}`
  }

  private multiLine(quote: string, parts: readonly string[], margin: string): void {
    const [first = '', ...rest] = quote === '' ? parts.filter((part, index) => part !== '' || index > 0) : parts
    const last = rest.pop() ?? ''
    const end = last === '' ? 'end' : last
    this.append(` ${quote}${first === '' ? 'start' : first}`)
    this.lines.push(...rest.map((part) => (part === '' ? '' : margin + part)), `${margin}${end}${quote}`)
  }

  private flow(value: Value): string {
    switch (value.kind) {
      case 'scalar':
        return value.text
      case 'flow-list':
        return `[${value.items.map((item) => this.flow(item)).join(value.separator)}]`
      case 'flow-map': {
        const used = new Set<string>()
        const pairs = value.entries.map(([key, item]) => `${this.key(key, used)}: ${this.flow(item)}`)
        return `{${pairs.join(value.separator)}}`
      }
      default:
        return 'x'
    }
  }
}
