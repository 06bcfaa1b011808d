import { BullaError } from '../errors.ts'

/** Add the file to an error that does not name one yet. */
export function inFile(error: unknown, file: string): unknown {
  return error instanceof BullaError && error.where?.file === undefined ? error.at({ file }) : error
}
