import { KeyError } from '../../errors.ts'
import type { CallPolicy } from '../services/call-policy.ts'
import type { ServiceEnvironment } from '../services/environment.ts'
import type { ServiceKey } from '../services/key-service.ts'
import { PUBLIC_KEY_FIELD } from '../services/public-half.ts'
import { accountOfRole, isKeyOfReply, isPublicEndpoint, type KeyArn, publicEndpoint, requireKeyArn } from './arn.ts'
import { configuredEndpoint } from './credentials.ts'
import { encryptionContext } from './encryption-context.ts'

/** The field of a wrapped identity, in the file of its recipient, that holds the key that an alias stood for. */
export const KEY_ARN_FIELD = 'key_arn'

/** A key that may be called and sealed to. */
export interface AdmittedKey {
  /** What wraps: a key, or an alias, whatever it stands for now. */
  readonly arn: KeyArn
  /** What unwraps: the key that the alias stood for, where that is known. */
  readonly opening: KeyArn
  readonly profile: string
  /** Empty: none. */
  readonly role: string
  /** An RSA key whose public half was asked for before. */
  readonly isRsa: boolean
}

/**
 * Look at a key before anybody is called: its form, its account and that of its role, the hosts.
 *
 * @throws {@link KeyError} `ERR_RECIPIENT`, `ERR_NOT_ALLOWED`
 */
export function admit(key: ServiceKey, environment: ServiceEnvironment, policy: CallPolicy): AdmittedKey {
  const arn = requireKeyArn(key.fields['arn'] ?? '')
  const role = key.fields['role'] ?? ''
  encryptionContext(key, undefined)
  policy.checkAccount({ cloud: 'AWS', id: arn.account })
  if (role !== '') policy.checkAccount({ cloud: 'AWS', id: requireRole(role) })
  for (const service of role === '' ? (['kms'] as const) : (['kms', 'sts'] as const)) {
    const url = serviceUrl(service, arn, environment)
    policy.checkHost(url, isPublicEndpoint(url))
  }
  const opening = keyOfAlias(arn, key.fields[KEY_ARN_FIELD] ?? '')
  return {
    arn,
    opening,
    role,
    profile: key.fields['aws_profile'] ?? '',
    isRsa: (key.fields[PUBLIC_KEY_FIELD] ?? '') !== '',
  }
}

/**
 * Where a service is called: where the user says, else in the region of the key.
 *
 * @throws {@link KeyError} `ERR_KEY_SERVICE`
 */
export function serviceUrl(service: 'kms' | 'sts', arn: KeyArn, environment: ServiceEnvironment): URL {
  const configured = configuredEndpoint(environment, service)
  if (configured === undefined) return publicEndpoint(service, arn)
  if (URL.canParse(configured)) return new URL(configured)
  throw new KeyError('ERR_KEY_SERVICE', `the address that is set for ${service.toUpperCase()} is not a URL`, {
    hint: `correct AWS_ENDPOINT_URL_${service.toUpperCase()} or AWS_ENDPOINT_URL, or unset it`,
  })
}

function keyOfAlias(arn: KeyArn, text: string): KeyArn {
  if (text === '') return arn
  if (arn.kind === 'alias' && isKeyOfReply(arn, text)) return requireKeyArn(text)
  throw new KeyError('ERR_RECIPIENT', 'its key_arn is no key that its alias could have stood for', {
    hint: 'restore the file of the recipient from git',
  })
}

function requireRole(role: string): string {
  const account = accountOfRole(role)
  if (account !== undefined) return account
  throw new KeyError('ERR_RECIPIENT', 'its role is not the ARN of an IAM role', {
    hint: 'the form is arn:aws:iam::ACCOUNT:role/NAME',
  })
}
