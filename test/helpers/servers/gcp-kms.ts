import {
  constants,
  createCipheriv,
  createDecipheriv,
  createVerify,
  generateKeyPairSync,
  type KeyObject,
  privateDecrypt,
  randomBytes,
} from 'node:crypto'
import { crc32c } from './checksum.ts'
import { type Answer, LoopbackServer, type Received } from './loopback.ts'

type Json = Record<string, unknown>
export type GcpState = 'ENABLED' | 'DISABLED' | 'DESTROYED' | 'DESTROY_SCHEDULED'

interface Version {
  readonly secret: Buffer
  state: GcpState
}

interface RsaVersion {
  readonly algorithm: string
  readonly publicKey: KeyObject
  readonly privateKey: KeyObject
  state: GcpState
}

/** Who may call, by the token that is sent. */
export interface GcpCaller {
  /** None: everything is allowed. */
  readonly denied?: readonly ('encrypt' | 'decrypt' | 'viewPublicKey')[]
}

export const KEY = 'projects/acme-prod/locations/europe-west1/keyRings/deploy/cryptoKeys/files'
export const RSA_KEY = 'projects/acme-prod/locations/europe-west1/keyRings/deploy/cryptoKeys/people/cryptoKeyVersions/1'
export const TOKEN = 'ya29.C4N4RY-gcp-token-0123456789'
const SCOPE = 'https://www.googleapis.com/auth/cloud-platform'

/**
 * Cloud KMS as its REST reference describes it: `encrypt`, `decrypt`, `asymmetricDecrypt` and `publicKey`, key states,
 * additional data, checksums, errors in Google's form. Beside it what gives out tokens: the token endpoint, the metadata
 * server, impersonation, and tokens that a service account signs itself.
 *
 * @see https://cloud.google.com/kms/docs/reference/rest
 */
export class GcpKmsServer {
  readonly callers = new Map<string, GcpCaller>([[TOKEN, {}]])
  /** Public keys of service accounts, by mail address. */
  readonly accounts = new Map<string, KeyObject>()
  /** Changes replies, to lie. */
  tamper: ((reply: Json, path: string) => Json) | undefined
  private readonly keys = new Map<string, Version[]>([[KEY, [newVersion()]]])
  private readonly rsaKeys = new Map<string, RsaVersion>()

  readonly http: LoopbackServer

  private constructor(http: LoopbackServer) {
    this.http = http
  }

  static async start(): Promise<GcpKmsServer> {
    let server: GcpKmsServer | undefined
    const http = await LoopbackServer.start((request) => server?.answer(request) ?? { status: 503 })
    server = new GcpKmsServer(http)
    return server
  }

  stop(): Promise<void> {
    return this.http.stop()
  }

  /** A key that encrypts and decrypts. */
  addKey(name: string): void {
    this.keys.set(name, [newVersion()])
  }

  addRsaKey(version: string, algorithm = 'RSA_DECRYPT_OAEP_2048_SHA256'): void {
    const modulusLength = Number(/_(\d{4})_/.exec(algorithm)?.[1])
    this.rsaKeys.set(version, { algorithm, ...generateKeyPairSync('rsa', { modulusLength }), state: 'ENABLED' })
  }

  rotate(name: string): void {
    this.keys.get(name)?.push(newVersion())
  }

  /** @param number - counted from 1 */
  setState(name: string, number: number, state: GcpState): void {
    const version = this.rsaKeys.get(name) ?? this.keys.get(name)?.[number - 1]
    if (version === undefined) throw new RangeError('no such version')
    version.state = state
  }

  /** Calls that used a key: tokens and refused ones do not count. */
  get keyCalls(): readonly string[] {
    const paths = this.http.requests.map(({ path }) => path.replace(/\?.*/, ''))
    return paths.filter((path) => path.startsWith('/v1/projects'))
  }

  private answer(request: Received): Answer {
    const path = request.path.replace(/\?.*/, '')
    if (path.startsWith('/computeMetadata/')) return this.metadata(request)
    if (path === '/token') return this.exchange(request)
    if (path.endsWith(':generateAccessToken')) return this.impersonate(request)
    const caller = this.callerOf(request)
    if (caller === undefined) return failure(401, 'UNAUTHENTICATED', 'Request had invalid authentication credentials.')
    const [, name = '', verb = ''] = /^\/v1\/(projects\/[^:]+?)(:[a-zA-Z]+|\/publicKey)$/.exec(path) ?? []
    const body = request.body.length === 0 ? {} : (JSON.parse(request.body.toString()) as Json)
    const reply = this.act(name, verb, body, caller)
    if ('status' in reply && typeof reply.status === 'number') return reply as Answer
    return { status: 200, body: JSON.stringify(this.tamper?.(reply as Json, path) ?? reply) }
  }

