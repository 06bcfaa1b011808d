import type { BullaError } from '../../errors.ts'
import type { StoreName } from '../../format/tree.ts'

/** How a comment starts where there are comments. */
const SIGNS: Partial<Readonly<Record<StoreName, string>>> = { yaml: '#', dotenv: '#', ini: ';' }
const BYTE_ORDER_MARK = '\xef\xbb\xbf'
const LAST = 'these lines go away by themselves; leave the text as it is to give up'

/** What is wrong with a text, for a person who looks at it: where, what, what to do. */
export function describeProblem({ message, where, hint }: BullaError, linesAbove = 0): string[] {
  const line = where?.line === undefined ? '' : `line ${where.line + linesAbove}: `
  const path = where?.path === undefined || where.path.length === 0 ? '' : `${where.path.join('.')}: `
  return [`error: ${line}${path}${message}`, ...(hint === undefined ? [] : [`hint: ${hint}`])].map((text) =>
    text.replace(/[\0-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, ' '),
  )
}

/**
 * Put what is wrong with a text above it, as a comment of its format. Lines are counted with those of the comment.
 *
 * @returns undefined when the format has no comments
 */
export function withProblem(text: Uint8Array, error: BullaError, store: StoreName): Uint8Array | undefined {
  const mark = markOf(store)
  if (mark === undefined) return undefined
  const count = describeProblem(error).length + 1
  const lines = [...describeProblem(error, count), LAST].map((line) => `${mark}${line}\n`)
  const comment = Buffer.from(lines.join(''), 'utf8').toString('latin1')
  const plain = latin1(text)
  const start = plain.startsWith(BYTE_ORDER_MARK) ? BYTE_ORDER_MARK.length : 0
  return Buffer.from(plain.slice(0, start) + comment + plain.slice(start), 'latin1')
}

/** Take out what {@link withProblem} put in, wherever an editor moved it. */
export function withoutProblem(text: Uint8Array, store: StoreName): Uint8Array {
  const mark = markOf(store)
  if (mark === undefined) return text
  const pattern = new RegExp(`^(${BYTE_ORDER_MARK})?${mark}.*(?:\\r?\\n|$)`, 'gm')
  return Buffer.from(latin1(text).replace(pattern, '$1'), 'latin1')
}

function markOf(store: StoreName): string | undefined {
  const sign = SIGNS[store]
  return sign === undefined ? undefined : `${sign}! bulla: `
}

/** A character for each byte, so that every text comes back as it was. */
function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
}
