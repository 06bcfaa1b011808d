import type { Detector, Page } from '../page.ts'
import { isWordStart } from '../text/boundary.ts'
import { isMadeUp } from '../text/value-kinds.ts'
import type { TokenRule } from './token-rule.ts'

/** What ends a credential, unless its pattern says so itself. */
const END = String.raw`(?![\w-])`
/** What a try may look at; for counting only. */
const LONGEST_TRY = 64

/** Where so many tries failed in one word, more would: else a text of nothing but keywords costs its length for each. */
const MOST_TRIES = 8

/** Looks for one kind of credential. A class, as there are many: closures of their own would be most of what a hook makes. */
export class TokenDetector implements Detector {
  private readonly rule: TokenRule
  private compiled: RegExp | undefined

  constructor(rule: TokenRule) {
    this.rule = rule
  }

  get keywords(): readonly string[] {
    return this.rule.keywords
  }

  detect(page: Page, start: number, end: number): void {
    const { rule } = this
    if (!rule.caseless && !rule.keywords.includes(page.text.slice(start, end))) return
    const first = rule.reach === undefined ? start : reachBack(page, rule, start, rule.reach)
    if (rule.reach?.most !== 1 && !isWordStart(page.text, first)) return
    // from one place a try always ends in the same way, whichever keyword leads to it
    if (page.isDone(rule, first, first + 1)) return
    if (rule.shortest !== undefined && page.wordEnd(first) - first < rule.shortest) return
    if (hasTriesLeft(page, rule, first)) match(page, rule, this.expression(), first)
  }

  /** Compiled where its keyword stands first. */
  private expression(): RegExp {
    const { pattern, caseless } = this.rule
    this.compiled ??= new RegExp(/\(\?![^)]*\)$/.test(pattern) ? pattern : pattern + END, caseless ? 'iy' : 'y')
    return this.compiled
  }
}

function hasTriesLeft(page: Page, rule: TokenRule, start: number): boolean {
  const end = page.wordEnd(start)
  const before = page.tries.get(rule)
  const count = before?.end === end ? before.count + 1 : 1
  page.tries.set(rule, { end, count })
  return count <= MOST_TRIES
}

function match(page: Page, rule: TokenRule, expression: RegExp, start: number): void {
  page.steps += LONGEST_TRY
  expression.lastIndex = start
  const found = expression.exec(page.text)
  if (found === null) return
  const value = found[1] ?? found[0]
  const from = start + found[0].lastIndexOf(value)
  const to = from + value.length
  page.steps += to - start
  // credentials do not stand inside each other
  page.isDone(rule, to, to)
  if (isMadeUp(value)) return
  const level = rule.judge === undefined ? rule.level : rule.judge(value, rule.level)
  if (level === undefined) return
  page.report({ rule: rule.id, level, start: from, end: to, message: rule.name, weight: 'form' })
}

/** Where the word around a keyword starts, at most so far back. What lies between two keywords is read once. */
function reachBack(page: Page, rule: TokenRule, start: number, { most, of }: NonNullable<TokenRule['reach']>): number {
  const before = page.runs.get(rule)
  const known = before !== undefined && before.at <= start ? before : undefined
  const stop = known?.at ?? start - most
  let first = start
  while (first > stop && first > 0 && of.test(page.text.charAt(first - 1))) first -= 1
  page.steps += start - first
  if (known !== undefined && first <= known.at) first = known.from
  page.runs.set(rule, { from: first, at: start })
  return Math.max(first, start - most)
}
