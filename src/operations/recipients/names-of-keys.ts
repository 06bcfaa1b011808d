import { isBullaError } from '../../errors.ts'
import { earlierName } from '../../recipients/names.ts'
import type { Recipient } from '../../recipients/recipient-file.ts'
import type { World } from '../ports.ts'

/** What recipients call themselves, by public key. */
export type Names = ReadonlyMap<string, string>

/**
 * The names of all recipients for a file, to be shown. Two that have the same key have none: it is not known whose it is.
 *
 * @param file - absolute
 * @returns an empty map also when recipients cannot be read: what is shown does not depend on them
 */
export async function namesOfKeys({ recipients }: Pick<World, 'recipients'>, file?: string): Promise<Names> {
  try {
    return namesIn((await (await recipients()).all(file))?.recipients ?? [])
  } catch (error) {
    if (!isBullaError(error)) throw error
    return new Map()
  }
}

/** The same of recipients that were read already. */
export function namesIn(recipients: readonly Recipient[]): Names {
  const names = new Map<string, string>()
  const repeated = new Set<string>()
  for (const { name, recipient, previous } of recipients) {
    const keys = [[recipient, name] as const, ...previous.map((key) => [key.recipient, earlierName(name)] as const)]
    for (const [key, label] of keys) {
      if (names.has(key)) repeated.add(key)
      names.set(key, label)
    }
  }
  for (const key of repeated) names.delete(key)
  return names
}
