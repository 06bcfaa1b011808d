import { createPublicKey } from 'node:crypto'
import { KeyError } from '../../errors.ts'
import type { CallPolicy } from '../services/call-policy.ts'
import type { ServiceEnvironment } from '../services/environment.ts'
import {
  type KeyService,
  type ServiceCall,
  type ServiceKey,
  WRAPPED_LENGTHS,
  type Wrapped,
} from '../services/key-service.ts'
import { knownPublicHalf, PUBLIC_KEY_FIELD } from '../services/public-half.ts'
import { asObject, CallFailure, type JsonObject, textOf } from '../services/rest.ts'
import { readRsaPublicKey, sealOaep } from '../services/rsa-oaep.ts'
import { VaultClient } from './client.ts'
import { isKid, parseVaultKey, type VaultKey, versionOf } from './vault-key.ts'

const ALGORITHM = 'RSA-OAEP-256'
/** RSA keys of 8192 bits. */
const MAX_BYTES = 1024
const ADDRESS_HINT = 'check the address of the vault; nothing that it answered was used'

/** A key of a vault and what sealing to its public half needs. */
interface PublicHalf {
  readonly version: string
  readonly publicKey: string
}

/**
 * Azure Key Vault and Managed HSM. Master keys of files wrap by a call, as in sops; the identity of a recipient is sealed
 * to the public half, which is asked for once. There is nothing that an identity could be bound by: the payload does it.
 */
export class AzureKeyVaultService implements KeyService {
  readonly type = 'azure_kv'
  private readonly client: VaultClient
  private readonly policy: CallPolicy
  private readonly publicHalves = new Map<string, Promise<PublicHalf>>()

  constructor(environment: ServiceEnvironment, policy: CallPolicy) {
    this.client = new VaultClient(environment)
    this.policy = policy
  }

  check(key: ServiceKey): void {
    this.allowed(key)
  }

  account(key: ServiceKey): string {
    return `Azure vault ${parseVaultKey(key).vault.host}`
  }

  async wrap(key: ServiceKey, plaintext: Uint8Array, call: ServiceCall): Promise<Wrapped> {
    const vaultKey = this.allowed(key)
    const known = knownPublicHalf(key, this.policy)
    if (known !== '' && vaultKey.version !== '') return { enc: seal(known, plaintext), key }
    if (call.binding === undefined) return this.wrapByCall(key, vaultKey, plaintext, call.signal)
    const { version, publicKey } = await this.publicHalf(vaultKey, call.signal)
    const fields = { ...key.fields, version, [PUBLIC_KEY_FIELD]: publicKey }
    return { enc: seal(publicKey, plaintext), key: { ...key, fields } }
  }

  async unwrap(key: ServiceKey, enc: string, { signal }: ServiceCall): Promise<Uint8Array> {
    const vaultKey = this.allowed(key)
    const value = readEnc(enc).toString('base64url')
    const read = (reply: JsonObject) => {
      checkKid(vaultKey, textOf(reply, 'kid'))
      return readPlaintext(reply)
    }
    const body = { alg: ALGORITHM, value }
    return this.client.call({ key: vaultKey, operation: 'decrypt', body }, read, signal)
  }

  newest(key: ServiceKey): ServiceKey {
    const { [PUBLIC_KEY_FIELD]: _, ...fields } = key.fields
    return { ...key, fields: { ...fields, version: '' } }
  }

  dispose(): void {
    this.client.forget()
    this.publicHalves.clear()
  }

  /** @throws {@link KeyError} `ERR_RECIPIENT`, `ERR_NOT_ALLOWED` */
  private allowed(key: ServiceKey): VaultKey {
    const vaultKey = parseVaultKey(key)
    this.policy.checkHost(vaultKey.vault, vaultKey.publicName !== undefined)
    const { host } = vaultKey.vault
    const names = vaultKey.publicName === undefined ? [] : [vaultKey.publicName]
    this.policy.checkAccount({ cloud: 'Azure', id: host, alsoKnownAs: names })
    return vaultKey
  }

