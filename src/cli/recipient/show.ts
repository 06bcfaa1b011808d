import { listRecipients, type ShownRecipient, showRecipient } from '../../operations/recipients/list.ts'
import { flag, worldOf } from '../options/options.ts'
import { printable, renderError } from '../show/messages.ts'
import { shortKey } from './short-key.ts'
import { told, type VerbCall, wordsOf } from './verbs.ts'

export async function list(call: VerbCall): Promise<number> {
  const { values, io } = call
  wordsOf(call, 0, 'list')
  const { recipients, problems } = await listRecipients(worldOf(values, io))
  if (flag(values, 'json')) {
    const told = problems.map((problem) => problem.toJSON())
    io.writeOut(`${JSON.stringify({ recipients, problems: told }, undefined, 2)}\n`)
  } else {
    for (const recipient of recipients) io.writeOut(line(recipient))
    if (recipients.length === 0 && problems.length === 0)
      told(call, 'there are no recipients here; "bulla recipient add" and "create" make one')
  }
  for (const problem of problems) renderError(problem, io)
  return problems.length === 0 ? 0 : 1
}

export async function show(call: VerbCall): Promise<number> {
  const { values, io } = call
  const [name] = wordsOf(call, 1, 'show NAME')
  const recipient = await showRecipient(name, worldOf(values, io))
  io.writeOut(flag(values, 'json') ? `${JSON.stringify(recipient, undefined, 2)}\n` : details(recipient))
  return 0
}

/** Name, kind, public key, what it is for. */
function line({ name, kind, keys, description = '' }: ShownRecipient): string {
  const [now] = keys
  return `${[name, kind, shortKey(now?.recipient ?? ''), printable(description)].join('\t').trimEnd()}\n`
}

function details({ name, kind, description, keys }: ShownRecipient): string {
  const lines = [
    `${name} (${kind})`,
    ...(description === undefined ? [] : [`  ${printable(description)}`]),
    ...keys.flatMap(({ recipient, state, retiredAt, wrappings }) => [
      state === 'current' ? `  ${printable(recipient)}` : `  earlier: ${printable(recipient)}${until(retiredAt)}`,
      ...wrappings.map(
        ({ key, keyArn, createdAt }) => `    wrapped by ${printable(key)}${standingFor(keyArn)}${since(createdAt)}`,
      ),
    ]),
  ]
  return `${lines.join('\n')}\n`
}

function standingFor(keyArn: string | undefined): string {
  return keyArn === undefined ? '' : ` (${printable(keyArn)})`
}

function since(time: string | undefined): string {
  return time === undefined ? '' : ` since ${time}`
}

function until(time: string | undefined): string {
  return time === undefined ? '' : ` until ${time}`
}
