const ESCAPE = /(?:\\[nrt]|\\u[\dA-Fa-f]{4}|\\x[\dA-Fa-f]{2}|%[\dA-Fa-f]{2}|\x1b\[[\d;]{0,3}m)$/
const BEGIN_ESCAPES = ['\\', '%', '\x1b']

/** Whether a word may begin at `start`: nothing of a word stands before, or what does belongs to an escape (`\n`, `%3D`). */
export function isWordStart(text: string, start: number): boolean {
  if (start === 0 || !isWordUnit(text.charCodeAt(start - 1))) return true
  const before = text.slice(Math.max(0, start - 6), start)
  // most words go on with the one before
  return BEGIN_ESCAPES.some((sign) => before.includes(sign)) && ESCAPE.test(before)
}

/** Letters, digits, `_`. */
export function isWordUnit(unit: number): boolean {
  return (unit >= 97 && unit <= 122) || (unit >= 65 && unit <= 90) || (unit >= 48 && unit <= 57) || unit === 95
}