  private async wrapByCall(
    key: ServiceKey,
    open: VaultKey,
    plaintext: Uint8Array,
    signal: AbortSignal,
  ): Promise<Wrapped> {
    const version = open.version === '' ? (await this.publicHalf(open, signal)).version : open.version
    const vaultKey = { ...open, version }
    const read = (reply: JsonObject) => {
      checkKid(vaultKey, textOf(reply, 'kid'))
      const bytes = bytesOf(reply)
      if (bytes.length < 256) throw new CallFailure('it answered with too little', { hint: ADDRESS_HINT })
      return bytes.toString('base64url')
    }
    const body = { alg: ALGORITHM, value: Buffer.from(plaintext).toString('base64url') }
    const enc = await this.client.call({ key: vaultKey, operation: 'encrypt', body }, read, signal)
    return { enc, key: { ...key, fields: { ...key.fields, version } } }
  }

  /** Asked once per key, whatever the number of files. */
  private publicHalf(key: VaultKey, signal: AbortSignal): Promise<PublicHalf> {
    const name = `${key.vault.host}/${key.name}/${key.version}`
    const known = this.publicHalves.get(name)
    if (known !== undefined) return known
    const read = (reply: JsonObject) => readPublicHalf(key, reply)
    const asking = this.client.call({ key, operation: 'get' }, read, signal)
    this.publicHalves.set(name, asking)
    // failures are not kept: the next one may do better
    asking.catch(() => this.publicHalves.delete(name))
    return asking
  }
}

function seal(publicKey: string, plaintext: Uint8Array): string {
  return Buffer.from(sealOaep(publicKey, plaintext, 'sha256')).toString('base64url')
}

function readPublicHalf(key: VaultKey, reply: JsonObject): PublicHalf {
  const jwk = asObject(reply['key'])
  const kid = textOf(jwk, 'kid') ?? ''
  checkKid(key, kid)
  if (asObject(reply['attributes'])?.['enabled'] === false) {
    throw new CallFailure('this version of the key is disabled', {
      hint: 'name an enabled version, or let somebody enable it: "az keyvault key set-attributes --enabled true"',
    })
  }
  if (!/^RSA(?:-HSM)?$/.test(textOf(jwk, 'kty') ?? '')) {
    throw new KeyError('ERR_RECIPIENT', 'the Azure key is no RSA key', { hint: 'use a key of the kind RSA or RSA-HSM' })
  }
  const publicKey = derOf(textOf(jwk, 'n') ?? '', textOf(jwk, 'e') ?? '')
  readRsaPublicKey(publicKey)
  return { version: versionOf(kid), publicKey }
}

function derOf(n: string, e: string): string {
  try {
    const key = createPublicKey({ key: { kty: 'RSA', n, e }, format: 'jwk' })
    return key.export({ format: 'der', type: 'spki' }).toString('base64')
  } catch {
    throw new CallFailure('it answered with something else than a public key', { hint: ADDRESS_HINT })
  }
}

function checkKid(key: VaultKey, kid: string | undefined): void {
  if (kid !== undefined && isKid(key, kid)) return
  throw new CallFailure('it answered for another key than the one that was asked for', { hint: ADDRESS_HINT })
}

function readPlaintext(reply: JsonObject): Uint8Array {
  const plaintext = bytesOf(reply)
  if (WRAPPED_LENGTHS.includes(plaintext.length)) return plaintext
  plaintext.fill(0) // whatever it is, it is somebody's secret
  throw new CallFailure(`it answered with ${plaintext.length} bytes where a data key of 32 or 33 is expected`, {
    hint: 'something else was wrapped by this key; restore the entry from git',
  })
}

/** @throws {@link CallFailure} */
function bytesOf(reply: JsonObject): Buffer {
  const bytes = decodeBase64url(textOf(reply, 'value') ?? '')
  if (bytes !== undefined && bytes.length <= MAX_BYTES) return bytes
  throw new CallFailure('it answered with something else than a value', { hint: ADDRESS_HINT })
}

function readEnc(enc: string): Buffer {
  const bytes = enc.length <= MAX_BYTES * 2 ? decodeBase64url(enc) : undefined
  if (bytes !== undefined && bytes.length > 0) return bytes
  throw new KeyError('ERR_KEY_SERVICE', 'what Azure Key Vault wrapped is no base64url any more', {
    hint: 'restore the entry from git',
  })
}

/** Without padding, and only as it would be written again. */
function decodeBase64url(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64url')
  return bytes.toString('base64url') === text ? bytes : undefined
}
