import { edit } from '../../operations/edit/edit.ts'
import type { CommandDefinition, Io } from '../io.ts'
import { addKeyOptions, givenKeys } from '../options/key-options.ts'
import {
  ALLOW_PLAINTEXT,
  addCommonOptions,
  addKeyServiceOptions,
  addSelectorOptions,
  checkKeyServices,
  DECRYPTION_ORDER,
  decryptionOrder,
  flag,
  formatOptions,
  givenSelectors,
  IGNORE_MAC,
  INDENT,
  INPUT_TYPE,
  MAC_ONLY_ENCRYPTED,
  SAME_OUTPUT_TYPE,
  THRESHOLD,
  thresholdOption,
  type Values,
  worldOf,
} from '../options/options.ts'
import { finish } from '../show/batch-result.ts'
import { renderNote } from '../show/messages.ts'

/** sops's number for an editor that changed nothing. */
const UNCHANGED = 200

const HELP = `
The editor is SOPS_EDITOR, EDITOR, or the first of vim, nano and vi. One with a window of its own
has to wait until the window is closed: EDITOR='code --wait'. While you edit, the values are only in
memory if the system has a folder there (/dev/shm, XDG_RUNTIME_DIR), and gone afterwards. A text
that cannot be sealed is opened again with the reason; leave it as it is to give up. Values that you
do not change keep their ciphertext. A new file starts from an example, and is sealed by its rule.

Examples:
  $ bulla edit secrets.yaml                   (or only: bulla secrets.yaml)
  $ bulla edit --show-master-keys db.yaml     (and who reads it)
  $ EDITOR='sed -i s/old/new/' bulla edit deploy/db.yaml deploy/web.yaml

Exit codes: 0 written, 1 not sealed, or the text cannot be sealed, 3 cannot be written or changed
meanwhile, 8 options that exclude each other, 25 a value does not verify, 51 MAC mismatch, 100 no
file named, 128 no key opens the file, 200 nothing was edited, 201 no editor, or it failed.`

export function define(command: CommandDefinition, io: Io, done: (code: number) => void): void {
  command
    .description('Edit sealed files, and make new ones.')
    .argument('<paths...>', 'files, one after another')
    .optionsGroup('What is edited:')
    .option('-s, --show-master-keys', 'edit who reads the file too: keys, threshold, selector')
    .option(...INPUT_TYPE)
    .option(...SAME_OUTPUT_TYPE)
    .option('--filename-override <name>', 'look up rule and format of the file under this name')
    .option(...INDENT)
    .option(...IGNORE_MAC)
    .option(...DECRYPTION_ORDER)
    .optionsGroup('How a new file is sealed:')
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
  const formats = formatOptions(values)
  const threshold = thresholdOption(values)
  const order = decryptionOrder(values, io)
  const keys = givenKeys(values, io)
  const selectors = givenSelectors(values)
  const world = worldOf(values, io)
  const result = await edit(
    {
      paths,
      order,
      keys,
      selectors,
      namesPolicy: selectors.length > 0 || givenKeys(values, { ...io, env: {} }).length > 0,
      showMasterKeys: flag(values, 'showMasterKeys'),
      ignoreMac: flag(values, 'ignoreMac'),
      allowPlaintext: flag(values, 'allowPlaintext'),
      macOnlyEncrypted: flag(values, 'macOnlyEncrypted'),
      editors: { SOPS_EDITOR: io.env['SOPS_EDITOR'], EDITOR: io.env['EDITOR'] },
      tell: (path, note) => (quiet ? undefined : renderNote(path, note, io)),
      ...formats,
      ...threshold,
    },
    world,
    await io.desk(),
  )
  const verbs = { written: 'written', unchanged: 'not edited' }
  const code = finish(result, { command: 'edit', verbs, none: 'no files', quiet, verbose, dryRun: false, io })
  return result.reports.some(({ outcome }) => outcome === 'unchanged') ? Math.max(code, UNCHANGED) : code
}
