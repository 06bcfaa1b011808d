import { isCleanText } from '../text.ts'
import { escapeCharacter } from './read/escapes.ts'
import { resolveUnlessText } from './read/resolve.ts'

/** What a text allows, as libyaml's emitter analyses it. */
export interface StyleAnalysis {
  readonly blockPlain: boolean
  readonly flowPlain: boolean
  readonly single: boolean
  /** Literal block style. */
  readonly literal: boolean
}

/** Characters that must be escaped: control characters, the BOM and what is no character. */
const UNPRINTABLE = /[\0-\x08\x0b-\x1f\x7f-\x9f\ufeff\ufffe\uffff]/
/** go-yaml escapes everything beyond U+FFFF too; it need not be. */
const ASTRAL = /[\ud800-\udfff]/
/** Line breaks of YAML 1.1 that text may hold without being escaped. */
const BREAK = /[\n\x85\u2028\u2029]/
const FIRST_INDICATOR = /^(?:---|\.\.\.|[#,[\]{}&*!|>'"%@`]|[-?:](?:[ \t\n\x85\u2028\u2029]|$))/
const BLOCK_INDICATOR = /:(?:[ \t\n\x85\u2028\u2029]|$)|[ \t\n\x85\u2028\u2029]#/
const FLOW_INDICATOR = /^[?:]|[,?[\]{}:]/

/**
 * Analyse `text`; the empty text can only be quoted.
 *
 * @param astral - whether characters beyond U+FFFF may stand unescaped: every reader takes them, go-yaml never writes them
 */
export function analyseStyle(text: string, astral: boolean): StyleAnalysis {
  const unprintable = UNPRINTABLE.test(text) || (!astral && ASTRAL.test(text))
  const special = unprintable || text.includes('\t')
  const breaks = BREAK.test(text)
  const spaceBreak = / [\n\x85\u2028\u2029]/.test(text)
  const outerSpace = /^ | $/.test(text)
  const plain =
    text !== '' && !special && !breaks && !outerSpace && !FIRST_INDICATOR.test(text) && !BLOCK_INDICATOR.test(text)
  return {
    blockPlain: plain,
    flowPlain: plain && !FLOW_INDICATOR.test(text),
    single: !special && !breaks,
    literal: breaks && !spaceBreak && !text.endsWith(' ') && !unprintable && !/[\x85\u2028\u2029]/.test(text),
  }
}

/** Words that YAML 1.1 reads as booleans and numbers to base 60: strings for go-yaml, but it quotes them. */
const OLD_BOOL = /^(?:y|Y|yes|Yes|YES|on|On|ON|n|N|no|No|NO|off|Off|OFF)$/
const BASE_60 = /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/

/** Whether a plain scalar of this text reads back as this string. */
export function isPlainString(text: string): boolean {
  return resolveUnlessText(text) === undefined
}

/** Letters, digits and marks without a meaning, and more than `false` has: sops writes it plain, and it is a string. */
const WORD = /^[A-Za-z][A-Za-z0-9_./+=@-]{5,}$/

/** What it is so for as well, outside of flow collections. */
const SEALED = /^ENC\[[A-Za-z0-9+/=_,:]+\]$/

/** Whether `text` is so plain that no rule needs to be asked. */
export function isWord(text: string): boolean {
  return WORD.test(text)
}

/** The style in which sops, that is go-yaml, writes a string; `binary` for bytes that are not UTF-8. */
export function sopsStyle(text: string, flow: boolean): 'plain' | 'single' | 'double' | 'literal' | 'binary' {
  if (isWord(text) || (!flow && SEALED.test(text))) return 'plain'
  if (!isCleanText(text)) return 'binary'
  const allowed = analyseStyle(text, false)
  if (text.includes('\n')) return allowed.literal && !flow ? 'literal' : 'double'
  if (OLD_BOOL.test(text) || BASE_60.test(text) || !isPlainString(text)) return 'double'
  if (flow ? allowed.flowPlain : allowed.blockPlain) return 'plain'
  return allowed.single ? 'single' : 'double'
}

export function singleQuoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

/** Double-quoted, with escapes only where YAML needs them. */
export function doubleQuoted(text: string): string {
  return `"${text.replace(/["\\\0-\x1f\x7f-\x9f\ufeff\ufffe\uffff\u2028\u2029]/g, escapeCharacter)}"`
}

/** Double-quoted as go-yaml writes it: characters beyond U+FFFF are escaped too. */
export function sopsDoubleQuoted(text: string): string {
  const pattern = text.startsWith('\ufeff')
    ? /./gsu // go-yaml takes everything behind a leading BOM for one too
    : /["\\\0-\x1f\x7f-\x9f\ufeff\ufffe\uffff\u2028\u2029\u{10000}-\u{10ffff}]/gu
  return `"${text.replace(pattern, escapeCharacter)}"`
}

/** Double-quoted with every character beyond ASCII escaped. */
export function asciiQuoted(text: string): string {
  return `"${text.replace(/["\\\0-\x1f]|[^\x20-\x7e]/gu, escapeCharacter)}"`
}
