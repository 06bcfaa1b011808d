import { decrypt } from '../../operations/decrypt.ts'
import type { CommandDefinition, Io } from '../io.ts'
import {
  addCommonOptions,
  addKeyServiceOptions,
  checkKeyServices,
  collect,
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
  texts,
  type Values,
  worldOf,
} from '../options/options.ts'
import { finish } from '../show/batch-result.ts'

const HELP = `
Without a path, opens standard input; --filename-override or --input-type then says what it is.
Every value and the MAC are verified before anything is written. The opened file is the sealed text
with the values put back, so what bulla sealed comes back byte for byte.

--only writes the values that match a pattern, in the layout of sops. A pattern consists of keys
with dots between them; * is any key, and ** any number of keys. Everything below a match is
included. A pattern without a match is an error.

Examples:
  $ bulla decrypt secrets.yaml
  $ bulla decrypt --extract '["db"]["password"]' secrets.yaml
  $ bulla decrypt --only 'db.*' --only tls config.yaml
  $ bulla decrypt deploy/ --output-dir /run/deploy
  $ bulla decrypt --dry-run .                 (can I open everything here?)

Exit codes: 0 opened, 1 not sealed, 2 unreadable, 3 cannot be written, 4 not possible in the output
type, 8 options that exclude each other, 25 a value does not verify, 51 MAC mismatch, 91 malformed
--extract, 100 no such file, 112 malformed --decryption-order, 128 no key opens the file.`

export function define(command: CommandDefinition, io: Io, done: (code: number) => void): void {
  command
    .description('Open sealed files and verify them.')
    .argument('[paths...]', 'files, folders, patterns')
    .optionsGroup('Where the result goes (standard output otherwise):')
    .option('-i, --in-place', 'replace the sealed files: the values are then on disk in clear')
    .option('--output <file>', 'write the result to a file')
    .option('--output-dir <folder>', 'open everything into a new folder (0700, files 0600), all or nothing')
    .option('--dry-run', 'open and verify, write nothing')
    .optionsGroup('What is opened:')
    .option('--extract <path>', 'only the value at this path, \'["a"]["b"][0]\'')
    .option('--only <pattern>', "only the values on paths that fit, 'db.*'; several times", collect)
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
  const result = await decrypt(
    {
      paths,
      order,
      inPlace: flag(values, 'inPlace'),
      ignoreMac: flag(values, 'ignoreMac'),
      dryRun,
      stdin: () => io.stdin(),
      ...formats,
      ...onlyGiven({
        output: text(values, 'output'),
        outputDir: text(values, 'outputDir'),
        extract: text(values, 'extract'),
        only: values['only'] === undefined ? undefined : texts(values, 'only'),
      }),
    },
    world,
  )
  const verbs = { opened: 'opened', skipped: 'not sealed' }
  return finish(result, { command: 'decrypt', verbs, none: 'no files', quiet, verbose, dryRun, io })
}
