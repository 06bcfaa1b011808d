import { resolve } from 'node:path'
import { type BullaError, isBullaError, UsageError } from '../../errors.ts'
import type { ServiceKey } from '../../keys/services/key-service.ts'
import { addRecipient } from '../../operations/recipients/add.ts'
import { createRecipient } from '../../operations/recipients/create.ts'
import { listRecipients } from '../../operations/recipients/list.ts'
import { type RecipientUse, removeRecipient } from '../../operations/recipients/remove.ts'
import { renameRecipient } from '../../operations/recipients/rename.ts'
import { type RewrapStep, rewrapRecipient } from '../../operations/recipients/rewrap.ts'
import { addWrappings } from '../../operations/recipients/wrap.ts'
import type { Io } from '../io.ts'
import { flag, text, type Values, worldOf } from '../options/options.ts'
import { codeOf } from '../show/batch-result.ts'
import { renderErrors } from '../show/grouped-errors.ts'
import { printable, renderNote, shortPath } from '../show/messages.ts'
import { shortKey } from './short-key.ts'

/** What a verb is run with. */
export interface VerbCall {
  /** Behind the verb. */
  readonly words: readonly string[]
  readonly values: Values
  readonly keys: readonly ServiceKey[]
  readonly io: Io
}

export async function create(call: VerbCall): Promise<number> {
  const { values, keys, io } = call
  const [name] = wordsOf(call, 1, 'create NAME KEYS')
  const world = worldOf(values, io)
  const isPostQuantum = flag(values, 'postQuantum')
  const { path, recipient } = await createRecipient({ name, keys, isPostQuantum, ...described(values) }, world)
  if (keys.some(({ type }) => type === 'local'))
    note(call, path, 'a local key is a file on this machine and no cloud KMS: use it to try things out')
  told(call, `made ${shortPath(path, io.cwd)}; its public key is ${shortKey(recipient.recipient)}`)
  return 0
}

export async function add(call: VerbCall): Promise<number> {
  const { words, values, io } = call
  const world = worldOf(values, io)
  const file = text(values, 'file')
  const [name, given = ''] = wordsOf(call, file === undefined ? 2 : 1, 'add NAME RECIPIENT, --file FILE, or -')
  const content =
    file !== undefined
      ? (await world.files.open(resolve(io.cwd, file))).bytes
      : given === '-'
        ? await io.stdin()
        : // an SSH key that was not quoted
          Buffer.from(words.slice(1).join(' '))
  const { path, problem } = await addRecipient(
    { name, text: Buffer.from(content).toString('utf8'), ...described(values) },
    world,
  )
  if (problem !== undefined) note(call, path, `${problem}; sops can`)
  told(call, `added ${shortPath(path, io.cwd)}`)
  return 0
}

export async function wrap(call: VerbCall): Promise<number> {
  const [name] = wordsOf(call, 1, 'wrap NAME KEYS')
  const dryRun = flag(call.values, 'dryRun')
  showSteps(await addWrappings(name, { keys: call.keys, dryRun }, worldOf(call.values, call.io)), call)
  return 0
}

/** So many recipients are rewrapped at once: a service that never answers would be waited for by one after the other. */
const AT_ONCE = 16

export async function rewrap(call: VerbCall): Promise<number> {
  const { values, keys, io } = call
  const isAll = flag(values, 'all')
  const given = wordsOf(call, isAll ? 0 : 1, 'rewrap NAME, or rewrap --all')
  const world = worldOf(values, io)
  const names = isAll ? await machines(world) : given
  const from = text(values, 'from')
  const options = { keys, dryRun: flag(values, 'dryRun'), ...(from === undefined ? {} : { from }) }
  const steps: RewrapStep[] = []
  const failures: BullaError[] = []
  for (let start = 0; start < names.length; start += AT_ONCE) {
    const some = names.slice(start, start + AT_ONCE)
    for (const done of await Promise.allSettled(some.map((name) => rewrapRecipient(name, options, world)))) {
      if (done.status === 'fulfilled') steps.push(...done.value)
      // one whose key is gone must not keep the others from theirs
      else if (isAll && isBullaError(done.reason)) failures.push(done.reason)
      else throw done.reason
    }
  }
  showSteps(steps, call)
  renderErrors(failures, io, { verbose: flag(values, 'verbose') })
  if (failures.length > 0) told(call, `${failures.length} of ${names.length} recipients failed; the others are done`)
  if (names.length === 0) told(call, 'no recipient has a wrapped identity')
  return Math.max(0, ...failures.map((failure) => codeOf(failure, 'recipient')))
}

