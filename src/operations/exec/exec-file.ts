import { resolve } from 'node:path'
import { UsageError } from '../../errors.ts'
import type { StoreName } from '../../format/tree.ts'
import { inFile } from '../in-file.ts'
import { layoutFor } from '../layout.ts'
import { openSealed } from '../open.ts'
import type { Ending, Note, Programs, World } from '../ports.ts'
import { loadStore, storeNameFor } from '../stores.ts'
import { type Environment, environmentOf } from './exec.ts'

export interface ExecFileOptions {
  readonly path: string
  /** For the shell; every `{}` becomes the path of the opened file. */
  readonly command: string
  readonly inherited: Environment
  /** Whom the program runs as. */
  readonly user?: string
  /** A pipe that gives the content to each reader, instead of a file. */
  readonly fifo: boolean
  /** Name of the opened file. Default: `tmp-file`. */
  readonly filename?: string
  readonly inputType?: StoreName
  readonly outputType?: StoreName
  /** From `parseDecryptionOrder`. */
  readonly order?: readonly string[]
  /** Told before the program starts. */
  readonly note: Note
}

/**
 * Run a command that reads an opened file, which is gone when it has ended. All keys are wiped before it starts.
 *
 * @throws UsageError `ERR_USAGE`; ProgramError `ERR_PROGRAM`; FileError `ERR_WRITE`; what opening throws
 */
export async function execFile(options: ExecFileOptions, world: World, programs: Programs): Promise<Ending> {
  const name = options.filename ?? 'tmp-file'
  if (name === '' || name === '.' || name === '..' || /[/\\\0]/.test(name)) {
    throw new UsageError('ERR_USAGE', '--filename is a name without folders', {
      hint: 'the file is in a folder of its own, which the command finds with dirname {}',
    })
  }
  const bytes = await openedBytes(options, world)
  world.keyring.dispose()
  const own = options.user === undefined ? {} : await programs.becomeUser(options.user)
  const env = environmentOf({ ...options.inherited, ...own }, [], programs.ignoresCase)
  const command = (path: string) => options.command.replaceAll('{}', () => path)
  const program = (path: string) => ({ command: command(path), env })
  return programs.runWithFile({ bytes, name, fifo: options.fifo }, program, options.note)
}

async function openedBytes(
  { path, inputType: asked, outputType: wanted, order }: ExecFileOptions,
  world: World,
): Promise<Uint8Array> {
  const file = resolve(world.cwd, path)
  const inputType = asked ?? storeNameFor(file)
  const outputType = wanted ?? storeNameFor(file)
  try {
    const { bytes } = await world.files.open(file)
    const [store, output] = await Promise.all([loadStore(inputType), loadStore(outputType)])
    const opened = await openSealed({ store, bytes, file, ...(order === undefined ? {} : { order }) }, world)
    try {
      return opened.bytesIn(output, store === output ? {} : await layoutFor(file, outputType, undefined, world))
    } finally {
      opened.dispose()
    }
  } catch (error) {
    throw inFile(error, file, inputType)
  }
}
