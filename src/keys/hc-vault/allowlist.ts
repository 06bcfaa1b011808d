import { KeyError } from '../../errors.ts'
import { type CallPolicy, checkAddress } from '../services/call-policy.ts'

/**
 * Whether a Vault may be called. `SOPS_HC_VAULT_ALLOWLIST` means what it means to sops: `all`, `none`, or a comma list of
 * addresses, of which one has to be what the address begins with. What it names is the user's word; where it says
 * nothing, sops calls any address, and bulla only hosts that the user named otherwise.
 *
 * @throws {@link KeyError} `ERR_NOT_ALLOWED`
 * @see sops `hcvault/keysource.go` (`parseAllowlistString`, `Allows`)
 * @see docs/decisions/0010-where-calls-may-go.md
 */
export function checkVaultAddress(address: string, url: URL, allowlist: string | undefined, policy: CallPolicy): void {
  if (allowlist === undefined || allowlist === '') {
    policy.checkHost(url, false)
    return
  }
  checkAddress(url)
  if (allowlist === 'all') {
    policy.checkAccount({ cloud: 'Vault', id: url.host })
    return
  }
  const slashed = address.endsWith('/') ? address : `${address}/`
  if (allowlist !== 'none' && prefixesOf(allowlist).some((prefix) => slashed.startsWith(prefix))) return
  throw new KeyError('ERR_NOT_ALLOWED', `SOPS_HC_VAULT_ALLOWLIST does not allow the host ${url.host}`, {
    hint: 'if you trust it, add its address there',
  })
}

function prefixesOf(allowlist: string): string[] {
  return allowlist.split(',').map((part, index) => {
    const prefix = part.replaceAll(/^ +| +$/g, '')
    if (prefix !== '') return prefix.endsWith('/') ? prefix : `${prefix}/`
    throw new KeyError('ERR_NOT_ALLOWED', `entry ${index + 1} of SOPS_HC_VAULT_ALLOWLIST is empty`, {
      hint: 'remove the comma that is too much: as it is, nobody can say what is meant',
    })
  })
}
