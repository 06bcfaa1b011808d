import { resolve } from 'node:path'
import { UsageError } from '../../errors.ts'
import { newOwnKey } from '../../operations/recipients/own-key.ts'
import {
  type RotationPlan,
  type RotationResult,
  rotateRecipient,
} from '../../operations/recipients/rotate-recipient.ts'
import type { Io } from '../io.ts'
import { flag, onlyGiven, text, worldOf } from '../options/options.ts'
import { noteSparse } from '../repository/sparse-checkout.ts'
import { codeOf } from '../show/batch-result.ts'
import { renderErrors } from '../show/grouped-errors.ts'
import { printable, renderNote, shortPath } from '../show/messages.ts'
import { shortKey } from './short-key.ts'
import type { VerbCall } from './verbs.ts'

/** `recipient rotate NAME`. */
export async function rotate(call: VerbCall): Promise<number> {
  const { values, io } = call
  if (flag(values, 'dropPrevious')) return (await import('./drop-previous.ts')).runDropPrevious(call)
  const [name, key] = givenWords(call)
  const world = worldOf(values, io)
  const isOwn = flag(values, 'newKey')
  const own = isOwn && !flag(values, 'dryRun') ? await newOwnKey(world) : undefined
  const given = own?.recipient ?? (isOwn ? undefined : await keyText(key, call))
  const yes = flag(values, 'yes')
  const dryRun = flag(values, 'dryRun')
  const approve = async (plan: RotationPlan) => {
    if (!yes || !flag(values, 'quiet')) io.writeErr(planText(plan, io))
    return yes ? true : world.confirm({ text: 'Rotate?', mayBePiped: true })
  }
  const result = await rotateRecipient(
    {
      name,
      dryRun,
      approve,
      isOwnKey: isOwn,
      allowLockout: flag(values, 'allowLockout'),
      ...onlyGiven({ text: given, keepIdentity: own?.keep }),
    },
    world,
  )
  if (!flag(values, 'quiet')) await noteSparse(io)
  return show(result, call)
}

function show({ plan, rotation, isDeclined }: RotationResult, { values, io }: VerbCall): number {
  const dryRun = flag(values, 'dryRun')
  if (flag(values, 'json'))
    io.writeOut(`${JSON.stringify({ ...plan, files_written: rotation.writtenCount }, null, 2)}\n`)
  else if (dryRun) io.writeOut(planText(plan, io))
  renderErrors(rotation.failures, io, { verbose: flag(values, 'verbose') })
  const { failures } = rotation
  if (failures.length > 0) {
    const done = rotation.writtenCount === 0 ? 'nothing was written' : 'run it again to finish'
    io.writeErr(`${io.program}: ${failures.length} of ${rotation.fileCount} files failed; ${done}\n`)
    return Math.max(...failures.map((failure) => codeOf(failure, 'recipient')))
  }
  if (!flag(values, 'quiet') && !dryRun) {
    const what = isDeclined
      ? 'nothing was written'
      : `${plan.name} is rotated: ${countOf(plan.files, 'sealed file')} changed`
    io.writeErr(`${io.program}: ${printable(what)}\n`)
    if (!isDeclined && plan.isResumed)
      renderNote(plan.path, 'this finished a rotation that was interrupted; run it again for a new one', io)
    if (!isDeclined) renderNote(plan.path, 'the earlier key stays there for earlier versions; commit all of these', io)
  }
  return 0
}

function planText({ name, recipient, old, policies, files, path, isResumed }: RotationPlan, io: Io): string {
  const lines = [
    `${name}: ${isResumed ? 'finish the rotation to' : 'rotate to'} ${recipient === undefined ? 'a new key' : shortKey(recipient)}`,
    ...old.map((key) => `  from ${shortKey(key)}`),
    ...[path, ...policies].map((file) => `  ${shortPath(file, io.cwd)}`),
    ...files.map((file) => `  ${shortPath(file, io.cwd)} (and a new data key)`),
  ]
  return lines.map((line) => `${printable(line)}\n`).join('')
}

function countOf(files: readonly string[], word: string): string {
  return `${files.length} ${word}${files.length === 1 ? '' : 's'}`
}

/** An SSH key has blanks in it. @throws UsageError `ERR_USAGE` */
function givenWords({ words, values }: VerbCall): [string, string | undefined] {
  const [name, ...rest] = words
  const given = [rest.length > 0, text(values, 'file') !== undefined, flag(values, 'newKey')].filter(Boolean).length
  if (name !== undefined && given < 2) return [name, rest.length === 0 ? undefined : rest.join(' ')]
  throw new UsageError('ERR_USAGE', name === undefined ? 'something is missing' : 'a new key is given twice', {
    hint: 'write "bulla recipient rotate NAME", for a person with the new public key, --file FILE, - or --new-key',
  })
}

async function keyText(key: string | undefined, { values, io }: VerbCall): Promise<string | undefined> {
  const file = text(values, 'file')
  if (file !== undefined)
    return Buffer.from((await worldOf(values, io).files.open(resolve(io.cwd, file))).bytes).toString('utf8')
  return key === '-' ? Buffer.from(await io.stdin()).toString('utf8') : key
}
