import { KeyError } from '../../errors.ts'
import { keyName } from '../key-name.ts'
import type { ServiceKey } from '../services/key-service.ts'

/** A key of a transit engine, checked. */
export interface TransitKey {
  /** As the file has it. */
  readonly address: string
  readonly url: URL
  /** As errors show it. */
  readonly shown: string
  /** `transit/decrypt/name`: what a policy of Vault calls it. */
  path(operation: 'encrypt' | 'decrypt' | 'rewrap'): string
}

/**
 * The names come from a file and become a path of an API that can do anything: what could leave the engine is refused.
 *
 * @throws {@link KeyError} `ERR_RECIPIENT`
 */
export function readTransitKey(key: ServiceKey): TransitKey {
  const { vault_address: address = '', engine_path: engine = '', key_name: name = '' } = key.fields
  const url = URL.canParse(address) ? new URL(address) : undefined
  const segments = engine.replaceAll(/^\/+|\/+$/g, '').split('/')
  if (url === undefined || url.search !== '' || url.hash !== '' || ![...segments, name].every(isSegment)) {
    throw new KeyError('ERR_RECIPIENT', 'this is no key of a Vault transit engine', {
      hint: 'its form is https://HOST/v1/ENGINE/keys/NAME',
    })
  }
  const path = (operation: string) => [...segments, operation, name].join('/')
  return { address, url, shown: keyName({ ...key, type: 'hc_vault' }), path }
}

function isSegment(text: string): boolean {
  return /^[A-Za-z0-9_.~+@-]+$/.test(text) && text !== '.' && text !== '..'
}
