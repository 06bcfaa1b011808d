import { encrypt } from '../../operations/encrypt.ts'
import type { CommandDefinition, Io } from '../io.ts'
import { addKeyOptions, givenKeys } from '../options/key-options.ts'
import {
  ALLOW_PLAINTEXT,
  addCommonOptions,
  addKeyServiceOptions,
  addSelectorOptions,
  checkKeyServices,
  flag,
  formatOptions,
  givenSelectors,
  INDENT,
  INPUT_TYPE,
  MAC_ONLY_ENCRYPTED,
  OUTPUT_TYPE,
  onlyGiven,
  THRESHOLD,
  text,
  thresholdOption,
  type Values,
  worldOf,
} from '../options/options.ts'
import { finish } from '../show/batch-result.ts'

const HELP = `
Without a path, seals standard input; --filename-override then says which file it stands for. Only
values, comments and the metadata block change. If there is an older sealed version of the file
(--output, or with --in-place the version in git), unchanged values keep their ciphertext. In a
folder, all files are sealed that a rule matches; a rule without path_regex stands for YAML, JSON,
dotenv and INI files there. Links are skipped, and so are sealed files if there are several files.

Examples:
  $ bulla encrypt --in-place secrets.yaml
  $ bulla encrypt --in-place deploy/ 'config/*.env'
  $ kubectl create secret generic db --from-literal=password=… --dry-run=client -o yaml |
      bulla encrypt --filename-override db.yaml --output db.yaml

Exit codes: 0 sealed or unchanged, 1 no rule or recipient, 2 unreadable input, 3 cannot be written,
4 not possible in the output type, 6 malformed --encryption-context, 8 options that exclude each
other, 23 nothing would be sealed, 92 no document, 100 no such file, 203 sealed already.`

export function define(command: CommandDefinition, io: Io, done: (code: number) => void): void {
  command
    .description('Seal the values of files, in place in their text.')
    .argument('[paths...]', 'files, folders, patterns')
    .optionsGroup('Where the result goes (standard output otherwise):')
    .option('-i, --in-place', 'replace the files')
    .option('--output <file>', 'write the result to a file')
    .option('--dry-run', 'show what would be done')
    .optionsGroup('How files are sealed:')
    .option(...INPUT_TYPE)
    .option(...OUTPUT_TYPE)
    .option('--filename-override <name>', 'look up rule and format under this name')
    .option(...INDENT)
    .option('--fresh', 'make a new data key and new ciphertexts, whatever was there before')
    .option(...ALLOW_PLAINTEXT)
    .option(...MAC_ONLY_ENCRYPTED)
    .option(...THRESHOLD)
  addKeyOptions(command)
  addSelectorOptions(command)
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
  const threshold = thresholdOption(values)
  const world = worldOf(values, io)
  const result = await encrypt(
    {
      paths,
      keys: givenKeys(values, io),
      selectors: givenSelectors(values),
      inPlace: flag(values, 'inPlace'),
      macOnlyEncrypted: flag(values, 'macOnlyEncrypted'),
      fresh: flag(values, 'fresh'),
      allowPlaintext: flag(values, 'allowPlaintext'),
      dryRun,
      stdin: () => io.stdin(),
      ...formats,
      ...threshold,
      ...onlyGiven({ output: text(values, 'output') }),
    },
    world,
  )
  return finish(result, {
    command: 'encrypt',
    verbs: { written: 'sealed', restored: 'as in git', unchanged: 'unchanged', skipped: 'left alone' },
    none: 'no files that a rule is for',
    quiet,
    verbose,
    dryRun,
    io,
  })
}
