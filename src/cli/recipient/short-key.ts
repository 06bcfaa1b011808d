import { printable } from '../show/messages.ts'

/** A post-quantum key has two thousand characters. */
const SHOWN_CHARACTERS = 80

/** A public key, short enough for one line. */
export function shortKey(text: string): string {
  const shown = printable(text)
  return shown.length <= SHOWN_CHARACTERS ? shown : `${shown.slice(0, 24)}…${shown.slice(-8)}`
}
