import { resolve } from 'node:path'
import { isBullaError, UsageError } from '../../errors.ts'
import type { Marking } from '../../merge/marks.ts'
import type { Favour, MergedVersions } from '../../operations/git-port.ts'
import { type MergeOutcome, type MergeRequest, mergeVersions, relabelled } from '../../operations/merge/driver.ts'
import { isSetting } from '../../operations/merge/merge-policy.ts'
import { showPlace } from '../../operations/merge/resolve.ts'
import type { MachineWorld } from '../../operations/ports.ts'
import { fileWord } from '../../operations/shell-word.ts'
import type { CommandDefinition, Io } from '../io.ts'
import { addCommonOptions, flag, integer, onlyGiven, text, type Values, worldOf } from '../options/options.ts'
import { printable, renderError, renderNote } from '../show/messages.ts'

const HELP = `
Values are merged by their paths, and what nobody changed keeps its ciphertext. If both sides
changed one value in different ways, only that value is in conflict: both ciphertexts stand between
git's marks until "bulla resolve" decides. Without a key, ciphertexts are merged, and the MAC is
left in conflict.

With --driver this is git's merge driver: the result replaces OURS, files that are not sealed are
merged as git does it, and git reports the conflicts.

Examples:
  $ bulla merge base.yaml ours.yaml theirs.yaml > merged.yaml
  $ bulla merge --driver --marker-size 7 --path secrets.yaml .merge_base .merge_ours .merge_theirs

Exit codes: 0 merged, 1 a conflict, 2 unreadable, 128 no key opens the files, with choices.`

const CONFLICT = 1

export function define(command: CommandDefinition, io: Io, done: (code: number) => void): void {
  command
    .description('Merge three versions of a sealed file, value by value.')
    .usage('[options] <base> <ours> <theirs>')
    .argument('[files...]', 'the three files; an empty base means that both sides added the file')
    .option('--driver', 'as git calls it: replace <ours> by the result')
    .option('--path <path>', 'where the file stands in the work tree; says its format')
    .option('--marker-size <count>', 'how long conflict marks are', '7')
    .option('--label-ours <name>', 'what our side is called in marks')
    .option('--label-base <name>', 'what the common version is called in marks')
    .option('--label-theirs <name>', 'what the other side is called in marks')
  addCommonOptions(command)
  command.addHelpText('after', HELP)
  command.action(async (words: string[], values: Values) => {
    if (words.length !== 3) {
      throw new UsageError('ERR_USAGE', 'merge takes three files', { hint: 'write "merge BASE OURS THEIRS"' })
    }
    done(await run(words, values, io))
  })
}

async function run(words: readonly string[], values: Values, io: Io): Promise<number> {
  const world = worldOf(values, io)
  const [base, ours, theirs] = await Promise.all(
    words.map(async (word) => (await world.files.open(resolve(io.cwd, word))).bytes),
  )
  if (base === undefined || ours === undefined || theirs === undefined) return CONFLICT
  const name = text(values, 'path') ?? words[1] ?? ''
  const labels = {
    ours: givenLabel(values, 'labelOurs') ?? 'ours',
    theirs: givenLabel(values, 'labelTheirs') ?? 'theirs',
  }
  const path = resolve(io.cwd, name)
  const marking = { labels, markerSize: integer(values, 'markerSize', '--marker-size') ?? 7 }
  const request = { base: base.length === 0 ? undefined : base, ours, theirs, path, marking }
  let outcome: MergeOutcome
  try {
    outcome = await mergeVersions(request, world)
  } catch (error) {
    if (!flag(values, 'driver') || !isBullaError(error)) throw error
    // git would leave our side there, without a mark: somebody could commit it unnoticed
    renderError(error, io)
    await mergeAsGit(words, values, marking, io)
    return CONFLICT
  }
  if (outcome.kind === 'not-sealed') return mergePlain(words, values, marking, outcome.isMixed, io)
  if (outcome.kind === 'conflict' && flag(values, 'driver')) outcome = await favoured(outcome, request, world, io)
  if (!flag(values, 'quiet')) tell(outcome, name, io)
  if (!flag(values, 'driver')) io.writeOut(outcome.bytes)
  else {
    const isNamed = givenLabel(values, 'labelOurs') !== undefined && givenLabel(values, 'labelTheirs') !== undefined
    const bytes =
      outcome.kind === 'merged' || isNamed
        ? outcome.bytes
        : await labelled(outcome.bytes, marking, versionsOf(words, values), io)
    await world.files.write({ path: resolve(io.cwd, words[1] ?? ''), bytes })
  }
  return outcome.kind === 'merged' ? 0 : CONFLICT
}

