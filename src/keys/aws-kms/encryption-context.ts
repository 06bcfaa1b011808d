import { createHash } from 'node:crypto'
import { KeyError } from '../../errors.ts'
import type { Binding, ServiceKey } from '../services/key-service.ts'

const RESERVED = 'bulla:'
/** A post-quantum recipient has two thousand characters; a context may have 8,192 bytes in all. */
const LONGEST_RECIPIENT = 200

/**
 * What is bound to the wrapped bytes: the context of the key, without its nulls, as sops does; and for an identity its name
 * and recipient. Names that begin with `bulla:` are ours: no entry of a file can pass for a wrapped identity.
 *
 * @returns undefined when nothing is bound
 * @throws {@link KeyError} `ERR_RECIPIENT`
 */
export function encryptionContext(key: ServiceKey, binding: Binding | undefined): Record<string, string> | undefined {
  const context: Record<string, string> = {}
  for (const [name, value] of Object.entries(key.context ?? {})) if (value !== null) context[name] = value
  if (Object.keys(context).some((name) => name.startsWith(RESERVED))) {
    throw new KeyError('ERR_RECIPIENT', `its encryption context has a name that begins with ${RESERVED}`, {
      hint: 'these names are for wrapped identities; give the entry of the context another name',
    })
  }
  if (binding !== undefined) {
    context[`${RESERVED}name`] = binding.name
    context[`${RESERVED}recipient`] = shortened(binding.recipient)
  }
  return Object.keys(context).length === 0 ? undefined : context
}

function shortened(recipient: string): string {
  if (recipient.length <= LONGEST_RECIPIENT) return recipient
  return `sha256:${createHash('sha256').update(recipient).digest('hex')}`
}
