import { UsageError } from '../../errors.ts'
import { changeGroups, type GroupChange } from '../../operations/readers/change-groups.ts'
import type { CommandDefinition, Io } from '../io.ts'
import { addKeyOptions, givenKeys } from '../options/key-options.ts'
import {
  ALLOW_LOCKOUT,
  addCommonOptions,
  addKeyServiceOptions,
  checkKeyServices,
  flag,
  IGNORE_MAC,
  THRESHOLD,
  text,
  thresholdOption,
  type Values,
  worldOf,
} from '../options/options.ts'
import { finish } from '../show/batch-result.ts'

const HELP = `
With several key groups, a file can be opened if enough of them take part; any key of a group can do
so for its group. INDEX counts from 0. The data key and all values stay, so whoever could read the
file before may have kept them.

Examples:
  $ bulla groups add --file secrets.yaml --age age1…,age1… --in-place
  $ bulla groups add --file secrets.yaml --age age1… --shamir-secret-sharing-threshold 2 --in-place
  $ bulla groups delete --file secrets.yaml 1 --in-place

Exit codes: 0 changed, 1 an empty group, a threshold or an index that does not fit, not sealed, or
not confirmed, 2 no such file or none named, 3 cannot be written, 25 a value does not verify, 51 MAC
mismatch, 128 no key opens the file.`

export function define(command: CommandDefinition, io: Io, done: (code: number) => void): void {
  command
    .description('Add a key group to a sealed file, or remove one.')
    .usage('add|delete --file <file> [options] [index]')
    .argument('[verb]', 'add, or delete')
    .argument('[index]', 'which group to delete, from 0')
    .optionsGroup('Where the result goes (standard output otherwise):')
    .option('-i, --in-place', 'replace the file')
    .optionsGroup('What is changed:')
    .option('-f, --file <file>', 'the file')
    .option(...THRESHOLD)
    .option(...IGNORE_MAC)
    .option(...ALLOW_LOCKOUT)
  addKeyOptions(command, 'Whose keys are in a new group (no SSH, plugin, PGP and Huawei keys yet):')
  addKeyServiceOptions(command)
  addCommonOptions(command)
  command.addHelpText('after', HELP)
  command.action(async (verb: string | undefined, index: string | undefined, values: Values) => {
    if (verb === undefined) io.writeOut(`${command.helpInformation()}${HELP}\n`)
    done(verb === undefined ? 0 : await run(changeOf(verb, index, values, io), values, io))
  })
}

/** @throws UsageError `ERR_USAGE`; ConfigError `ERR_RECIPIENT` */
function changeOf(verb: string, index: string | undefined, values: Values, io: Io): GroupChange {
  if (verb === 'add') {
    if (index !== undefined) throw usage('groups add takes no other words', 'name the file with --file FILE')
    // variables say who reads new files, not who is in a new group
    return { verb, keys: givenKeys(values, { ...io, env: {} }) }
  }
  if (verb !== 'delete') throw usage('groups can add and delete', 'write "groups add" or "groups delete"')
  if (index !== undefined && /^[0-9]{1,9}$/.test(index)) return { verb, index: Number(index) }
  throw usage('groups delete needs the index of the group', 'groups count from 0: write "groups delete --file FILE 1"')
}

async function run(change: GroupChange, values: Values, io: Io): Promise<number> {
  checkKeyServices(values, io)
  const quiet = flag(values, 'quiet')
  const verbose = flag(values, 'verbose')
  const threshold = thresholdOption(values)
  const world = worldOf(values, io)
  const result = await changeGroups(
    {
      file: text(values, 'file') ?? '',
      change,
      inPlace: flag(values, 'inPlace'),
      ignoreMac: flag(values, 'ignoreMac'),
      allowLockout: flag(values, 'allowLockout'),
      ...threshold,
    },
    world,
  )
  const verbs = { changed: 'changed' }
  return finish(result, { command: 'groups', verbs, none: 'no files', quiet, verbose, dryRun: false, io })
}

function usage(message: string, hint: string): UsageError {
  return new UsageError('ERR_USAGE', message, { hint })
}
