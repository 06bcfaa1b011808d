/**
 * The grammar of a sealed value: `ENC[AES256_GCM,data:<b64>,iv:<b64>,tag:<b64>,type:<t>]`.
 * @see sops `aes/cipher.go`
 */
export interface SealedValue {
  readonly data: Uint8Array
  readonly iv: Uint8Array
  readonly tag: Uint8Array
  /** `str`, `int`, … as written; not authenticated. */
  readonly type: string
}

/** What stands in front of each part of a sealed value, and behind the last one. */
export const SEALED_PARTS = {
  data: 'ENC[AES256_GCM,data:',
  iv: ',iv:',
  tag: ',tag:',
  type: ',type:',
  end: ']',
} as const
const PREFIX = SEALED_PARTS.data

/** Write a sealed value. @param iv - 32 bytes when sops shall be able to save the file again */
export function formatSealed(data: string, iv: string, tag: string, type: string): string {
  const { data: prefix, iv: beforeIv, tag: beforeTag, type: beforeType, end } = SEALED_PARTS
  return prefix + data + beforeIv + iv + beforeTag + tag + beforeType + type + end
}

/** Whether `text` looks sealed: what a scanner or a reader needs before it tries {@link parseSealed}. */
export function looksSealed(text: string): boolean {
  return text.startsWith(PREFIX)
}

/** The `type:` of a text that looks sealed, without decoding it; undefined when it does not. */
export function sealedType(text: string): string | undefined {
  if (!looksSealed(text)) return undefined
  const lineEnd = text.indexOf('\n')
  const close = text.lastIndexOf(']', lineEnd < 0 ? text.length : lineEnd)
  const type = text.lastIndexOf(',type:', close)
  return close < 0 || type < 0 ? undefined : text.slice(type + 6, close)
}

/** The parts of a sealed value, in base64 that is well-formed. */
export interface SealedFields {
  readonly data: string
  readonly iv: string
  readonly tag: string
  readonly type: string
}

/**
 * Read a sealed value as sops recognises it: anchored at the start only, on one line, the last `]` of which ends it.
 * Runs in linear time whatever the text.
 *
 * @returns undefined when `text` is not a sealed value
 */
export function parseSealed(text: string): SealedValue | undefined {
  const fields = sealedFields(text)
  if (fields === undefined) return undefined
  const { data, iv, tag, type } = fields
  return { data: Buffer.from(data, 'base64'), iv: Buffer.from(iv, 'base64'), tag: Buffer.from(tag, 'base64'), type }
}

/** As {@link parseSealed}, not decoded yet. */
export function sealedFields(text: string): SealedFields | undefined {
  // nearly every sealed value is written just so, and one pass over it is all it takes
  const usual = USUAL.exec(text)
  if (usual === null) return unusualFields(text)
  const [, data = '', iv = '', tag = '', type = ''] = usual
  return (data.length | iv.length | tag.length) % 4 === 0 ? { data, iv, tag, type } : undefined
}

const BASE64 = '[A-Za-z0-9+/]+={0,2}'
const USUAL = new RegExp(`^ENC\\[AES256_GCM,data:(${BASE64}),iv:(${BASE64}),tag:(${BASE64}),type:([a-z]+)\\]$`)

function unusualFields(text: string): SealedFields | undefined {
  if (!text.startsWith(PREFIX)) return undefined
  const lineEnd = text.indexOf('\n')
  const line = lineEnd < 0 ? text : text.slice(0, lineEnd)
  const close = line.lastIndexOf(']')
  const type = line.lastIndexOf(',type:', close - 7)
  const tag = line.lastIndexOf(',tag:', type - 6)
  const iv = line.lastIndexOf(',iv:', tag - 5)
  if (close < 0 || type < 0 || tag < 0 || iv <= PREFIX.length) return undefined
  const data = cleanBase64(line.slice(PREFIX.length, iv))
  const ivText = cleanBase64(line.slice(iv + 4, tag))
  const tagText = cleanBase64(line.slice(tag + 5, type))
  if (data === undefined || ivText === undefined || tagText === undefined) return undefined
  return { data, iv: ivText, tag: tagText, type: line.slice(type + 6, close) }
}

/** The sealed value alone: readers ignore what stands behind it, such as the line break of a block scalar. */
export function withoutTail(text: string): string {
  const lineEnd = text.indexOf('\n')
  return text.slice(0, text.lastIndexOf(']', lineEnd < 0 ? text.length : lineEnd) + 1)
}

/**
 * How an empty comment of a list is sealed. sops leaves an empty comment as it is and then reads it back as an element of
 * the list, `""`. So a blank is sealed for it, and a sign behind the bracket tells it from a comment that is a blank.
 */
export const EMPTY_COMMENT = { text: ' ', tail: '#' }

/** Whether a sealed comment that opened to `text` stands for an empty one. */
export function isEmptyComment(sealed: string, text: string): boolean {
  return text === EMPTY_COMMENT.text && sealed.endsWith(`]${EMPTY_COMMENT.tail}`)
}

/** Base64 as Go's `StdEncoding` reads it: padding required, CR ignored, spare bits may be set. */
export function decodeBase64(text: string): Uint8Array | undefined {
  const clean = cleanBase64(text)
  return clean === undefined ? undefined : Buffer.from(clean, 'base64')
}

function cleanBase64(text: string): string | undefined {
  const clean = text.includes('\r') ? text.replaceAll('\r', '') : text
  return clean.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(clean) ? clean : undefined
}
