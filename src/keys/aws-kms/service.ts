import { KeyError } from '../../errors.ts'
import type { CallPolicy } from '../services/call-policy.ts'
import type { ServiceEnvironment } from '../services/environment.ts'
import type { Binding, KeyService, ServiceCall, ServiceKey, Wrapped } from '../services/key-service.ts'
import { knownPublicHalf, PUBLIC_KEY_FIELD } from '../services/public-half.ts'
import { isRsaPublicKey, sealOaep } from '../services/rsa-oaep.ts'
import { type AdmittedKey, admit, KEY_ARN_FIELD } from './admission.ts'
import { accountOfRole, requireKeyArn } from './arn.ts'
import { KeyUsageError, KmsCalls } from './calls.ts'
import { encryptionContext } from './encryption-context.ts'

/** The only algorithm that is used with RSA keys of KMS. */
const RSA_ALGORITHM = 'RSAES_OAEP_SHA_256'
/** More than a ciphertext of KMS can have: a hostile file shall not cost much. */
const MAX_ENC_CHARACTERS = 16 * 1024

/** Keys of AWS KMS, called as sops calls them; and RSA keys, whose public half needs no call. */
export class AwsKmsService implements KeyService {
  readonly type = 'kms'
  private readonly environment: ServiceEnvironment
  private readonly policy: CallPolicy
  private readonly calls: KmsCalls

  constructor(environment: ServiceEnvironment, policy: CallPolicy) {
    this.environment = environment
    this.policy = policy
    this.calls = new KmsCalls(environment, policy)
  }

  check(key: ServiceKey): void {
    this.admit(key)
  }

  account(key: ServiceKey): string {
    const { account, region } = requireKeyArn(key.fields['arn'] ?? '')
    const ofRole = accountOfRole(key.fields['role'] ?? '')
    const role = ofRole === undefined || ofRole === account ? '' : ` (with a role of account ${ofRole})`
    return `AWS account ${account} in ${region}${role}`
  }

  async wrap(key: ServiceKey, plaintext: Uint8Array, call: ServiceCall): Promise<Wrapped> {
    const admitted = this.admit(key)
    const known = knownPublicHalf(key, this.policy)
    if (known !== '') return { enc: seal(known, plaintext), key }
    if (admitted.isRsa) return await this.wrapForPublicKey(key, admitted, plaintext, call)
    const context = encryptionContext(key, call.binding)
    const input = { KeyId: admitted.arn.text, Plaintext: plaintext, ...named('EncryptionContext', context) }
    const how = { verb: 'wrap', permission: 'kms:Encrypt', signal: call.signal } as const
    try {
      const { reply, check } = await this.calls.send(admitted, how, (kms, signal) => kms.encrypt(input, signal))
      check.key(reply.KeyId)
      return {
        enc: check.ciphertext(reply.CiphertextBlob),
        key: withKeyOfAlias(key, admitted, reply.KeyId, call.binding),
      }
    } catch (error) {
      // sops has no RSA keys, and its files no place for their public half
      if (!(error instanceof KeyUsageError) || call.binding === undefined) throw error
      return await this.wrapForPublicKey(key, admitted, plaintext, call)
    }
  }

  async unwrap(key: ServiceKey, enc: string, { signal, binding }: ServiceCall): Promise<Uint8Array> {
    const admitted = this.admit(key)
    const input = {
      KeyId: admitted.opening.text,
      CiphertextBlob: bytesOf(enc),
      ...(admitted.isRsa
        ? ({ EncryptionAlgorithm: RSA_ALGORITHM } as const)
        : named('EncryptionContext', encryptionContext(key, binding))),
    }
    const how = { verb: 'unwrap', permission: 'kms:Decrypt', signal } as const
    const { reply, check } = await this.calls.send(admitted, how, (kms, limit) => kms.decrypt(input, limit))
    const plaintext = check.plaintext(reply.Plaintext)
    check.key(reply.KeyId, admitted.opening)
    return plaintext
  }