  private act(name: string, verb: string, body: Json, { denied = [] }: GcpCaller): Json | Answer {
    const needed = { ':encrypt': 'encrypt', ':decrypt': 'decrypt', ':asymmetricDecrypt': 'decrypt' } as const
    const permission = verb in needed ? needed[verb as keyof typeof needed] : 'viewPublicKey'
    const rsa = this.rsaKeys.get(name)
    const versions = this.keys.get(name)
    if (denied.includes(permission)) return permissionDenied(name, permission)
    for (const field of ['plaintext', 'ciphertext', 'additionalAuthenticatedData']) {
      const sum = body[`${field}Crc32c`]
      if (sum !== undefined && Number(sum) !== crc32c(bytes(body, field))) {
        return failure(400, 'INVALID_ARGUMENT', `The checksum in field ${field}_crc32c did not match.`)
      }
    }
    if (verb === '/publicKey' && rsa !== undefined) return publicKey(name, rsa)
    if (verb === ':asymmetricDecrypt' && rsa !== undefined) return asymmetricDecrypt(name, rsa, body)
    if (verb === ':encrypt' && versions !== undefined) return encrypt(name, versions, body)
    if (verb === ':decrypt' && versions !== undefined) return decrypt(name, versions, body)
    if (rsa !== undefined || versions !== undefined)
      return failure(400, 'FAILED_PRECONDITION', `${name} is not made for it.`)
    return failure(404, 'NOT_FOUND', `CryptoKey ${name} not found.`)
  }

  private callerOf({ headers }: Received): GcpCaller | undefined {
    const token = /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1] ?? ''
    return this.callers.get(token) ?? (this.isSelfSigned(token) ? {} : undefined)
  }

  private isSelfSigned(token: string): boolean {
    const [header = '', payload = '', signature = ''] = token.split('.')
    if (signature === '') return false
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Json
    const key = this.accounts.get(String(claims['iss']))
    const isSigned =
      key !== undefined &&
      createVerify('RSA-SHA256').update(`${header}.${payload}`).verify(key, Buffer.from(signature, 'base64url'))
    return isSigned && claims['scope'] === SCOPE && Number(claims['exp']) > Number(claims['iat'])
  }

  private metadata({ path, headers }: Received): Answer {
    if (headers['metadata-flavor'] !== 'Google') return { status: 403, body: 'Missing Metadata-Flavor:Google header.' }
    const flavor = { 'metadata-flavor': 'Google' }
    if (path.endsWith('/default/email'))
      return { status: 200, headers: flavor, body: 'vm@acme-prod.iam.gserviceaccount.com' }
    if (path.endsWith('/default/token')) {
      const body = JSON.stringify({ access_token: TOKEN, expires_in: 3599, token_type: 'Bearer' })
      return { status: 200, headers: flavor, body }
    }
    return { status: 404, headers: flavor }
  }

  private exchange({ body }: Received): Answer {
    const form = new URLSearchParams(body.toString())
    const isKnown = form.get('refresh_token') === 'C4N4RY-refresh' || form.get('subject_token') === 'C4N4RY-subject'
    if (!isKnown) {
      return {
        status: 400,
        body: JSON.stringify({ error: 'invalid_grant', error_description: 'Token expired C4N4RY' }),
      }
    }
    const token = { access_token: TOKEN, expires_in: 3599, token_type: 'Bearer' }
    return {
      status: 200,
      body: JSON.stringify({ ...token, issued_token_type: 'urn:ietf:params:oauth:token-type:access_token' }),
    }
  }

  private impersonate(request: Received): Answer {
    if (this.callerOf(request) === undefined) return failure(401, 'UNAUTHENTICATED', 'who?')
    const impersonated = `${TOKEN}-impersonated`
    this.callers.set(impersonated, {})
    const expireTime = new Date(Date.now() + 3_600_000).toISOString()
    return { status: 200, body: JSON.stringify({ accessToken: impersonated, expireTime }) }
  }
}

function newVersion(): Version {
  return { secret: randomBytes(32), state: 'ENABLED' }
}

