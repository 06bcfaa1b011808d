import type { Level } from './finding.ts'
import { type FileKind, fileKind } from './text/file-kind.ts'

/** Which of two findings at the same place says more. */
export type Weight = 'form' | 'place' | 'name'

/** A finding before its place is counted. */
export interface Draft {
  readonly rule: string
  readonly level: Level
  readonly start: number
  readonly end: number
  readonly message: string
  /** `form`: the value tells what it is; `place`: where it stands does; `name`: what it is called. */
  readonly weight: Weight
}

const WORD_BREAK = /[\s"'`,;<>]/g

/** Base64 of base64 of base64: a key in a file in a Secret. */
const DEEPEST = 3

/** One text while it is scanned: what detectors read, and where they put what they find. */
export class Page {
  readonly text: string
  readonly fileName: string
  readonly kind: FileKind
  readonly drafts: Draft[] = []
  /** Characters that detectors looked at, beyond the pass for keywords. Bounded by the length of the text: see the tests. */
  steps = 0
  /** How many values were looked into. */
  looks = 0
  /** How often base64 was opened to come here. */
  readonly depth: number
  /** Words that rules looked at last: from where to which keyword. */
  readonly runs = new Map<object, { readonly from: number; readonly at: number }>()
  /** How often a rule was tried in the word that ends there. */
  readonly tries = new Map<object, { readonly end: number; readonly count: number }>()
  readonly #done = new Map<string | object, number>()
  #line = { start: 0, end: -1 }
  #word = { start: 0, end: -1 }

  /** Scans another text, which was found inside this one; one level deeper. */
  readonly #scanInside: (inner: Page) => void

  constructor(text: string, fileName: string, scanInside: (inner: Page) => void, depth = 0) {
    this.text = text
    this.fileName = fileName
    this.kind = fileKind(fileName)
    this.depth = depth
    this.#scanInside = scanInside
  }

  /** What a text that stood encoded in this one holds; nothing when it lies too deep. */
  lookInside(text: string, fileName: string): readonly Draft[] {
    if (this.depth >= DEEPEST) return []
    const inner = new Page(text, fileName, this.#scanInside, this.depth + 1)
    this.#scanInside(inner)
    this.steps += text.length + inner.steps
    return inner.drafts
  }

  /** Lower-case name without folders. */
  get baseName(): string {
    return this.fileName.slice(this.fileName.lastIndexOf('/') + 1).toLowerCase()
  }

  report(draft: Draft): void {
    this.drafts.push(draft)
  }

  /** Where the line that holds `offset` ends. Each line is searched once when offsets grow. */
  lineEnd(offset: number): number {
    if (offset < this.#line.start || offset > this.#line.end) {
      const newline = this.text.indexOf('\n', offset)
      this.#line = { start: offset, end: newline === -1 ? this.text.length : newline }
    }
    return this.#line.end
  }

  /** Where what holds `offset` ends: a space, a quote, a comma. Each word is searched once when offsets grow. */
  wordEnd(offset: number): number {
    if (offset < this.#word.start || offset >= this.#word.end) {
      WORD_BREAK.lastIndex = offset
      const end = WORD_BREAK.test(this.text) ? WORD_BREAK.lastIndex - 1 : this.text.length
      this.steps += end - offset
      this.#word = { start: offset, end }
    }
    return this.#word.end
  }

  /** How far `who` looked already. */
  doneUntil(who: string | object): number {
    return this.#done.get(who) ?? 0
  }

  /** Whether `start` lies in what `who` looked at already; else all up to `end` counts as looked at. */
  isDone(who: string | object, start: number, end: number): boolean {
    if (start < (this.#done.get(who) ?? -1)) return true
    this.#done.set(who, end)
    return false
  }
}

/** Something that looks where keywords stand. */
export interface Detector {
  /** In any case. */
  readonly keywords: readonly string[]
  /** @param start - of the keyword in the text of the page */
  detect(page: Page, start: number, end: number): void
  /** Looks at a whole page: for what has no keyword. */
  detectAll?(page: Page): void
}
