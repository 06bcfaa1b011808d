import { UsageError } from '../errors.ts'
import { KEY_TYPES, type KeyEntry, type KeyGroup } from '../format/metadata.ts'

/** What sops tries first when nobody says otherwise: the kinds that need no network. */
export const DEFAULT_DECRYPTION_ORDER: readonly string[] = ['age', 'pgp']

/**
 * Read `--decryption-order` / `SOPS_DECRYPTION_ORDER`: a comma list of key types, tried in this order, all others after
 * them. Blanks are not trimmed and unknown names mean nothing, as in sops.
 *
 * @param text - empty for the default
 * @throws {@link UsageError} `ERR_DECRYPTION_ORDER` when a name stands twice
 */
export function parseDecryptionOrder(text: string): readonly string[] {
  if (text === '') return DEFAULT_DECRYPTION_ORDER
  const order = text.split(',')
  const twice = order.find((name, index) => order.indexOf(name) !== index)
  if (twice === undefined) return order
  // only names of ours are repeated: anything else might be what was meant for another option
  const known = KEY_TYPES.find((type) => type === twice)
  throw new UsageError('ERR_DECRYPTION_ORDER', `the decryption order names ${known ?? 'the same kind of key'} twice`, {
    hint: `give each kind once; the kinds are ${KEY_TYPES.join(', ')}`,
  })
}

/** The entries of `group` in the order of trying: types as listed in `order`, then the rest; otherwise as in the file. */
export function sortByDecryptionOrder(group: KeyGroup, order: readonly string[]): KeyEntry[] {
  const rank = (entry: KeyEntry) => {
    const index = order.indexOf(entry.type)
    return index < 0 ? order.length : index
  }
  return group.toSorted((a, b) => rank(a) - rank(b))
}
