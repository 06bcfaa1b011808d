import type { EntryFacts } from '../master-key.ts'
import { headerShape, OF_ANOTHER } from './entry-shape.ts'
import { openAgeFile } from './file.ts'
import type { AgeHeader } from './header.ts'
import { HybridIdentity } from './hybrid.ts'
import type { NativeIdentity } from './identities.ts'

/**
 * What an age file of the metadata is wrapped for, as far as that shows: how many keys, of which kind, and which of our own.
 *
 * @param recipient - whom the entry names
 * @throws AgeFileError with the stage that failed
 */
export async function inspectAgeFile(
  header: AgeHeader,
  recipient: string,
  identities: readonly NativeIdentity[],
): Promise<EntryFacts> {
  const shape = headerShape(recipient, header)
  if (shape.problem !== undefined) return { opensWith: [], problem: shape.problem }
  const opensWith: string[] = []
  let isNamed = false
  for (const identity of identities) {
    const own = identity instanceof HybridIdentity ? await identity.recipient() : identity.recipient
    if (own === undefined) continue
    isNamed ||= own === recipient
    const content = await openAgeFile(header, [identity])
    if (content === null) continue
    // wiped: it is the data key, or a share of it
    content.fill(0)
    opensWith.push(own)
  }
  const isKnown = isNamed || opensWith.length > 0
  const { mismatch = isKnown && !opensWith.includes(recipient) ? OF_ANOTHER : undefined } = shape
  return { opensWith, ...(mismatch === undefined ? {} : { mismatch }) }
}
