import { asObject, CallFailure, type JsonReply, textOf } from '../services/rest.ts'
import type { Challenge } from './challenge.ts'

export type KeyOperation = 'encrypt' | 'decrypt' | 'get'

/** Access policies and Azure roles say it in their own ways. */
const NEEDED: Record<KeyOperation, readonly [permission: string, role: string]> = {
  encrypt: ['keys/encrypt', 'Key Vault Crypto User'],
  decrypt: ['keys/decrypt', 'Key Vault Crypto User'],
  get: ['keys/get', 'Key Vault Reader'],
}

/**
 * What a refusal means. Of the reply only words are shown that are known here.
 *
 * @see https://learn.microsoft.com/azure/key-vault/general/rest-error-codes
 */
export function refusalOf(reply: JsonReply, operation: KeyOperation, challenge: Challenge | undefined): CallFailure {
  const error = asObject(reply.json['error'])
  const inner = asObject(error?.['innererror']) ?? asObject(error?.['innerError'])
  switch (reply.status) {
    case 401:
      return new CallFailure('it did not accept the token (status 401)', {
        hint: `log in to the tenant of the vault: "az login --tenant ${challenge?.tenant ?? 'TENANT'}"`,
      })
    case 403:
      return denied(textOf(inner, 'code'), operation)
    case 404:
      return new CallFailure('it has no such key, or no such version (status 404)', {
        hint: 'compare with "az keyvault key list-versions"; a deleted key can be recovered for some time',
      })
    case 400:
      return operation === 'decrypt'
        ? new CallFailure('it was wrapped by another key, or changed since (status 400)', {
            hint: 'restore it from git, and check the vault, the key and the version beside it',
          })
        : new CallFailure('this key is not made for it (status 400)', { hint: 'use an RSA key of 2048 bits or more' })
    default:
      return new CallFailure(`it refused (status ${reply.status})`, {
        hint: 'check the vault and the state of the key',
      })
  }
}

function denied(code: string | undefined, operation: KeyOperation): CallFailure {
  const [permission, role] = NEEDED[operation]
  switch (code) {
    case 'KeyDisabled':
      return new CallFailure('this version of the key is disabled (status 403)', {
        hint: 'somebody who administers the vault can enable it: "az keyvault key set-attributes --enabled true"',
      })
    case 'KeyOperationForbidden':
      return new CallFailure(`the key itself does not allow ${operation} (status 403)`, {
        hint: 'its permitted operations have to include encrypt and decrypt: "az keyvault key set-attributes --ops"',
      })
    case 'ForbiddenByFirewall':
    case 'ForbiddenByConnection':
      return new CallFailure('the firewall of the vault does not let this network in (status 403)', {
        hint: 'call from a network that it allows, or add this one to "az keyvault network-rule"',
      })
    default:
      return new CallFailure('access is denied (status 403)', {
        permission,
        hint: `grant the role "${role}" on the key, or the permission in the access policy of the vault`,
      })
  }
}
