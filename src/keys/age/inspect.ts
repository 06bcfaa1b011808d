import type { EntryFacts } from '../master-key.ts'
import { openAgeFile } from './file.ts'
import type { AgeHeader, Stanza } from './header.ts'
import { HybridIdentity } from './hybrid.ts'
import type { NativeIdentity } from './identities.ts'

/** What others put into a header so that nobody relies on knowing all stanzas: it is for no key. */
const GREASE = /-grease$/

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
  const stanzas = header.stanzas.filter(({ type }) => !GREASE.test(type))
  if (stanzas.length === 0) return { opensWith: [], problem: 'wrapped for no key' }
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
  const isOther = isNamed || opensWith.length > 0 ? !opensWith.includes(recipient) : !stanzas.every(fits(recipient))
  if (stanzas.length > 1) return { opensWith, mismatch: `wrapped for ${stanzas.length} keys, and names one` }
  return isOther ? { opensWith, mismatch: 'wrapped for another key than it names' } : { opensWith }
}

/** Whether a stanza may be one for a recipient: which key it is for cannot be seen. */
function fits(recipient: string): (stanza: Stanza) => boolean {
  if (recipient.startsWith('ssh-')) return ({ type }) => type === recipient.split(' ', 1)[0]
  if (recipient.startsWith('age1pq1')) return ({ type }) => type === 'mlkem768x25519'
  // those of plugins have names of their own
  if (recipient.startsWith('age1') && !recipient.includes('1', 4)) return ({ type }) => type === 'X25519'
  return () => true
}
