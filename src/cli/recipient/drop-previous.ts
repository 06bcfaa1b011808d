import { UsageError } from '../../errors.ts'
import { type DropPlan, dropPrevious } from '../../operations/recipients/drop-previous.ts'
import { flag, worldOf } from '../options/options.ts'
import { GET_THE_REST, isShallow } from '../repository/shallow-clone.ts'
import { printable } from '../show/messages.ts'
import { shortKey } from './short-key.ts'
import type { VerbCall } from './verbs.ts'

/** More files and branches than this are counted. */
const MAX_FILES = 10
const MAX_BRANCHES = 10

/** `recipient rotate NAME --drop-previous`. */
export async function runDropPrevious({ words, values, io }: VerbCall): Promise<number> {
  const [name, more] = words
  if (name === undefined || more !== undefined || flag(values, 'newKey')) {
    throw new UsageError('ERR_USAGE', '--drop-previous takes one name and no new key', {
      hint: 'write "bulla recipient rotate NAME --drop-previous"',
    })
  }
  const world = worldOf(values, io)
  const yes = flag(values, 'yes')
  const dryRun = flag(values, 'dryRun')
  const repository = await io.repository({ asGit: false })
  try {
    if (await isShallow(repository, io)) throw historyIsCut()
    const approve = async (plan: DropPlan) => {
      io.writeErr(planText(plan))
      return yes ? true : world.confirm({ text: 'Drop the earlier identities?', mayBePiped: true })
    }
    const { plan, isWritten } = await dropPrevious({ name, dryRun, approve }, world, repository)
    if (flag(values, 'json')) io.writeOut(`${JSON.stringify({ ...plan, written: isWritten }, null, 2)}\n`)
    else if (dryRun) io.writeOut(planText(plan))
    const done = plan.keys.length === 0 ? 'no earlier identity is wrapped' : 'nothing was written'
    if (!dryRun && !flag(values, 'quiet'))
      io.writeErr(`${io.program}: ${name}: ${isWritten ? 'earlier identities are dropped' : done}\n`)
    return 0
  } finally {
    repository.close()
  }
}

/** What is not here would count as what needs no key. */
function historyIsCut(): UsageError {
  return new UsageError('ERR_USAGE', 'this clone has only the newest commits: what older ones need cannot be told', {
    hint: GET_THE_REST,
  })
}

function planText({ name, keys, lost }: DropPlan): string {
  const lines = keys.map((key) => `${name}: drop the identity of ${shortKey(key)}`)
  for (const { branch, commitCount, commits, files } of lost.slice(0, MAX_BRANCHES)) {
    const [first = '', last = first] = [commits[0], commits.at(-1)]
    const range = commits.length === 1 ? first.slice(0, 12) : `${first.slice(0, 12)} to ${last.slice(0, 12)}`
    const count = `${commits.length} of ${commitCount} ${commitCount === 1 ? 'commit' : 'commits'}`
    lines.push(`  ${branch}: in ${count} (${range}) ${name} could no longer open`)
    lines.push(...files.slice(0, MAX_FILES).map((file) => `    ${file}`))
    if (files.length > MAX_FILES) lines.push(`    and ${files.length - MAX_FILES} more`)
  }
  if (lost.length > MAX_BRANCHES) lines.push(`  and on ${lost.length - MAX_BRANCHES} more branches (--json has all)`)
  if (lost.length > 0) lines.push(`  that others read these versions does not help ${name}`)
  if (keys.length > 0 && lost.length === 0) lines.push('  no version on any branch needs it')
  return lines.map((line) => `${printable(line)}\n`).join('')
}
