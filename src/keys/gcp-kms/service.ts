import { createPublicKey } from 'node:crypto'
import { KeyError } from '../../errors.ts'
import { decodeStrictBase64 } from '../age/base64.ts'
import type { CallPolicy } from '../services/call-policy.ts'
import type { ServiceEnvironment } from '../services/environment.ts'
import {
  type Binding,
  type KeyService,
  type ServiceCall,
  type ServiceKey,
  WRAPPED_LENGTHS,
  type Wrapped,
} from '../services/key-service.ts'
import { ALGORITHM_FIELD, knownPublicHalf, PUBLIC_KEY_FIELD } from '../services/public-half.ts'
import { CallFailure, type JsonObject, textOf } from '../services/rest.ts'
import { type OaepHash, readRsaPublicKey, sealOaep } from '../services/rsa-oaep.ts'
import { GcpClient } from './client.ts'
import { checkArrived, checkedBytes, checkedText, withChecksum } from './reply.ts'
import { type GcpResource, isVersionOf, parseResource } from './resource.ts'

/** A reply that wraps 33 bytes is shorter than this in any kind of key. */
const MAX_ENC_CHARACTERS = 16 * 1024
const ADDRESS_HINT = 'check the address of the service; nothing that it answered was used'

/**
 * Google Cloud KMS. Keys that encrypt and decrypt wrap by a call. A named version of a key for asymmetric decryption wraps
 * identities to its public half, which is asked for once; sops has no such keys.
 */
export class GcpKmsService implements KeyService {
  readonly type = 'gcp_kms'
  private readonly client: GcpClient
  private readonly policy: CallPolicy

  constructor(environment: ServiceEnvironment, policy: CallPolicy) {
    this.client = new GcpClient(environment, policy)
    this.policy = policy
  }

  check(key: ServiceKey): void {
    this.allowed(key)
  }

  account(key: ServiceKey): string {
    return `GCP project ${parseResource(key).project}`
  }

  async wrap(key: ServiceKey, plaintext: Uint8Array, call: ServiceCall): Promise<Wrapped> {
    const resource = this.allowed(key)
    if (resource.version !== undefined) return this.seal(key, resource, plaintext, call)
    const bound = aadOf(call.binding)
    const read = (reply: JsonObject) => {
      checkArrived(reply, 'verifiedPlaintextCrc32c')
      if (call.binding !== undefined) checkArrived(reply, 'verifiedAdditionalAuthenticatedDataCrc32c')
      if (!isVersionOf(resource, textOf(reply, 'name') ?? '')) throw otherKey()
      const ciphertext = checkedBytes(reply, 'ciphertext')
      if (ciphertext.length === 0) throw emptyReply()
      return Buffer.from(ciphertext).toString('base64')
    }
    const body = { ...withChecksum('plaintext', plaintext), ...bound }
    const enc = await this.client.call({ resource, verb: ':encrypt', body }, read, call.signal)
    return { enc, key }
  }

  async unwrap(key: ServiceKey, enc: string, call: ServiceCall): Promise<Uint8Array> {
    const resource = this.allowed(key)
    const ciphertext = withChecksum('ciphertext', readEnc(enc))
    if (resource.version === undefined) {
      const body = { ...ciphertext, ...aadOf(call.binding) }
      return this.client.call({ resource, verb: ':decrypt', body }, readPlaintext, call.signal)
    }
    const read = (reply: JsonObject) => {
      checkArrived(reply, 'verifiedCiphertextCrc32c')
      return readPlaintext(reply)
    }
    return this.client.call({ resource, verb: ':asymmetricDecrypt', body: ciphertext }, read, call.signal)
  }

  dispose(): void {
    this.client.forget()
  }

  /** @throws {@link KeyError} `ERR_RECIPIENT`, `ERR_NOT_ALLOWED` */
  private allowed(key: ServiceKey): GcpResource {
    const resource = parseResource(key)
    this.policy.checkAccount({ cloud: 'GCP', id: resource.project })
    this.client.checkEndpoint()
    return resource
  }

