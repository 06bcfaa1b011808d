/**
 * A sealed value is one JSON string, but JSON has many spellings of it: `]` may also be written `\u005d` or `\u005D`,
 * the colon after `type` `\u003a` or `\u003A`. Every reader decodes them to the same `ENC[…]`. bulla uses the nine
 * combinations to remember how the plain value was spelled, so that it can be opened to the same bytes. Slot 0 is the
 * plain spelling, the only one that sops writes.
 *
 * @see docs/decisions/0003-style-of-sealed-scalars.md
 */
const BRACKETS = [']', '\\u005d', '\\u005D'] as const
const COLONS = [':', '\\u003a', '\\u003A'] as const

export const SLOTS = BRACKETS.length * COLONS.length

/** Write `sealed` as a JSON string in the spelling number `slot`. */
export function spellSealed(sealed: string, slot: number): string {
  const plain = JSON.stringify(sealed)
  const close = sealed.lastIndexOf(']')
  const colon = sealed.lastIndexOf(':')
  if (slot === 0 || colon < 0 || close < colon) return plain
  const bracketText = BRACKETS[slot % BRACKETS.length] ?? ']'
  const colonText = COLONS[Math.floor(slot / BRACKETS.length)] ?? ':'
  const quote = (text: string): string => JSON.stringify(text).slice(1, -1)
  const head = `${quote(sealed.slice(0, colon))}${colonText}`
  return `"${head}${quote(sealed.slice(colon + 1, close))}${bracketText}${quote(sealed.slice(close + 1))}"`
}

/** The slot of a sealed value from its text, quotes included. */
export function slotOf(raw: string): number {
  const tail = raw.slice(-32)
  const bracket = BRACKETS.findIndex((text) => tail.endsWith(`${text}"`))
  const colon = COLONS.findIndex((text) => tail.includes(`,type${text}`))
  return Math.max(bracket, 0) + BRACKETS.length * Math.max(colon, 0)
}
