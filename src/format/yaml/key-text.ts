import type { Node } from '../tree.ts'
import { wrappedBase64 } from './block-text.ts'
import { doubleQuoted, sopsStyle } from './scalar-style.ts'
import { sopsSpelling } from './spelling.ts'

/** Keys longer than this, in bytes, or of several lines are written with `?`. */
const MAX_SIMPLE_KEY = 128
/** For the writer, these end lines too. */
const BREAK = /[\n\r\x85\u2028\u2029]/

/** A mapping key as it stands in front of its `:`; undefined when it has to be written with `?`. */
export function keyText(key: string, value: Node): string | undefined {
  if (key === '<<') return isMergeable(value) ? '!!merge <<' : doubleQuoted(key)
  if (BREAK.test(key) || Buffer.byteLength(key) > MAX_SIMPLE_KEY) return undefined
  if (sopsStyle(key, false) !== 'binary')
    return sopsSpelling({ kind: 'scalar', type: 'str', value: key }, { flow: false, tagged: false })
  const [base64 = '', ...others] = wrappedBase64(key)
  return others.length === 0 ? `!!binary ${base64}` : undefined
}

/** Whether `<<` may be a plain key: go-yaml refuses a merge of anything but mappings, although sops does not merge. */
export function isMergeable(value: Node): boolean {
  if (value.kind === 'list') return value.items.every((item) => item.kind === 'branch' || item.kind === 'comment')
  return value.kind === 'branch'
}
