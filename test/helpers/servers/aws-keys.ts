import {
  constants,
  createCipheriv,
  createDecipheriv,
  generateKeyPairSync,
  type KeyObject,
  privateDecrypt,
  publicEncrypt,
  randomBytes,
  randomUUID,
} from 'node:crypto'

export type EncryptionContext = Readonly<Record<string, string>>

export interface AwsKey {
  readonly arn: string
  readonly id: string
  readonly region: string
  readonly spec: 'SYMMETRIC_DEFAULT' | 'RSA_2048'
  readonly usage: 'ENCRYPT_DECRYPT' | 'SIGN_VERIFY'
  /** Shared by the replicas of a key. */
  readonly material: Uint8Array
  readonly pair: { readonly publicKey: KeyObject; readonly privateKey: KeyObject } | undefined
  state: 'Enabled' | 'Disabled' | 'PendingDeletion'
}

/** An error as AWS names it. */
export class AwsError extends Error {
  readonly code: string
  readonly status: number

  constructor(code: string, status = 400) {
    super(code)
    this.code = code
    this.status = status
  }
}

const IV_BYTES = 12
const TAG_BYTES = 16
const ID_BYTES = 40
const OAEP = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' }
const RSA_ALGORITHM = 'RSAES_OAEP_SHA_256'

/** @param origin - the key of which it is a replica */
export function newKey(
  account: string,
  region: string,
  {
    spec = 'SYMMETRIC_DEFAULT',
    usage = 'ENCRYPT_DECRYPT',
    multiRegion = false,
  }: { spec?: AwsKey['spec']; usage?: AwsKey['usage']; multiRegion?: boolean },
  origin?: AwsKey,
): AwsKey {
  const id = origin?.id ?? (multiRegion ? `mrk-${randomBytes(16).toString('hex')}` : randomUUID())
  return {
    ...{ id, region, spec, usage, state: 'Enabled' },
    arn: `arn:aws:kms:${region}:${account}:key/${id}`,
    material: origin?.material ?? randomBytes(32),
    pair: spec === 'RSA_2048' ? generateKeyPairSync('rsa', { modulusLength: 2048 }) : undefined,
  }
}

export function encryptWith(
  key: AwsKey,
  plaintext: Uint8Array,
  context: EncryptionContext,
  algorithm?: string,
): Buffer {
  checkUsable(key, algorithm)
  if (key.pair !== undefined) return publicEncrypt({ key: key.pair.publicKey, ...OAEP }, plaintext)
  const iv = randomBytes(IV_BYTES)
  const cipher = createCipheriv('aes-256-gcm', key.material, iv).setAAD(aadOf(context))
  const body = Buffer.concat([cipher.update(plaintext), cipher.final()])
  return Buffer.concat([Buffer.from(key.id.padEnd(ID_BYTES)), iv, cipher.getAuthTag(), body])
}

export function decryptWith(key: AwsKey, blob: Uint8Array, context: EncryptionContext, algorithm?: string): Buffer {
  checkUsable(key, algorithm)
  try {
    if (key.pair !== undefined) return privateDecrypt({ key: key.pair.privateKey, ...OAEP }, blob)
    const bytes = Buffer.from(blob).subarray(ID_BYTES)
    const [iv, tag] = [bytes.subarray(0, IV_BYTES), bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES)]
    const decipher = createDecipheriv('aes-256-gcm', key.material, iv).setAAD(aadOf(context)).setAuthTag(tag)
    return Buffer.concat([decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES)), decipher.final()])
  } catch {
    throw new AwsError('InvalidCiphertextException')
  }
}

/** The id of the symmetric key that made a ciphertext. */
export function keyIdOf(blob: Uint8Array): string {
  return Buffer.from(blob).subarray(0, ID_BYTES).toString('latin1').trimEnd()
}

function checkUsable({ state, usage, spec }: AwsKey, algorithm = 'SYMMETRIC_DEFAULT'): void {
  if (state === 'Disabled') throw new AwsError('DisabledException')
  if (state !== 'Enabled') throw new AwsError('KMSInvalidStateException')
  const wanted = spec === 'RSA_2048' ? RSA_ALGORITHM : 'SYMMETRIC_DEFAULT'
  if (usage !== 'ENCRYPT_DECRYPT' || algorithm !== wanted) throw new AwsError('InvalidKeyUsageException')
}

function aadOf(context: EncryptionContext): Buffer {
  return Buffer.from(JSON.stringify(Object.entries(context).sort(([a], [b]) => (a < b ? -1 : 1))))
}
