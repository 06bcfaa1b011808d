import type { Page } from '../page.ts'

/** One value under `data` or `stringData` of a Kubernetes Secret. */
export interface SecretLeaf {
  readonly key: string
  readonly value: string
  readonly isBase64: boolean
  readonly start: number
  readonly end: number
}

const FLOW_PAIR =
  /(?:(["'])([^\s"':{},]{1,253})\1[ \t]{0,8}:[ \t\r\n]{0,80}|([^\s"':{},]{1,253})[ \t]{0,8}:[ \t\r\n]{1,80})("[^"\n]{0,4000}"|'[^'\n]{0,4000}'|[^,}"'\n]{1,4000})/g
const FLOW_DATA = /["']?(stringData|data)["']?[ \t]{0,8}:[ \t\r\n]{0,80}\{/g
/** Braces, and quotes where a text in quotes may begin. */
const SIGN = /[{}]|(?<=[\s,:{[])["']/g
/** The braces of a page. */
interface Braces {
  /** Where each mapping ends, by where it begins: behind its last brace. Without those that are not closed. */
  readonly ends: ReadonlyMap<number, number>
  /** Those that are open at a place, as far as they were asked for. */
  at: number
  readonly open: number[]
}

const bracesOfPages = new WeakMap<Page, Braces>()

/** Values of the Secret in braces, on one line or several, whose `kind` stands at `start`. */
export function flowSecretLeaves(page: Page, start: number): SecretLeaf[] {
  const open = openBrace(page, start)
  if (open === undefined || page.isDone('flow secret', open, open + 1)) return []
  const end = flowEnd(page, open)
  page.steps += end - open
  page.isDone('secret', end, end)
  return [...page.text.slice(open, end).matchAll(FLOW_DATA)].flatMap(({ 0: { length }, 1: key, index }) =>
    flowLeaves(page, open + index + length - 1, key === 'data'),
  )
}

/** Values of the mapping in braces that begins at `start`, each once. */
export function flowLeaves(page: Page, start: number, isBase64: boolean): SecretLeaf[] {
  const end = flowEnd(page, start)
  if (page.isDone('flow', start, end)) return []
  page.steps += end - start
  return [...page.text.slice(start, end).matchAll(FLOW_PAIR)].map((pair) => {
    const [whole, , quoted, plain = '', value = ''] = pair
    const bare = /^["']/.test(value) ? value.slice(1, -1) : value.trimEnd()
    const from = start + pair.index + whole.lastIndexOf(bare)
    return { key: quoted ?? plain, value: bare, isBase64, start: from, end: from + bare.length }
  })
}

/** Of one that is not closed, its line. */
function flowEnd(page: Page, start: number): number {
  return bracesOf(page).ends.get(start) ?? page.lineEnd(start)
}

function bracesOf(page: Page): Braces {
  const known = bracesOfPages.get(page)
  if (known !== undefined) return known
  const ends = new Map<number, number>()
  const open: number[] = []
  for (const { sign, at } of signs(page.text, 0, page.text.length)) {
    const start = sign === '{' ? undefined : open.pop()
    if (sign === '{') open.push(at)
    else if (start !== undefined) ends.set(start, at + 1)
  }
  page.steps += page.text.length
  const braces = { ends, at: 0, open: [] }
  bracesOfPages.set(page, braces)
  return braces
}

/** The last one before `start` that is not closed there. Goes through a page once when places grow. */
function openBrace(page: Page, start: number): number | undefined {
  const braces = bracesOf(page)
  if (start < braces.at) return undefined
  for (const { sign, at } of signs(page.text, braces.at, start)) {
    if (sign === '{') braces.open.push(at)
    else braces.open.pop()
  }
  braces.at = start
  return braces.open.at(-1)
}

/** Braces that stand in no quotes. */
function* signs(text: string, from: number, to: number): Generator<{ readonly sign: string; readonly at: number }> {
  SIGN.lastIndex = from
  for (let match = SIGN.exec(text); match !== null && match.index < to; match = SIGN.exec(text)) {
    const { 0: sign, index: at } = match
    if (sign === '{' || sign === '}') {
      yield { sign, at }
      SIGN.lastIndex = at + 1
    } else {
      const end = stringEnd(text, at, sign)
      SIGN.lastIndex = end === -1 ? at + 1 : end + 1
    }
  }
}

/** Where a text in quotes ends, on its line; -1 when it is none. */
function stringEnd(text: string, start: number, quote: string): number {
  for (let at = start + 1; at < text.length; at += 1) {
    const character = text.charAt(at)
    if (character === '\n') return -1
    if (character === quote) return at
    if (character === '\\' && quote === '"') at += 1
  }
  return -1
}