async function machines(world: Parameters<typeof listRecipients>[0]): Promise<string[]> {
  const { recipients, problems } = await listRecipients(world)
  const [problem] = problems
  // one that is left out unseen would stay with a key that is about to go
  if (problem !== undefined) throw problem
  return recipients.filter(({ kind }) => kind === 'machine').map(({ name }) => name)
}

export async function rename(call: VerbCall): Promise<number> {
  const [from = '', to = ''] = wordsOf(call, 2, 'rename OLD NEW')
  const { path, identityCount } = await renameRecipient(from, to, worldOf(call.values, call.io))
  const anew = identityCount === 0 ? '' : '; its identity was unwrapped and wrapped anew'
  told(call, `renamed to ${shortPath(path, call.io.cwd)}${anew}`)
  return 0
}

export async function remove(call: VerbCall): Promise<number> {
  const { values, io } = call
  const [name = ''] = wordsOf(call, 1, 'remove NAME')
  const world = worldOf(values, io)
  const dryRun = flag(values, 'dryRun')
  const confirmed = async (use: RecipientUse) => {
    io.writeErr(useText(name, use, io))
    if (dryRun) return false
    return flag(values, 'yes') ? true : world.confirm({ text: `Remove the recipient ${name}?`, mayBePiped: true })
  }
  const use = await removeRecipient(name, confirmed, world)
  told(call, use === undefined ? 'nothing was removed' : `removed ${name}`)
  return use === undefined && !dryRun ? 1 : 0
}

function useText(name: string, { rules, files, isMachine }: RecipientUse, io: Io): string {
  const lines = [
    ...rules.map(({ file, rule, line }) => `${shortPath(file, io.cwd)}:${line}: rule ${rule} names its public key`),
    ...files.map((file) => `${shortPath(file, io.cwd)} is sealed for it`),
    ...(isMachine ? [`its identity is wrapped in this file: only git's history still has it then`] : []),
  ]
  const none = lines.length === 0 ? ['no rule and no sealed file has its public key'] : lines
  return none.map((line) => `${io.program}: ${name}: ${printable(line)}\n`).join('')
}

function showSteps(steps: readonly RewrapStep[], { values, io }: VerbCall): void {
  if (flag(values, 'json')) io.writeOut(`${JSON.stringify(steps, undefined, 2)}\n`)
  else
    for (const { name, from, to, how } of steps) {
      const way = from === undefined ? to : from === to ? to : `${from} -> ${to}`
      io.writeOut(`${how}\t${name}\t${printable(way)}\n`)
    }
}

function described(values: Values): { description?: string } {
  const description = text(values, 'description')
  return description === undefined ? {} : { description }
}

/** @throws UsageError `ERR_USAGE` */
export function wordsOf({ words }: VerbCall, count: number, form: string): [string, ...string[]] {
  const isMore = words.length > count && words[1]?.startsWith('ssh-') !== true
  if (words.length < count || isMore) {
    throw new UsageError('ERR_USAGE', words.length < count ? 'something is missing' : 'there are too many words', {
      hint: `write "bulla recipient ${form}"`,
    })
  }
  return [words[0] ?? '', ...words.slice(1)]
}

function note({ values, io }: VerbCall, path: string, message: string): void {
  if (!flag(values, 'quiet')) renderNote(path, message, io)
}

/** Say what was done, unless it shall be quiet. */
export function told({ values, io }: VerbCall, message: string): void {
  if (!flag(values, 'quiet')) io.writeErr(`${io.program}: ${printable(message)}\n`)
}