/** `-X ours` decides conflicts of values; who reads the file is for somebody to decide, and without a key the MAC is missing. */
async function favoured(
  outcome: Extract<MergeOutcome, { kind: 'conflict' }>,
  request: MergeRequest,
  world: MachineWorld,
  io: Io,
): Promise<Exclude<MergeOutcome, { kind: 'not-sealed' }>> {
  const values = outcome.conflicts.filter(({ steps }) => !isSetting(steps))
  const favour = outcome.needsReseal || values.length < outcome.conflicts.length ? undefined : await io.mergeFavour()
  if (favour === undefined) return outcome
  const choices = values.map(({ document, steps }) => ({ document, path: steps, take: favour }))
  const decided = await mergeVersions({ ...request, choices }, world)
  return decided.kind === 'not-sealed' ? outcome : decided
}

/** Git before 2.44 does not say what it calls the sides; that it is asked for only where it is shown. */
async function labelled(marked: Uint8Array, marking: Marking, versions: MergedVersions, io: Io): Promise<Uint8Array> {
  const labels = await io.mergeLabels(versions)
  return labels === undefined ? marked : relabelled(marked, { ...marking, labels })
}

function tell(outcome: Exclude<MergeOutcome, { kind: 'not-sealed' }>, name: string, io: Io): void {
  for (const note of outcome.notes) renderNote(name, note, io)
  if (outcome.kind === 'merged') return
  for (const conflict of outcome.conflicts) {
    const place = printable(showPlace(conflict))
    const what =
      conflict.steps.length === 0 ? `one side took ${place} away, the other changed it` : `both sides changed ${place}`
    io.writeErr(`${io.program}: ${printable(name)}: ${what}\n`)
  }
  // who has a key decides conflicts of values from what git has; then there is nothing to be sealed again
  const isMacOnly = outcome.needsReseal && outcome.conflicts.length === 0
  const command = `bulla resolve ${isMacOnly ? '--reseal ' : ''}${fileWord(name)}`
  const who = outcome.needsReseal ? ', by somebody with a key' : ''
  io.writeErr(`${io.program}: hint: ${command}${who}\n`)
}

/** Files that are not sealed, or not on both sides. */
async function mergePlain(
  words: readonly string[],
  values: Values,
  marking: Marking,
  isMixed: boolean,
  io: Io,
): Promise<number> {
  if (!flag(values, 'driver')) {
    throw new UsageError('ERR_USAGE', 'these files are not all sealed', {
      hint: 'use "git merge-file" for plain files',
    })
  }
  if (!isMixed) return (await mergeAsGit(words, values, marking, io, await io.mergeFavour())) > 0 ? CONFLICT : 0
  // lines of a sealed and a plain file say nothing about each other
  const name = text(values, 'path') ?? ''
  io.writeErr(`${io.program}: ${printable(name)}: sealed on one side only: ours is kept, and nothing merged\n`)
  io.writeErr(`${io.program}: hint: take the sealed side, and make the other changes with "bulla edit"\n`)
  return CONFLICT
}

/** By lines. @returns how many conflicts there are @throws GitError `ERR_GIT` */
function mergeAsGit(
  words: readonly string[],
  values: Values,
  { markerSize }: Marking,
  io: Io,
  favour?: Favour,
): Promise<number> {
  const { path, base, theirs } = versionsOf(words, values)
  const ours = words[1] ?? ''
  const labels = onlyGiven({
    ours: givenLabel(values, 'labelOurs'),
    base: givenLabel(values, 'labelBase'),
    theirs: givenLabel(values, 'labelTheirs'),
  })
  return io.mergeFile({ path, base, ours, theirs, markerSize, labels, ...onlyGiven({ favour }) })
}

function versionsOf([base = '', ours = '', theirs = '']: readonly string[], values: Values): MergedVersions {
  return { path: text(values, 'path') ?? ours, base, theirs }
}

/** Older versions of git hand over the names of labels as they stand in the configuration. */
function givenLabel(values: Values, name: string): string | undefined {
  const given = text(values, name) ?? ''
  return given === '' || given.startsWith('%') ? undefined : given
}