function encrypt(name: string, versions: readonly Version[], body: Json): Json | Answer {
  const number = versions.length
  const version = versions[number - 1]
  const versionName = `${name}/cryptoKeyVersions/${number}`
  if (version?.state !== 'ENABLED') return notEnabled(versionName, version?.state ?? 'DESTROYED')
  const iv = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', version.secret, iv).setAAD(bytes(body, 'additionalAuthenticatedData'))
  const sealed = Buffer.concat([cipher.update(bytes(body, 'plaintext')), cipher.final()])
  const ciphertext = Buffer.concat([Buffer.from([number]), iv, cipher.getAuthTag(), sealed])
  return {
    name: versionName,
    ...checked('ciphertext', ciphertext),
    verifiedPlaintextCrc32c: 'plaintextCrc32c' in body,
    verifiedAdditionalAuthenticatedDataCrc32c: 'additionalAuthenticatedDataCrc32c' in body,
    protectionLevel: 'SOFTWARE',
  }
}

function decrypt(name: string, versions: readonly Version[], body: Json): Json | Answer {
  const sealed = bytes(body, 'ciphertext')
  const number = sealed[0] ?? 0
  const version = versions[number - 1]
  if (version === undefined) return invalidCiphertext()
  if (version.state !== 'ENABLED') return notEnabled(`${name}/cryptoKeyVersions/${number}`, version.state)
  try {
    const decipher = createDecipheriv('aes-256-gcm', version.secret, sealed.subarray(1, 13))
      .setAAD(bytes(body, 'additionalAuthenticatedData'))
      .setAuthTag(sealed.subarray(13, 29))
    const plaintext = Buffer.concat([decipher.update(sealed.subarray(29)), decipher.final()])
    return { ...checked('plaintext', plaintext), usedPrimary: number === versions.length, protectionLevel: 'SOFTWARE' }
  } catch {
    return invalidCiphertext()
  }
}

function publicKey(name: string, { publicKey, algorithm, state }: RsaVersion): Json | Answer {
  if (state !== 'ENABLED') return notEnabled(name, state)
  const pem = publicKey.export({ format: 'pem', type: 'spki' }).toString()
  return { name, pem, algorithm, pemCrc32c: String(crc32c(Buffer.from(pem))), protectionLevel: 'SOFTWARE' }
}

function asymmetricDecrypt(name: string, { privateKey, algorithm, state }: RsaVersion, body: Json): Json | Answer {
  if (state !== 'ENABLED') return notEnabled(name, state)
  const oaepHash = `sha${/SHA(\d+)$/.exec(algorithm)?.[1]}`
  try {
    const key = { key: privateKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash }
    const plaintext = privateDecrypt(key, bytes(body, 'ciphertext'))
    return { ...checked('plaintext', plaintext), verifiedCiphertextCrc32c: 'ciphertextCrc32c' in body }
  } catch {
    return invalidCiphertext()
  }
}

function bytes(body: Json, name: string): Buffer {
  return Buffer.from(String(body[name] ?? ''), 'base64')
}

function checked(name: string, value: Buffer): Json {
  return { [name]: value.toString('base64'), [`${name}Crc32c`]: String(crc32c(value)) }
}

function failure(code: number, status: string, message: string, details: readonly Json[] = []): Answer {
  return { status: code, body: JSON.stringify({ error: { code, message, status, details } }) }
}

function invalidCiphertext(): Answer {
  return failure(
    400,
    'INVALID_ARGUMENT',
    "Decryption failed: verify that 'name' refers to the correct CryptoKey. C4N4RY",
  )
}

function notEnabled(version: string, state: GcpState): Answer {
  return failure(400, 'FAILED_PRECONDITION', `${version} is not enabled, current state is: ${state}.`)
}

function permissionDenied(resource: string, verb: string): Answer {
  const uses = { encrypt: 'useToEncrypt', decrypt: 'useToDecrypt', viewPublicKey: 'viewPublicKey' }
  const permission = `cloudkms.cryptoKeyVersions.${uses[verb as keyof typeof uses]}`
  const info = { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'IAM_PERMISSION_DENIED' }
  const text = `Permission '${permission}' denied on resource '${resource}' (or it may not exist). C4N4RY`
  return failure(403, 'PERMISSION_DENIED', text, [{ ...info, domain: 'cloudkms.googleapis.com' }])
}
