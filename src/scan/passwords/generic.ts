import type { Detector, Page } from '../page.ts'
import { namedRules } from '../rules/named.ts'
import type { NamedRule } from '../rules/token-rule.ts'
import { isRandom } from '../text/randomness.ts'
import {
  isCiphertext,
  isMadeUp,
  isManyWords,
  isPlace,
  isPlainWord,
  isProse,
  isReference,
  isUuid,
  looksChosen,
} from '../text/value-kinds.ts'
import { readName, wordsOf } from './key-names.ts'
import { type Pair, readPair } from './pair.ts'
import { isPlacedPassword } from './placed-password.ts'
import { isNoPassword } from './url-credentials.ts'

/** How far before a key its service may be named. */
const NEARBY = 100
/** What counts where a variable is not set: `${DB_PASSWORD:-x}`, `${db.password:x}`, `${env:DB_PASSWORD, 'x'}`. */
const DEFAULT =
  /^\$\{(?:env:\w{1,100}, ?["']|[\w.-]{0,100}[A-Z_.][\w.-]{0,100}:[-=]?)([^\s${}?+'"][^${}'"]{3,200})["']?\}$/
/** A mapping whose `key` is one that nobody should know: `"Jwt": { "Key": …`. */
const KEY_HOLDER =
  /(?:jwt|auth|token|signing|encryption|crypto|secret|security)\w{0,20}["']?[ \t]{0,8}[:=]\s{0,40}(?:\{[^{}]{0,80})?["']?$/i

/** Names that values of interest have: passwords, tokens, keys. */
export const PAIR_DETECTOR: Detector = {
  keywords: [
    'pass',
    'pwd',
    'pw',
    'pswd',
    'secret',
    'token',
    'key',
    'cred',
    'auth',
    'psk',
    'pat',
    'seed',
    'salt',
    'pepper',
    'mnemonic',
    'bearer',
    'jwt',
    'kennwort',
    'motdepasse',
    'contrasena',
    'webhook',
  ],
  detect(page, start, end) {
    if (page.kind === 'generated' || start < page.doneUntil('pair')) return
    // "path" and "pattern" are everywhere
    if (page.text.slice(start, end).toLowerCase() === 'pat' && isSmallLetter(page.text.charCodeAt(end))) return
    const pair = readPair(page, start, end)
    if (pair !== undefined) judgePair(page, pair)
  },
}

function isSmallLetter(unit: number): boolean {
  return unit >= 97 && unit <= 122
}

/** What a pair holds, by the name of its key, and the form of its value. */
export function judgePair(page: Page, pair: Pair): void {
  const { value } = pair
  if (value.length < 5) return
  if (isReference(value)) {
    judgeDefault(page, pair)
    return
  }
  if (isCiphertext(value)) return
  if (findNamed(page, pair)) return
  const message = findGeneric(page, pair)
  if (message === undefined) return
  report(page, pair, `generic-${message}`, 'warn', message === 'password' ? 'password' : 'value that looks secret')
}

/** A variable with a value for those who do not set it. */
function judgeDefault(page: Page, pair: Pair): void {
  const value = DEFAULT.exec(pair.value)?.[1]
  if (value === undefined || isNoPassword(value)) return
  const end = pair.start + pair.value.lastIndexOf(value) + value.length
  judgePair(page, { ...pair, value, start: end - value.length, end })
}

function report(page: Page, { start, end }: Pair, rule: string, level: 'block' | 'warn', message: string): void {
  page.report({ rule, level, start, end, message, weight: 'name' })
}

function findNamed(page: Page, pair: Pair): boolean {
  // every one of these rules asks for it: one look instead of one for each
  if (pair.value.length < 15 || !(isRandom(pair.value) || isUuid(pair.value))) return false
  if (!fitsAnyRule(pair.value)) return false
  const name = wordsOf(pair.key).join('_')
  if (isMadeUp(pair.value) || /public|(?:^|_)pub(?:_|$)/.test(name)) return false
  const before = page.text.slice(Math.max(0, pair.keyStart - NEARBY), pair.keyStart)
  for (const rule of namedRules()) {
    const level = levelOf(rule, name, before, pair.value)
    if (level === undefined) continue
    report(page, pair, rule.id, level, rule.name)
    return true
  }
  return false
}

let ofAnyRule: readonly RegExp[] | undefined

/** One expression for each set of flags: V8 compiles it in a tenth of the time that those of all rules take. */
function fitsAnyRule(value: string): boolean {
  ofAnyRule ??= [...new Set(namedRules().map((rule) => rule.value.flags))].map((flags) => {
    const sources = namedRules()
      .filter((rule) => rule.value.flags === flags)
      .map((rule) => rule.value.source)
    return new RegExp([...new Set(sources)].join('|'), flags)
  })
  return ofAnyRule.some((expression) => expression.test(value))
}

function levelOf(rule: NamedRule, name: string, before: string, value: string): 'block' | 'warn' | undefined {
  if (!rule.value.test(value)) return undefined
  const isNamed = rule.key.test(name)
  if (!isNamed && rule.nearby?.test(before) !== true) return undefined
  const level = isNamed ? rule.level : 'warn'
  if (!isNamed && readName(name) === undefined) return undefined
  return rule.judge === undefined ? level : rule.judge(value, level)
}

/** Only what looks drawn by chance counts there. */
function namedByHolder({ text }: Page, { key, keyStart, value }: Pair): 'secret' | undefined {
  if (key.length !== 3 || key.toLowerCase() !== 'key' || !isRandom(value)) return undefined
  return KEY_HOLDER.test(text.slice(Math.max(0, keyStart - NEARBY), keyStart)) ? 'secret' : undefined
}

function findGeneric(page: Page, pair: Pair): 'password' | 'secret' | undefined {
  const named = readName(pair.key) ?? namedByHolder(page, pair)
  const { value } = pair
  if (named === undefined || isMadeUp(value)) return undefined
  // long and random in quotes: its brackets are no call
  const isDrawn = pair.isQuoted && value.length >= 40 && !/\s/.test(value) && isRandom(value)
  if ((!isDrawn && isPlainWord(value)) || isPlace(value) || isProse(value)) return undefined
  if (isRandom(value)) return isUuid(value) ? undefined : named
  if (page.kind === 'prose' || page.kind === 'unknown') return undefined
  if (named === 'secret') return pair.key.toLowerCase().includes('secret') && looksChosen(value) ? named : undefined
  // on command lines, in YAML too
  const isFlag = page.kind === 'shell' && pair.key.startsWith('--')
  const isAssigned = page.kind === 'yaml' && !pair.isQuoted && page.text.charAt(pair.start - 1) === '='
  if (isFlag || isAssigned) return isPlacedPassword(page, value) ? named : undefined
  if (page.kind === 'code' || page.kind === 'shell') return looksChosen(value) ? named : undefined
  return value.includes(' ') || isManyWords(value) ? undefined : named
}
