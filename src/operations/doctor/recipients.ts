import { isBullaError } from '../../errors.ts'
import type { World } from '../ports.ts'
import { problemsIn } from '../recipients/list.ts'
import { type Check, failed, fine } from './check.ts'

const TODO = 'restore the file from git, or remove it'

/** What the folder of recipients holds, and which of its files are broken. Calls nobody; nothing where there is none. */
export async function recipientChecks({ recipients }: Pick<World, 'recipients'>): Promise<Check[]> {
  try {
    const found = await (await recipients()).all()
    if (found === undefined) return []
    const machines = found.recipients.filter(({ wrappings }) => wrappings.length > 0).length
    const people = found.recipients.length - machines
    const counts = `${machines} with a wrapped identity, ${people} with a public key only`
    return [
      fine('recipients', `${found.folder}: ${counts}`),
      ...problemsIn(found).map((error) => failed('recipients', error, TODO)),
    ]
  } catch (error) {
    return [failed('recipients', error, TODO)]
  }
}

/** An identity that a service would unwrap here, as far as that is known without asking it. */
export interface UsableIdentity {
  /** Of the recipient. */
  readonly name: string
  /** Kind and name of the key of the service. */
  readonly by: string
}

/** Calls nobody; what is wrong with recipients is told by {@link recipientChecks}. */
export async function usableIdentities({ recipients, keyring }: Pick<World, 'recipients' | 'keyring'>) {
  const usable: UsableIdentity[] = []
  try {
    for (const { name, recipient } of (await (await recipients()).all())?.recipients ?? []) {
      const about = await keyring.about({ type: 'age', fields: { recipient } })
      const first = about?.wrappings?.find(({ problem }) => problem === undefined)
      if (first !== undefined) usable.push({ name, by: first.by })
    }
  } catch (error) {
    if (!isBullaError(error)) throw error
  }
  return usable
}