  private async seal(
    key: ServiceKey,
    resource: GcpResource,
    plaintext: Uint8Array,
    call: ServiceCall,
  ): Promise<Wrapped> {
    if (call.binding === undefined) {
      throw new KeyError(
        'ERR_RECIPIENT',
        'a version of a GCP KMS key cannot be a master key: sops would not open the file',
        {
          hint: 'name the key without its version, or wrap the identity of a recipient with it',
        },
      )
    }
    const known = { publicKey: knownPublicHalf(key, this.policy), algorithm: key.fields[ALGORITHM_FIELD] ?? '' }
    const { publicKey, algorithm } = known.publicKey === '' ? await this.publicKey(resource, call.signal) : known
    const enc = Buffer.from(sealOaep(publicKey, plaintext, hashOf(algorithm))).toString('base64')
    const fields = { ...key.fields, [PUBLIC_KEY_FIELD]: publicKey, [ALGORITHM_FIELD]: algorithm }
    return { enc, key: { ...key, fields } }
  }

  private publicKey(resource: GcpResource, signal: AbortSignal): Promise<{ publicKey: string; algorithm: string }> {
    const read = (reply: JsonObject) => {
      if (textOf(reply, 'name') !== resource.path) throw otherKey()
      const publicKey = derOf(checkedText(reply, 'pem'))
      const algorithm = textOf(reply, 'algorithm') ?? ''
      hashOf(algorithm)
      readRsaPublicKey(publicKey)
      return { publicKey, algorithm }
    }
    return this.client.call({ resource, verb: '/publicKey' }, read, signal)
  }
}

/** Bound to the ciphertext by the service: what was wrapped for one name does not open under another. */
function aadOf(binding: Binding | undefined): JsonObject {
  if (binding === undefined) return {}
  const text = `bulla identity\n${binding.name}\n${binding.recipient}\n`
  return withChecksum('additionalAuthenticatedData', Buffer.from(text))
}

function readEnc(enc: string): Uint8Array {
  const bytes = enc.length <= MAX_ENC_CHARACTERS ? decodeStrictBase64(enc, { padded: true }) : undefined
  if (bytes !== undefined && bytes.length > 0) return bytes
  throw new KeyError('ERR_KEY_SERVICE', 'what GCP KMS wrapped is no base64 any more', {
    hint: 'restore the entry from git',
  })
}

function readPlaintext(reply: JsonObject): Uint8Array {
  const plaintext = checkedBytes(reply, 'plaintext')
  if (WRAPPED_LENGTHS.includes(plaintext.length)) return plaintext
  plaintext.fill(0) // whatever it is, it is somebody's secret
  throw new CallFailure(`it answered with ${plaintext.length} bytes where a data key of 32 or 33 is expected`, {
    hint: 'something else was wrapped by this key; restore the entry from git',
  })
}

/** `RSA_DECRYPT_OAEP_3072_SHA256` and the like. */
function hashOf(algorithm: string): OaepHash {
  const hash = /^RSA_DECRYPT_OAEP_(?:2048|3072|4096)_SHA(1|256|512)$/.exec(algorithm)?.[1]
  if (hash !== undefined) return `sha${hash as '1' | '256' | '512'}` // the pattern names no others
  throw new KeyError('ERR_RECIPIENT', 'the version of the GCP KMS key is not one that decrypts with RSA', {
    hint: 'use a key with the purpose asymmetric_decrypt and an algorithm rsa-decrypt-oaep-*',
  })
}

function derOf(pem: string): string {
  try {
    return createPublicKey(pem).export({ format: 'der', type: 'spki' }).toString('base64')
  } catch {
    throw new CallFailure('it answered with something else than a public key', { hint: ADDRESS_HINT })
  }
}

function emptyReply(): CallFailure {
  return new CallFailure('it answered with nothing', { hint: ADDRESS_HINT })
}

function otherKey(): CallFailure {
  return new CallFailure('it answered for another key than the one that was asked for', { hint: ADDRESS_HINT })
}
