import { encrypt } from '../../operations/encrypt.ts'
import type { CommandDefinition, Io } from '../io.ts'
import {
  addCommonOptions,
  addKeyOptions,
  addKeyServiceOptions,
  addSelectorOptions,
  checkKeyServices,
  configPath,
  flag,
  givenKeys,
  givenSelectors,
  integer,
  storeType,
  text,
  type Values,
} from '../options.ts'
import { finish } from '../report.ts'

const HELP = `
Without a path, standard input is sealed; --filename-override then names the file it stands for.
Values, comments and the metadata block change, nothing else does. Over a sealed version of the same
file (--output, or the version in git with --in-place) unchanged values keep their ciphertext.

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
    .summary('seal the values of files')
    .description('Seal the values of files, in place in their text.')
    .argument('[paths...]', 'files, folders, patterns')
    .optionsGroup('Where the result goes (standard output otherwise):')
    .option('-i, --in-place', 'replace the files')
    .option('--output <file>', 'write the result to a file')
    .option('--dry-run', 'show what would be done')
    .optionsGroup('How files are sealed:')
    .option('--input-type <type>', 'format of the input: yaml, json, dotenv, ini, binary')
    .option('--output-type <type>', 'format of the result')
    .option('--filename-override <name>', 'look up rule and format under this name')
    .option('--indent <columns>', 'columns per level of what is written anew')
    .option('--fresh', 'new data key and new ciphertexts, whatever was there before')
    .option('--allow-plaintext', 'accept a file in which nothing is sealed')
    .option('--mac-only-encrypted', 'let the MAC cover only what is sealed')
    .option('--shamir-secret-sharing-threshold <groups>', 'key groups needed to open the file')
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
  const dryRun = flag(values, 'dryRun')
  const output = text(values, 'output')
  const filenameOverride = text(values, 'filenameOverride')
  const inputType = storeType(values, 'inputType', '--input-type')
  const outputType = storeType(values, 'outputType', '--output-type')
  const indent = integer(values, 'indent', '--indent')
  const shamirThreshold = integer(values, 'shamirSecretSharingThreshold', '--shamir-secret-sharing-threshold')
  const world = io.world({ configPath: configPath(values, io), quiet })
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
      ...(output === undefined ? {} : { output }),
      ...(filenameOverride === undefined ? {} : { filenameOverride }),
      ...(inputType === undefined ? {} : { inputType }),
      ...(outputType === undefined ? {} : { outputType }),
      ...(indent === undefined ? {} : { indent }),
      ...(shamirThreshold === undefined ? {} : { shamirThreshold }),
    },
    world,
  )
  return finish(result, {
    command: 'encrypt',
    verbs: { written: 'sealed', restored: 'as in git', unchanged: 'unchanged', skipped: 'left alone' },
    none: 'no files that a rule is for',
    quiet,
    dryRun,
    io,
  })
}
