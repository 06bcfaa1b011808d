import { isUtf8 } from 'node:buffer'
import { decodeBase64 } from '../text/base64.ts'

/** A piece of a text that says something else than it shows. */
export interface EncodedRun {
  readonly start: number
  readonly end: number
  /** What it says. */
  readonly text: string
}

// where a word begins: within it nothing new would be found
const BASE64_START = /(?<![A-Za-z0-9+/_-])(?=[A-Za-z0-9+/_-]{11})/g
const BASE64 = /[A-Za-z0-9+/_-]+={0,2}/y
const RUN = /[A-Za-z0-9+/_-]{11}/
/** What is longer, and encoded twice, is a program or an archive. */
const LONGEST_INSIDE = 64 * 1024
const HEX = /^(?:0[xX])?((?:[\dA-Fa-f]{2}){8,})$/
const WORD = /[^\s"'<>`]+/g
/** What a variable or a parameter is called. */
const NAME = /^[\w.-]{1,100}=/
const LINE = /[^\n]+/g

/** Everything in a text that is base64 or hex of a text, URL-encoded, or escaped as in JSON, and what is so twice. */
export function* encodedRuns(text: string): Generator<EncodedRun> {
  for (const run of encodedOnce(text)) {
    yield run
    if (!isEncodedInside(run.text)) continue
    for (const { text: inner } of encodedOnce(run.text)) yield { ...run, text: inner }
  }
}

/** Whether what was decoded holds a run of base64 or hex again, which is not true of most of what only looks encoded. */
function isEncodedInside(text: string): boolean {
  return text.length <= LONGEST_INSIDE && RUN.test(text)
}

function* encodedOnce(text: string): Generator<EncodedRun> {
  // not by matches, which are objects: most words are names of code
  for (let end = 0; ; ) {
    BASE64_START.lastIndex = end
    if (!BASE64_START.test(text)) break
    const start = BASE64_START.lastIndex
    BASE64.lastIndex = start
    BASE64.test(text)
    end = BASE64.lastIndex
    const run = text.slice(start, end)
    if (HEX.test(run) || run.includes('/') || beginsLikeText(run)) yield* base64Runs(run, start)
  }
  if (text.includes('%') && /%[\dA-Fa-f]{2}/.test(text)) {
    for (const { 0: run, index } of text.matchAll(WORD)) {
      if (!/%[\dA-Fa-f]{2}/.test(run)) continue
      // a value alone is the better place
      const name = NAME.exec(run)?.[0].length ?? 0
      if (name > 0) yield* urlRuns(run.slice(name), index + name)
      yield* urlRuns(run, index)
    }
  }
  if (text.includes('\\')) {
    for (const { 0: run, index } of text.matchAll(LINE)) {
      if (run.includes('\\')) yield { start: index, end: index + run.length, text: withoutEscapes(run) }
    }
  }
}

function* urlRuns(run: string, start: number): Generator<EncodedRun> {
  const place = { start, end: start + run.length }
  yield { ...place, text: decodeUrl(run) }
  // forms write blanks so
  if (run.includes('+')) yield { ...place, text: decodeUrl(run.replaceAll('+', ' ')) }
}

function* base64Runs(run: string, start: number): Generator<EncodedRun> {
  const hex = HEX.exec(run)?.[1]
  const shown = hex === undefined ? undefined : textOfHex(hex)
  // digits and letters up to f are base64 as well
  if (shown !== undefined) yield { start, end: start + run.length, text: shown }
  const whole = textOf(run)
  if (whole !== undefined) yield { start, end: start + run.length, text: whole }
  else if (run.includes('/')) {
    // a path or an address of which it is one part
    let from = start
    for (const part of run.split('/')) {
      const text = part.length < 11 ? undefined : textOf(part)
      if (text !== undefined) yield { start: from, end: from + part.length, text }
      from += part.length + 1
    }
  }
}

/** Most of what is hex is a hash, which a look at the beginning leaves out. */
function textOfHex(hex: string): string | undefined {
  if (!Buffer.from(hex.slice(0, 12), 'hex').every(isOfText)) return undefined
  const bytes = Buffer.from(hex, 'hex')
  return isUtf8(bytes) ? bytes.toString('utf8') : undefined
}

const isOfText = (byte: number) => byte >= 32 || byte === 9 || byte === 10 || byte === 13

/** Names of code have the letters of base64 too: a look at the beginning leaves most of them out. */
function textOf(run: string): string | undefined {
  return beginsLikeText(run) ? decodeBase64(run) : undefined
}

/** So many letters are looked at: no run is shorter. */
const LOOKED_AT = 8
const SIX_BITS = new Uint8Array(128)
const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
for (let digit = 0; digit < DIGITS.length; digit += 1) SIX_BITS[DIGITS.charCodeAt(digit)] = digit
SIX_BITS[45] = 62 // - and _ stand for + and / in URLs
SIX_BITS[95] = 63

/** Whether the first bytes that base64 stands for are printable, and no other than UTF-8 has. */
function beginsLikeText(run: string): boolean {
  let bits = 0
  let count = 0
  let more = 0
  for (let index = 0; index < LOOKED_AT; index += 1) {
    bits = (bits << 6) | (SIX_BITS[run.charCodeAt(index)] ?? 0)
    count += 6
    if (count < 8) continue
    count -= 8
    const byte = (bits >> count) & 255
    if (more > 0 ? byte >> 6 !== 2 : !isFirst(byte)) return false
    // how many bytes go with the first
    more = more > 0 ? more - 1 : byte < 128 ? 0 : byte < 224 ? 1 : byte < 240 ? 2 : 3
  }
  return true
}

function isFirst(byte: number): boolean {
  return byte < 128 ? isOfText(byte) : byte >= 194 && byte <= 244
}

function decodeUrl(run: string): string {
  return run.replace(/(?:%[\dA-Fa-f]{2})+/g, (bytes) => Buffer.from(bytes.replaceAll('%', ''), 'hex').toString('utf8'))
}

function withoutEscapes(line: string): string {
  return line.replace(/\\(?:u([\dA-Fa-f]{4})|([\s\S]))/g, (_, code: string | undefined, letter: string | undefined) => {
    if (code !== undefined) return String.fromCharCode(Number.parseInt(code, 16))
    return letter === 'n' || letter === 'r' || letter === 't' ? '\n' : (letter ?? '')
  })
}
