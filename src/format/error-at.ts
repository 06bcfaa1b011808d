import { type ErrorCode, FormatError } from '../errors.ts'
import { positionOf } from './text.ts'

/** A FormatError that says where in `text` it stands: line and column, never an excerpt. */
export function errorAt(code: ErrorCode, text: string, offset: number, message: string, hint?: string): FormatError {
  return new FormatError(code, message, { where: positionOf(text, offset), ...(hint === undefined ? {} : { hint }) })
}

/** What was read cannot be written in this format. */
export function cannotEmit(message: string, hint?: string, path?: readonly string[]): FormatError {
  return new FormatError('ERR_EMIT', message, {
    ...(path === undefined ? {} : { where: { path } }),
    ...(hint === undefined ? {} : { hint }),
  })
}
