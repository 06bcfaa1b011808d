import { rotate } from '../../operations/readers/rotate.ts'
import type { CommandDefinition, Io } from '../io.ts'
import {
  ALLOW_LOCKOUT,
  addCommonOptions,
  addKeyServiceOptions,
  checkKeyServices,
  DECRYPTION_ORDER,
  decryptionOrder,
  flag,
  formatOptions,
  IGNORE_MAC,
  INDENT,
  INPUT_TYPE,
  OUTPUT_TYPE,
  onlyGiven,
  text,
  type Values,
  worldOf,
} from '../options/options.ts'
import { addReaderOptions, givenReaders } from '../options/reader-options.ts'
import { finish } from '../show/batch-result.ts'

const HELP = `
Every value gets a new ciphertext; the text around it stays as it is. The readers of the file stay,
apart from those whom you add or remove; if its rule says something else, you are only told. Whoever
was removed may have kept what they could read. With --ignore-mac the new MAC is right, whatever the
old one was.

Examples:
  $ bulla rotate --in-place secrets.yaml
  $ bulla rotate --in-place --rm-age age1… deploy/
  $ bulla rotate --dry-run --add-age age1… 'config/*.env'

Exit codes: 0 rotated, 1 not sealed, nobody left to read it, a key that cannot be used, or not
confirmed, 2 unreadable, 3 cannot be written, 4 not possible in the output type, 8 options that
exclude each other, 25 a value does not verify, 49 no such file (with --add-… or --rm-…), 51 MAC
mismatch, 100 no file named, 112 malformed --decryption-order, 128 no key opens the file.`

export function define(command: CommandDefinition, io: Io, done: (code: number) => void): void {
  command
    .description('Seal all values again with a new data key; add and remove readers.')
    .argument('[paths...]', 'files, folders, patterns')
    .optionsGroup('Where the result goes (standard output otherwise):')
    .option('-i, --in-place', 'replace the files')
    .option('--output <file>', 'write the result to a file')
    .option('--dry-run', 'seal in memory, write nothing')
  addReaderOptions(command)
  command
    .option(...ALLOW_LOCKOUT)
    .optionsGroup('What is read and written:')
    .option(...INPUT_TYPE)
    .option(...OUTPUT_TYPE)
    .option('--filename-override <name>', 'look up the format under this name')
    .option(...INDENT)
    .option(...IGNORE_MAC)
    .option(...DECRYPTION_ORDER)
  addKeyServiceOptions(command)
  addCommonOptions(command)
  command.addHelpText('after', HELP)
  command.action(async (paths: string[], values: Values) => done(await run(paths, values, io)))
}

async function run(paths: readonly string[], values: Values, io: Io): Promise<number> {
  checkKeyServices(values, io)
  const quiet = flag(values, 'quiet')
  const verbose = flag(values, 'verbose')
  const dryRun = flag(values, 'dryRun')
  const formats = formatOptions(values)
  const order = decryptionOrder(values, io)
  const world = worldOf(values, io)
  const result = await rotate(
    {
      paths,
      order,
      readers: givenReaders(values),
      inPlace: flag(values, 'inPlace'),
      ignoreMac: flag(values, 'ignoreMac'),
      allowLockout: flag(values, 'allowLockout'),
      dryRun,
      ...formats,
      ...onlyGiven({ output: text(values, 'output') }),
    },
    world,
  )
  const verbs = { rotated: 'rotated', skipped: 'not sealed' }
  return finish(result, { command: 'rotate', verbs, none: 'no files', quiet, verbose, dryRun, io })
}
