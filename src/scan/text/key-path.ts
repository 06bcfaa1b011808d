import type { Draft, Page } from '../page.ts'
import { jsonScalars } from './json-scalars.ts'

/** `  - key: `, quoted or not; groups: indent, dashes of lists, the key, what follows. */
const YAML_KEY =
  /^([ ]{0,200})((?:- {1,8}){0,4})("[^"\n]{1,200}"|'[^'\n]{1,200}'|[^\s"'#:{}[\],&*!|>%@`-][^:#\n]{0,200}?|-[^\s:][^:#\n]{0,200}?)[ ]{0,4}:(?=[ \t\r]|$)(.{0,300})/
const FLAT_KEY = /^[ \t]{0,40}(?:export[ \t]{1,8})?["']?([\w.-]{1,200})["']?[ \t]{0,40}[=:]/

/** The path of keys to each finding, in order, where the kind of file has such. One pass over the text. */
export function keyPaths(page: Page, drafts: readonly Draft[]): (readonly string[] | undefined)[] {
  if (drafts.length === 0) return []
  if (page.kind === 'yaml') return yamlPaths(page.text, drafts)
  if (page.kind === 'json') return jsonPaths(page.text, drafts)
  if (page.kind === 'dotenv' || page.kind === 'ini') return flatPaths(page.text, drafts)
  return drafts.map(() => undefined)
}

interface Level {
  readonly indent: number
  readonly key: string
}

function yamlPaths(text: string, drafts: readonly Draft[]): (readonly string[] | undefined)[] {
  const stack = new YamlStack()
  const paths: (readonly string[] | undefined)[] = []
  let next = 0
  for (let start = 0; start <= text.length && next < drafts.length; ) {
    const newline = text.indexOf('\n', start)
    const end = newline === -1 ? text.length : newline
    stack.line(text.slice(start, Math.min(end, start + 600)))
    for (let draft = drafts[next]; draft !== undefined && draft.start <= end; draft = drafts[next]) {
      paths.push(stack.path())
      next += 1
    }
    start = end + 1
  }
  return paths
}

/** Which keys a line of YAML stands under, by indents alone: good enough to name a place, whatever the file is. */
class YamlStack {
  #levels: Level[] = []
  #blockIndent: number | undefined
  readonly #items = new Map<number, number>()

  line(line: string): void {
    const indent = line.length - line.trimStart().length
    if (line.trim() === '' || line.charAt(indent) === '#') return
    if (this.#blockIndent !== undefined && indent > this.#blockIndent) return
    this.#blockIndent = undefined
    if (/^(?:---|\.\.\.)(?:\s|$)/.test(line)) {
      this.#levels = []
      this.#items.clear()
      return
    }
    this.#dashes(line, indent)
    const match = YAML_KEY.exec(line)
    if (match === null) return
    const [, spaces = '', dashes = '', key = '', rest = ''] = match
    const column = spaces.length + dashes.length
    this.#cut(column)
    this.#levels.push({ indent: column, key: unquote(key) })
    if (/^\s*(?:[&!]\S{1,100}\s+){0,2}[|>][-+\d]{0,2}\s*(?:#.*)?$/.test(rest)) this.#blockIndent = column
  }

  path(): readonly string[] | undefined {
    return this.#levels.length === 0 ? undefined : this.#levels.map(({ key }) => key)
  }

  #dashes(line: string, indent: number): void {
    for (let at = indent; line.charAt(at) === '-' && /\s/.test(line.charAt(at + 1) || ' '); ) {
      // a list may stand as deep as the key that holds it
      this.#cut(at, true)
      const index = (this.#items.get(at) ?? -1) + 1
      this.#items.set(at, index)
      this.#levels.push({ indent: at + 0.5, key: String(index) })
      at += 1
      while (line.charAt(at) === ' ') at += 1
    }
  }

  #cut(column: number, isItem = false): void {
    const keeps = ({ indent }: Level) => indent < column || (isItem && indent === column)
    while (this.#levels.length > 0 && !this.#levels.every(keeps)) this.#levels.pop()
    for (const at of this.#items.keys()) if (at > column || (at === column && !isItem)) this.#items.delete(at)
  }
}

function jsonPaths(text: string, drafts: readonly Draft[]): (readonly string[] | undefined)[] {
  const paths: (readonly string[] | undefined)[] = []
  let next = 0
  for (const { path, end } of jsonScalars(text)) {
    for (let draft = drafts[next]; draft !== undefined && draft.start < end; draft = drafts[next]) {
      paths.push(path())
      next += 1
    }
    if (next >= drafts.length) break
  }
  return paths
}

function flatPaths(text: string, drafts: readonly Draft[]): (readonly string[] | undefined)[] {
  let line = -1
  let newline = -1
  let path: readonly string[] | undefined
  return drafts.map(({ start }) => {
    for (; newline < start; newline = endOfLine(text, line)) {
      line = newline + 1
      path = undefined
    }
    path ??= [FLAT_KEY.exec(text.slice(line, line + 300))?.[1] ?? '']
    return path[0] === '' ? undefined : path
  })
}

function endOfLine(text: string, start: number): number {
  const end = text.indexOf('\n', start)
  return end === -1 ? text.length : end
}

function unquote(key: string): string {
  return /^["']/.test(key) ? key.slice(1, -1) : key
}
