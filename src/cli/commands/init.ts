import { isAbsolute, relative, sep } from 'node:path'
import { UsageError } from '../../errors.ts'
import type { Repository } from '../../operations/git-port.ts'
import { applySteps } from '../../operations/init/apply.ts'
import { journalPath } from '../../operations/init/journal.ts'
import { MANAGERS, type ManagerName } from '../../operations/init/managers/manager.ts'
import { planInit } from '../../operations/init/plan.ts'
import type { Plan } from '../../operations/init/step.ts'
import { forget, planUndo } from '../../operations/init/undo.ts'
import type { CommandDefinition, Io } from '../io.ts'
import { addCommonOptions, flag, text, type Values, worldOf } from '../options/options.ts'
import { planJson, planText, toCommit, undoText } from '../show/init-text.ts'
import { renderNote } from '../show/messages.ts'

const HELP = `
Shows what is missing, asks, and sets it up: an identity for you, .sops.yaml, .gitattributes, the
diff and merge drivers in git's configuration, and hooks. Everything that is already there stays,
and existing hooks still run. A second run changes nothing. In a bare repository it only sets up the
pre-receive hook.

Examples:
  $ bulla init
  $ bulla init --yes --no-identity        (where nobody sits: CI, a container)
  $ bulla init --undo

Exit codes: 0 all is set up, 1 something is left to do by hand, or you said no.`

const LEFT = 1

export function define(command: CommandDefinition, io: Io, done: (code: number) => void): void {
  command
    .description('Set up a repository: identity, policy, drivers and hooks.')
    .optionsGroup('What is set up (default: everything):')
    .option('--no-identity', 'make no identity')
    .option('--no-drivers', 'no .gitattributes, no diff and merge drivers')
    .option('--no-hooks', 'no hooks')
    .option('--hooks <manager>', `what runs hooks: ${MANAGERS.join(', ')}`)
    .optionsGroup('How:')
    .option('-y, --yes', 'do not ask')
    .option('--dry-run', 'show what would be done, and do nothing')
    .option('--undo', 'take back what init did here; identities stay')
    .option('--json', 'one JSON document: what is done')
  addCommonOptions(command)
  command.addHelpText('after', HELP)
  command.action(async (values: Values) => {
    const repository = await io.repository({ asGit: false })
    try {
      done(await (flag(values, 'undo') ? undo(repository, values, io) : run(repository, values, io)))
    } finally {
      repository.close()
    }
  })
}

async function run(repository: Repository, values: Values, io: Io): Promise<number> {
  const world = worldOf(values, io)
  const { common } = await repository.folders()
  const git = await io.gitSetup()
  const options = {
    withIdentity: values['identity'] !== false,
    withDrivers: values['drivers'] !== false,
    withHooks: values['hooks'] !== false,
    ...managerOption(values),
  }
  const plan = await planInit(options, { repository, git, world })
  const isOver = plan.steps.length === 0 || flag(values, 'dryRun')
  const isForPrograms = flag(values, 'json')
  if (!isForPrograms) io.writeOut(shownPlan(plan, io))
  else if (!isOver && !flag(values, 'yes')) io.writeErr(shownPlan(plan, io))
  showNotes(plan, values, io)
  const code = plan.problems.length > 0 ? LEFT : 0
  const isDone = !isOver && (await agreed('Do this?', values, io))
  if (isDone) await applied(() => applySteps(plan.steps, journalPath(common), git, world), io)
  // what it says of itself has to be true by then
  if (isForPrograms) io.writeOut(`${JSON.stringify(reportOf(plan, isDone), undefined, 2)}\n`)
  if (!isOver && !isDone) return LEFT
  if (isDone && !flag(values, 'quiet')) renderDone(toCommit(plan.steps, common, io.cwd), io)
  for (const todo of plan.problems) io.writeErr(`${io.program}: to do by hand: ${todo}\n`)
  return code
}

/** What goes wrong in the middle leaves the beginning done. */
async function applied(apply: () => Promise<void>, io: Io): Promise<void> {
  try {
    await apply()
  } catch (error) {
    renderNote(undefined, 'not all of it was done: "bulla init --undo" takes back what was', io)
    throw error
  }
}

/** @throws UsageError `ERR_USAGE` */
function managerOption(values: Values): { hooks?: ManagerName } {
  const given = text(values, 'hooks')
  const known = MANAGERS.find((name) => name === given)
  if (given === undefined || known !== undefined) return known === undefined ? {} : { hooks: known }
  throw new UsageError('ERR_USAGE', '--hooks does not know this manager', { hint: `they are ${MANAGERS.join(', ')}` })
}

function shownPlan({ steps, problems }: Plan, io: Io): string {
  if (steps.length > 0) return `To do here:\n${planText(steps, io.cwd)}`
  return problems.length === 0 ? 'All is set up here; nothing to do.\n' : ''
}

function reportOf({ steps, problems, notes }: Plan, done: boolean) {
  return { done, steps: planJson(steps), problems, notes }
}

function showNotes({ notes }: Plan, values: Values, io: Io): void {
  if (!flag(values, 'quiet')) for (const note of notes) renderNote(undefined, note, io)
}

function renderDone(files: readonly string[], io: Io): void {
  io.writeErr(`${io.program}: done; to take it back: bulla init --undo\n`)
  if (files.length > 0) io.writeErr(`${io.program}: commit for the others: ${files.join(' ')}\n`)
}

async function undo(repository: Repository, values: Values, io: Io): Promise<number> {
  const world = worldOf(values, io)
  const journal = journalPath((await repository.folders()).common)
  const committed = (path: string) => committedVersion(path, repository)
  const plan = await planUndo(journal, { git: await io.gitSetup(), world, committed })
  const undoings = plan?.undoings ?? []
  const left = plan?.left ?? []
  const shown = undoings.map(({ kind, what, does }) => ({ kind, what, does }))
  if (flag(values, 'json')) io.writeOut(`${JSON.stringify({ steps: shown, left }, undefined, 2)}\n`)
  else if (plan === undefined) io.writeOut('Nothing to take back: "bulla init" did nothing here.\n')
  else io.writeOut(`To take back:\n${undoText(undoings, io.cwd)}`)
  for (const what of left) io.writeErr(`${io.program}: stays: ${what}\n`)
  if (plan === undefined || flag(values, 'dryRun')) return 0
  if (!(await agreed('Take this back?', values, io))) return LEFT
  for (const { run: takeBack } of undoings) await takeBack()
  await forget(journal, world)
  if (!flag(values, 'quiet')) io.writeErr(`${io.program}: done; identities stay where they are\n`)
  return left.length > 0 ? LEFT : 0
}

async function committedVersion(path: string, repository: Repository): Promise<Uint8Array | undefined> {
  const { root } = await repository.folders()
  if (root === undefined) return undefined
  const below = relative(root, path).replaceAll(sep, '/')
  if (below.startsWith('../') || isAbsolute(below)) return undefined
  return (await repository.tree('HEAD').read([below])).get(below)
}

/** @throws UsageError `ERR_NOT_CONFIRMED` where nobody can be asked */
async function agreed(question: string, values: Values, io: Io): Promise<boolean> {
  if (flag(values, 'yes')) return true
  const answer = await worldOf(values, io).confirm({ text: question, mayBePiped: false })
  if (answer === false) io.writeErr(`${io.program}: nothing was changed\n`)
  if (answer !== undefined) return answer
  throw new UsageError('ERR_NOT_CONFIRMED', 'nothing was changed: there is no terminal to ask on', {
    hint: 'add --yes when that is what you want',
  })
}
