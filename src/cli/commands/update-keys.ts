import { type UpdateReport, updateKeys } from '../../operations/readers/update-keys.ts'
import type { CommandDefinition, Io } from '../io.ts'
import {
  ALLOW_LOCKOUT,
  addCommonOptions,
  addKeyServiceOptions,
  checkKeyServices,
  flag,
  formatOptions,
  IGNORE_MAC,
  INPUT_TYPE,
  type Values,
  worldOf,
} from '../options/options.ts'
import { finish } from '../show/batch-result.ts'
import { shortPath } from '../show/messages.ts'
import { readerPlan } from '../show/reader-plan-text.ts'

const HELP = `
Readers, key groups and the threshold become those of the rule that matches each file. The data key,
all values and the MAC stay, and so do the lines of readers who stay. A reader who was removed may
have kept the data key: rotate is the second step.

Examples:
  $ bulla updatekeys secrets.yaml
  $ bulla updatekeys --yes deploy/ 'config/*.env'
  $ bulla updatekeys --dry-run .              (is every file for the right readers? needs no key)

Exit codes: 0 done, up to date, or answered no; 1 no rule, a key that cannot be used, not confirmed,
no such file, or --dry-run and something would change; 3 cannot be written, 25 a value does not
verify, 51 MAC mismatch, 100 no file named, 128 no key opens the file.`

export function define(command: CommandDefinition, io: Io, done: (code: number) => void): void {
  command
    .description('Give sealed files the readers that .sops.yaml names.')
    .argument('[paths...]', 'files, folders, patterns')
    .optionsGroup('What is changed:')
    .option('-y, --yes', 'do not ask')
    .option('--dry-run', 'show what would change, and exit with 1 if anything would')
    .option(...ALLOW_LOCKOUT)
    .option(...INPUT_TYPE)
    .option(...IGNORE_MAC)
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
  const yes = flag(values, 'yes')
  const formats = formatOptions(values)
  const world = worldOf(values, io)
  const approve = async (reports: readonly UpdateReport[]) => {
    if (!yes || !quiet) io.writeErr(readerPlan(reports, io))
    return yes ? true : world.confirm({ text: 'Write these changes?', mayBePiped: true })
  }
  const result = await updateKeys(
    {
      paths,
      dryRun,
      ignoreMac: flag(values, 'ignoreMac'),
      allowLockout: flag(values, 'allowLockout'),
      approve,
      ...formats,
    },
    world,
  )
  const { reports, failures } = result
  if (dryRun && failures.length === 0) io.writeOut(readerPlan(reports, io))
  const verbs = {
    changed: dryRun ? 'to change' : 'changed',
    current: 'up to date',
    declined: 'left as they were',
    skipped: 'not sealed',
  }
  const code = finish(result, { command: 'updatekeys', verbs, none: 'no files', quiet, verbose, dryRun: false, io })
  if (code !== 0) return code
  const [only] = reports
  if (reports.length === 1 && only?.outcome === 'current' && !quiet)
    io.writeErr(`${io.program}: ${shortPath(only.path ?? '', io.cwd)} is already up to date\n`)
  return dryRun && reports.some(({ outcome }) => outcome === 'changed') ? 1 : 0
}
