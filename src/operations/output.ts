import { resolve } from 'node:path'
import { UsageError } from '../errors.ts'
import type { Input } from './inputs.ts'
import type { World } from './ports.ts'

/**
 * Where `--output` leads.
 *
 * @returns absolute
 * @throws UsageError `ERR_CONFLICT` when that is the input itself
 */
export async function outputPath(output: string, input: Input, { files, cwd }: World): Promise<string> {
  if (output === '') {
    throw new UsageError('ERR_USAGE', '--output is empty', {
      hint: 'check the variable that it came from; leave it out for standard output',
    })
  }
  const path = resolve(cwd, output)
  if ((await files.realPath(path)) === input.place) {
    throw new UsageError('ERR_CONFLICT', 'the output is the input', { hint: 'to replace the file use --in-place' })
  }
  return path
}
