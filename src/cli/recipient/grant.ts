import { UsageError } from '../../errors.ts'
import { type GrantPlan, type GrantResult, grant } from '../../operations/recipients/grant.ts'
import type { Io } from '../io.ts'
import { flag, integer, onlyGiven, type Values, worldOf } from '../options/options.ts'
import { noteSparse } from '../repository/sparse-checkout.ts'
import { codeOf } from '../show/batch-result.ts'
import { renderErrors } from '../show/grouped-errors.ts'
import { printable, renderNote, shortPath } from '../show/messages.ts'
import { readerPlan } from '../show/reader-plan-text.ts'

/**
 * `recipient grant NAME 'path or rule'` and `ungrant`.
 *
 * @returns the exit code
 */
export async function runGrant(
  verb: 'grant' | 'ungrant',
  words: readonly string[],
  values: Values,
  io: Io,
): Promise<number> {
  const [name, target, more] = words
  if (name === undefined || target === undefined || more !== undefined) {
    throw new UsageError('ERR_USAGE', `recipient ${verb} needs a name and what it is about`, {
      hint: `write "recipient ${verb} NAME FILE", or the path_regex of a rule, or 'rule 1', in the place of FILE`,
    })
  }
  const world = worldOf(values, io)
  const [yes, quiet, dryRun, json] = ['yes', 'quiet', 'dryRun', 'json'].map((option) => flag(values, option))
  const apply = flag(values, 'apply')
  const approve = async ({ files }: GrantPlan) => {
    if (yes !== true || quiet !== true) io.writeErr(readerPlan(files, io))
    return yes === true ? true : world.confirm({ text: 'Write these changes?', mayBePiped: true })
  }
  const result = await grant(
    {
      verb,
      name,
      target,
      apply,
      dryRun: dryRun === true,
      approve,
      isSharedAllowed: flag(values, 'shared'),
      isEmptyAllowed: flag(values, 'allowEmpty'),
      allowLockout: flag(values, 'allowLockout'),
      ...onlyGiven({ group: integer(values, 'group', '--group') }),
    },
    world,
  )
  if (json === true) io.writeOut(`${JSON.stringify(jsonOf(verb, name, result), null, 2)}\n`)
  else io.writeOut(textOf({ verb, name, apply, dryRun: dryRun === true }, result, io))
  renderErrors(result.update.failures, io, { verbose: flag(values, 'verbose') })
  if (quiet !== true) {
    showNotes(verb, result, io)
    await noteSparse(io)
  }
  return Math.max(0, ...result.update.failures.map((failure) => codeOf(failure, 'recipient')))
}

function showNotes(verb: 'grant' | 'ungrant', { plan, update }: GrantResult, io: Io): void {
  for (const note of new Set(plan.notes)) renderNote(plan.policy, note, io)
  if (verb === 'ungrant' && plan.files.length > 0) {
    renderNote(undefined, 'who was removed may have kept the data keys: rotate these files too', io)
  }
  if (update.failures.length > 0 && update.writtenCount === 0) {
    io.writeErr(
      `${io.program}: ${update.failures.length} of ${update.fileCount} files failed; no sealed file was written\n`,
    )
  }
}

interface Request {
  readonly verb: 'grant' | 'ungrant'
  readonly name: string
  readonly apply: boolean
  readonly dryRun: boolean
}

function textOf(
  { verb, name, apply, dryRun }: Request,
  { plan, update, isPolicyWritten }: GrantResult,
  io: Io,
): string {
  const { rule, files } = plan
  const where = `${shortPath(plan.policy, io.cwd)}: rule ${rule.index + 1}${rule.pathRegex === undefined ? '' : ` (${rule.pathRegex})`}`
  const does = verb === 'grant' ? 'names' : 'no longer names'
  const already = verb === 'grant' ? 'names' : 'does not name'
  const policy = plan.isChanged
    ? `${where} ${isPolicyWritten ? does : `would ${verb === 'grant' ? 'name' : 'no longer name'}`} ${name}`
    : `${where} ${already} ${name}${verb === 'grant' ? ' already' : ''}`
  const also =
    plan.alsoRules.length === 0 ? '' : `, and so ${isPolicyWritten ? 'do' : 'would'} rules ${plan.alsoRules.join(', ')}`
  const isDone = apply && !dryRun && update.writtenCount > 0
  const count = `${files.length} sealed ${files.length === 1 ? 'file' : 'files'}`
  const needs = isDone
    ? `${count} changed:`
    : `${count} ${files.length === 1 ? 'needs' : 'need'} updatekeys (or --apply):`
  const lines = files.length === 0 ? [] : [needs, ...files.map(({ path }) => `  ${shortPath(path ?? '', io.cwd)}`)]
  return [`${policy}${also}`, ...lines].map((line) => `${printable(line)}\n`).join('')
}

function jsonOf(verb: string, name: string, { plan, update, isPolicyWritten }: GrantResult): object {
  const { rule, keys, alsoRules, isChanged, files } = plan
  return {
    verb,
    name,
    policy: plan.policy,
    rule: rule.index + 1,
    ...(rule.pathRegex === undefined ? {} : { path_regex: rule.pathRegex }),
    keys,
    also_rules: alsoRules,
    policy_changes: isChanged,
    policy_written: isPolicyWritten,
    files: files.map(({ path }) => path),
    files_written: update.writtenCount,
    failures: update.failures,
  }
}