  async rewrap(
    from: { readonly key: ServiceKey; readonly enc: string; readonly binding?: Binding },
    to: { readonly key: ServiceKey; readonly binding?: Binding },
    { signal }: Omit<ServiceCall, 'binding'>,
  ): Promise<Wrapped | undefined> {
    const [source, target] = [this.admit(from.key), this.admit(to.key)]
    if (!canReEncrypt(source, target)) return undefined
    const input = {
      CiphertextBlob: bytesOf(from.enc),
      SourceKeyId: source.opening.text,
      DestinationKeyId: target.arn.text,
      ...named('SourceEncryptionContext', encryptionContext(from.key, from.binding)),
      ...named('DestinationEncryptionContext', encryptionContext(to.key, to.binding)),
    }
    const how = { verb: 'rewrap', permission: 'kms:ReEncryptFrom or kms:ReEncryptTo', signal } as const
    try {
      const { reply, check } = await this.calls.send(target, how, (kms, limit) => kms.reEncrypt(input, limit))
      check.key(reply.SourceKeyId, source.opening)
      check.key(reply.KeyId)
      return {
        enc: check.ciphertext(reply.CiphertextBlob),
        key: withKeyOfAlias(to.key, target, reply.KeyId, to.binding),
      }
    } catch (error) {
      // to the public half of an RSA key it is wrapped here
      if (error instanceof KeyUsageError) return undefined
      throw error
    }
  }

  dispose(): void {
    this.calls.dispose()
  }

  private admit(key: ServiceKey): AdmittedKey {
    return admit(key, this.environment, this.policy)
  }

  /** Ask for the public half, once: it comes back as a field of the key. */
  private async wrapForPublicKey(
    key: ServiceKey,
    admitted: AdmittedKey,
    plaintext: Uint8Array,
    call: ServiceCall,
  ): Promise<Wrapped> {
    const { arn } = admitted
    if (encryptionContext(key, undefined) !== undefined) {
      throw new KeyError('ERR_RECIPIENT', `${arn.text} is an RSA key, which cannot have an encryption context`, {
        hint: 'leave the context out, or use a symmetric key',
      })
    }
    const how = { verb: 'wrap', permission: 'kms:GetPublicKey', signal: call.signal } as const
    const { reply, check } = await this.calls.send(admitted, how, (kms, limit) => kms.publicKey(arn.text, limit))
    check.key(reply.KeyId)
    const publicKey = base64(reply.PublicKey ?? new Uint8Array())
    if (reply.EncryptionAlgorithms?.includes(RSA_ALGORITHM) !== true || !isRsaPublicKey(publicKey)) {
      throw check.bad(`the key cannot encrypt with ${RSA_ALGORITHM}`)
    }
    const used = withKeyOfAlias(key, admitted, reply.KeyId, call.binding)
    const fields = { ...used.fields, [PUBLIC_KEY_FIELD]: publicKey }
    return { enc: seal(publicKey, plaintext), key: { ...used, fields } }
  }
}

/** With what an alias stood for, in the files of recipients: it may stand for another key later. Those of sops have no place for it. */
function withKeyOfAlias(
  key: ServiceKey,
  { arn }: AdmittedKey,
  replied: string | undefined,
  binding: Binding | undefined,
) {
  if (arn.kind !== 'alias' || replied === undefined || binding === undefined) return key
  return { ...key, fields: { ...key.fields, [KEY_ARN_FIELD]: replied } }
}

/** Both in one region, by one caller, and symmetric. */
function canReEncrypt(source: AdmittedKey, target: AdmittedKey): boolean {
  if (source.isRsa || target.isRsa) return false
  const same = (of: (key: AdmittedKey) => string) => of(source) === of(target)
  return same(({ arn }) => arn.partition) && same(({ arn }) => arn.region) && same(callerOf)
}

function callerOf({ profile, role }: AdmittedKey): string {
  return JSON.stringify([profile, role])
}

/** A field of a request, left out when there is nothing to say. */
function named<Name extends string, T>(name: Name, value: T | undefined): { [field in Name]?: T } {
  // an object with one computed name has the type of a dictionary
  return (value === undefined ? {} : { [name]: value }) as { [field in Name]?: T }
}

/** @throws {@link KeyError} `ERR_NO_DATA_KEY` */
function bytesOf(enc: string): Uint8Array {
  const isBase64 = /^[A-Za-z0-9+/]+={0,2}$/.test(enc) && enc.length % 4 === 0
  if (isBase64 && enc.length <= MAX_ENC_CHARACTERS) return Buffer.from(enc, 'base64')
  throw new KeyError('ERR_NO_DATA_KEY', 'its wrapped key is not base64, or far too long', {
    hint: 'restore the entry from git',
  })
}

function seal(publicKey: string, plaintext: Uint8Array): string {
  return base64(sealOaep(publicKey, plaintext, 'sha256'))
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64')
}
