import { type ErrorCode, FormatError } from '../errors.ts'
import { positionOf } from './text.ts'

/** A FormatError that says where in `text` it stands: line and column, never an excerpt. */
export function errorAt(code: ErrorCode, text: string, offset: number, message: string, hint?: string): FormatError {
  const best = code === 'ERR_SYNTAX' && hasConflict(text) ? IN_CONFLICT : hint
  return new FormatError(code, message, {
    where: positionOf(text, offset),
    ...(best === undefined ? {} : { hint: best }),
  })
}

const IN_CONFLICT = 'a merge left conflict marks in this file: bulla resolve FILE'

/** Whether git put marks into a text, as no format has them: whatever is wrong then comes from that. */
export function hasConflict(text: string): boolean {
  return /^<{7}(?: |\r?$)/m.test(text) && /^>{7}(?: |\r?$)/m.test(text)
}

/** What was read cannot be written in this format. */
export function cannotEmit(message: string, hint?: string, path?: readonly string[]): FormatError {
  return new FormatError('ERR_EMIT', message, {
    ...(path === undefined ? {} : { where: { path } }),
    ...(hint === undefined ? {} : { hint }),
  })
}
