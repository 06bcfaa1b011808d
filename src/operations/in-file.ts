import { BullaError } from '../errors.ts'
import type { StoreName } from '../format/tree.ts'

/** Add the file to an error that does not name one yet. @param type - as which the file was read */
export function inFile(error: unknown, file: string, type: StoreName): unknown {
  if (!(error instanceof BullaError) || error.where?.file !== undefined) return error
  const isParsing = error.code === 'ERR_SYNTAX' || error.code === 'ERR_UTF8'
  return error.at(
    { file },
    isParsing ? `it was read as ${type}; if that is wrong, name its format with --input-type` : undefined,
  )
}
