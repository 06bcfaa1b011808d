import type { World } from '../ports.ts'
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
      ...found.problems.map((error) => failed('recipients', error, TODO)),
    ]
  } catch (error) {
    return [failed('recipients', error, TODO)]
  }
}
