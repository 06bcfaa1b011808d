/** Character classes of YAML 1.1 as libyaml has them, over UTF-16 units; 0 stands for the end of the text. */
export const TAB = 0x09
export const LF = 0x0a
export const CR = 0x0d
export const SPACE = 0x20
export const HASH = 0x23

/** The UTF-16 unit at `offset`. */
export function codeAt(text: string, offset: number): number {
  // behind the end there is NaN
  return text.charCodeAt(offset) | 0
}

export function isBlank(code: number): boolean {
  return code === SPACE || code === TAB
}

/** YAML 1.1 also breaks lines at NEL, LS and PS. */
export function isBreak(code: number): boolean {
  return code === LF || code === CR || code === 0x85 || code === 0x2028 || code === 0x2029
}

export function isBreakOrEnd(code: number): boolean {
  return code === LF || code === CR || code === 0 || code === 0x85 || code === 0x2028 || code === 0x2029
}

export function isBlankOrEnd(code: number): boolean {
  return code === SPACE || code === TAB || isBreakOrEnd(code)
}

export function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39
}

/** Letters, digits, `_` and `-`: what anchors and tag handles are made of. */
export function isWord(code: number): boolean {
  return (
    isDigit(code) || (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a) || code === 0x5f || code === 0x2d
  )
}

/** What libyaml's reader lets in; everything else is refused before scanning. Lone surrogates are bytes, not text. */
export const FORBIDDEN = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]/
