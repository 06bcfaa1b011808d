import { isWordStart } from './boundary.ts'
import type { Detector, Page } from './page.ts'
import type { TokenRule } from './token-rule.ts'
import { isMadeUp } from './values.ts'

/** What ends a credential, unless its pattern says so itself. */
const END = String.raw`(?![\w-])`
/** What a try may look at; for counting only. */
const LONGEST_TRY = 64

/** Looks for one kind of credential. Its expression is compiled where its keyword stands first. */
export function tokenDetector(rule: TokenRule): Detector {
  let compiled: RegExp | undefined
  const expression = () => {
    compiled ??= new RegExp(
      /\(\?![^)]*\)$/.test(rule.pattern) ? rule.pattern : rule.pattern + END,
      rule.caseless ? 'iy' : 'y',
    )
    return compiled
  }
  return {
    keywords: rule.keywords,
    detect(page, start, end) {
      if (!rule.caseless && !rule.keywords.includes(page.text.slice(start, end))) return
      const first = rule.reach === undefined ? start : reachBack(page, start, rule.reach)
      if (rule.reach?.most !== 1 && !isWordStart(page.text, first)) return
      if (page.isDone(rule, first, first)) return
      match(page, rule, expression(), first)
    },
  }
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

function reachBack(page: Page, start: number, { most, of }: NonNullable<TokenRule['reach']>): number {
  let first = start
  while (first > 0 && start - first < most && of.test(page.text.charAt(first - 1))) first -= 1
  page.steps += start - first
  return first
}
