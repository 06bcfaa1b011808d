import type { KeyDescription } from '../../config/key-text.ts'
import type { KeyEntry } from '../../format/metadata.ts'
import { isRecipientName } from '../../recipients/names.ts'
import type { World } from '../ports.ts'

type Recipients = Pick<World, 'recipients'>

/**
 * Keys as they were given, with the public key in the place of each name of a recipient.
 *
 * @param file - absolute, what they are for: recipients are looked for beside it
 * @throws KeyError `ERR_RECIPIENT_NAME` for a name that nobody has; ConfigError `ERR_RECIPIENT_FILE`, also for one whose key is
 *   another's too
 */
export async function resolveNames(
  keys: readonly KeyDescription[],
  { recipients }: Recipients,
  file?: string,
): Promise<readonly KeyDescription[]> {
  if (!keys.some(isName)) return keys
  const book = await recipients()
  return Promise.all(
    keys.map(async (key) => (isName(key) ? ageKey((await book.byNameAlone(nameOf(key), file)).recipient) : key)),
  )
}

/**
 * The same for keys that are to be taken out of a file: of a recipient also the previous ones that are in it.
 *
 * @param groups - of the file
 */
export async function resolveRemoved(
  keys: readonly KeyDescription[],
  groups: readonly (readonly KeyEntry[])[],
  { recipients }: Recipients,
  file?: string,
): Promise<readonly KeyDescription[]> {
  if (!keys.some(isName)) return keys
  const book = await recipients()
  const readers = new Set(groups.flat().map(nameOf))
  const found = await Promise.all(
    keys.map(async (key) => {
      if (!isName(key)) return [key]
      const { recipient, previous } = await book.byNameAlone(nameOf(key), file)
      const old = previous.map((one) => one.recipient).filter((one) => readers.has(one))
      // when none of them is there, the first one is to be reported
      const now = readers.has(recipient) || old.length === 0 ? [recipient] : []
      return [...now, ...old].map(ageKey)
    }),
  )
  return found.flat()
}

function ageKey(recipient: string): KeyDescription {
  return { type: 'age', fields: { recipient } }
}

function isName(key: KeyDescription): boolean {
  return key.type === 'age' && isRecipientName(nameOf(key))
}

function nameOf({ fields }: KeyDescription): string {
  return fields['recipient'] ?? ''
}
