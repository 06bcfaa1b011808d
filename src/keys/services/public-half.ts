import type { CallPolicy } from './call-policy.ts'
import type { ServiceKey } from './key-service.ts'

/**
 * The field of a wrapped identity, in the file of its recipient, that holds the public half of an RSA key:
 * SubjectPublicKeyInfo, DER, in base64. Services fill it in when they were asked for it.
 */
export const PUBLIC_KEY_FIELD = 'public_key'
/** What the public half is to be used with, where a service has several ways. */
export const ALGORITHM_FIELD = 'algorithm'

/**
 * The public half to seal to without asking anybody; empty when it is not known. A file can name a key that is allowed beside
 * the public half of another one: whoever restricts accounts has the service asked.
 */
export function knownPublicHalf({ fields }: Pick<ServiceKey, 'fields'>, policy: CallPolicy): string {
  return policy.restrictsAccounts ? '' : (fields[PUBLIC_KEY_FIELD] ?? '')
}
