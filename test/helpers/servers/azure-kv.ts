import { constants, generateKeyPairSync, type KeyObject, privateDecrypt, publicEncrypt, randomBytes } from 'node:crypto'
import { type Answer, LoopbackServer, type Received } from './loopback.ts'
import { TLS } from './tls.ts'

type Json = Record<string, unknown>
type Operation = 'encrypt' | 'decrypt' | 'get'

interface Version {
  readonly id: string
  readonly publicKey: KeyObject
  readonly privateKey: KeyObject
  enabled: boolean
}

export interface VaultCaller {
  readonly denied?: readonly Operation[]
}

export const TENANT = '11111111-2222-4333-8444-555555555555'
export const CLIENT = '99999999-8888-4777-8666-555555555555'
export const SECRET = 'C4N4RY-azure-client-secret'
export const TOKEN = 'eyJ0.C4N4RY-azure-token-0123456789'
export const KEY_NAME = 'files'

/**
 * A key vault as its REST reference describes it: `encrypt`, `decrypt` and `get` of RSA keys, a challenge for who comes
 * without a token, errors in Azure's form. Beside it what gives out tokens: the endpoints of a private cloud's authority
 * (a client's secret, a federated workload) and of a managed identity.
 *
 * @see https://learn.microsoft.com/rest/api/keyvault/keys
 */
export class AzureVaultServer {
  readonly http: LoopbackServer
  readonly callers = new Map<string, VaultCaller>([[TOKEN, {}]])
  /** Of the tenant that the vault belongs to. */
  tenant = TENANT
  /** What it wants a token for; undefined: itself. */
  resource: string | undefined
  /** Changes replies, to lie. */
  tamper: ((reply: Json, operation: Operation) => Json) | undefined
  private readonly keys = new Map<string, Version[]>()

  private constructor(http: LoopbackServer) {
    this.http = http
    this.addVersion(KEY_NAME)
  }

  static async start(): Promise<AzureVaultServer> {
    let server: AzureVaultServer | undefined
    const http = await LoopbackServer.start((request) => server?.answer(request) ?? { status: 503 }, { tls: TLS })
    server = new AzureVaultServer(http)
    return server
  }

  stop(): Promise<void> {
    return this.http.stop()
  }

  /** @returns its id */
  addVersion(name: string, modulusLength = 2048): string {
    const version = {
      id: randomBytes(16).toString('hex'),
      ...generateKeyPairSync('rsa', { modulusLength }),
      enabled: true,
    }
    this.keys.set(name, [...(this.keys.get(name) ?? []), version])
    return version.id
  }

  newest(name = KEY_NAME): string {
    return this.keys.get(name)?.at(-1)?.id ?? ''
  }

  setEnabled(name: string, id: string, enabled: boolean): void {
    const version = this.keys.get(name)?.find((one) => one.id === id)
    if (version === undefined) throw new RangeError('no such version')
    version.enabled = enabled
  }

  /** Requests for keys that came with a token, `POST /keys/files/…/encrypt` without the query. */
  get keyCalls(): readonly string[] {
    return this.http.requests
      .filter(({ path, headers }) => path.startsWith('/keys/') && headers.authorization !== undefined)
      .map(({ method, path }) => `${method} ${path.replace(/\?.*/, '')}`)
  }

  private answer(request: Received): Answer {
    const { pathname, searchParams } = new URL(request.path, 'https://vault')
    if (!pathname.startsWith('/keys/')) return this.authority(pathname, request)
    const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? ''
    const caller = this.callers.get(token)
    if (caller === undefined) return this.challenge(token === '')
    if (!searchParams.has('api-version')) return failure(400, 'BadParameter', 'api-version must be specified')
    const [, , name = '', id = '', verb] = pathname.split('/')
    const operation: Operation = verb === 'encrypt' || verb === 'decrypt' ? verb : 'get'
    if (caller.denied?.includes(operation) === true) {
      return failure(403, 'Forbidden', `Caller is not authorized: C4N4RY`, 'ForbiddenByRbac')
    }
    const versions = this.keys.get(name)
    const version = id === '' ? versions?.at(-1) : versions?.find((one) => one.id === id)
    if (version === undefined) return failure(404, 'KeyNotFound', `A key with (name/id) ${name} was not found`)
    const reply = this.act(name, version, operation, request)
    if ('status' in reply) return reply as Answer
    return { status: 200, body: JSON.stringify(this.tamper?.(reply, operation) ?? reply) }
  }

  private act(name: string, version: Version, operation: Operation, { body }: Received): Json | Answer {
    const kid = `${this.http.origin}/keys/${name}/${version.id}`
    if (operation === 'get') return { key: jwkOf(kid, version), attributes: { enabled: version.enabled } }
    const { alg, value } = JSON.parse(body.toString()) as { alg: string; value: string }
    if (alg !== 'RSA-OAEP-256') return failure(400, 'BadParameter', 'The algorithm is not supported')
    const padding = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' }
    const given = Buffer.from(value, 'base64url')
    if (operation === 'encrypt') {
      return { kid, value: publicEncrypt({ key: version.publicKey, ...padding }, given).toString('base64url') }
    }
    if (!version.enabled) {
      return failure(403, 'Forbidden', 'Operation decrypt is not allowed on a disabled key.', 'KeyDisabled')
    }
    try {
      return { kid, value: privateDecrypt({ key: version.privateKey, ...padding }, given).toString('base64url') }
    } catch {
      return failure(400, 'BadParameter', 'The parameter is incorrect. C4N4RY')
    }
  }

  private challenge(isFirst: boolean): Answer {
    // the parent of 127.0.0.1, as vault.azure.net is of a vault: clients compare the end of the host
    const resource = this.resource ?? `https://0.0.1:${this.http.port}`
    const bearer = `Bearer authorization="${this.http.origin}/${this.tenant}", resource="${resource}"`
    const header = isFirst ? bearer : `${bearer}, error="invalid_token"`
    return { ...failure(401, 'Unauthorized', 'AKV10000'), headers: { 'www-authenticate': header } }
  }

  /** Microsoft Entra ID in a private cloud, and the managed identity of App Service. */
  private authority(path: string, { headers, body }: Received): Answer {
    if (path.endsWith('/.well-known/openid-configuration')) return json(this.discovery(path.split('/')[1] ?? ''))
    if (path === '/msi/token') {
      if (headers['x-identity-header'] !== SECRET) return json({ statusCode: 403, message: 'C4N4RY' }, 403)
      const expires = Math.floor(Date.now() / 1000) + 3600
      return json({
        access_token: TOKEN,
        expires_on: String(expires),
        resource: 'vault',
        token_type: 'Bearer',
        client_id: CLIENT,
      })
    }
    if (!/\/oauth2\/(?:v2\.0\/)?token$/.test(path)) return json({ error: 'not_found' }, 404)
    const form = new URLSearchParams(body.toString())
    const isKnown = form.get('client_secret') === SECRET || form.get('client_assertion') === 'C4N4RY-assertion'
    if (!isKnown || form.get('client_id') !== CLIENT) {
      return json({ error: 'invalid_client', error_description: 'AADSTS7000215: Invalid client secret C4N4RY' }, 401)
    }
    return json({ access_token: TOKEN, expires_in: 3600, token_type: 'Bearer' })
  }

  private discovery(tenant: string): Json {
    const base = `${this.http.origin}/${tenant}`
    return {
      issuer: tenant === 'adfs' ? base : `${base}/v2.0`,
      authorization_endpoint: `${base}/oauth2/authorize`,
      token_endpoint: tenant === 'adfs' ? `${base}/oauth2/token` : `${base}/oauth2/v2.0/token`,
      jwks_uri: `${base}/discovery/keys`,
    }
  }
}

function jwkOf(kid: string, { publicKey }: Version): Json {
  const { n, e } = publicKey.export({ format: 'jwk' })
  return { kid, kty: 'RSA', key_ops: ['encrypt', 'decrypt'], n, e }
}

function json(body: Json, status = 200): Answer {
  return { status, body: JSON.stringify(body) }
}

function failure(status: number, code: string, message: string, inner?: string): Answer {
  return json({ error: { code, message, ...(inner === undefined ? {} : { innererror: { code: inner } }) } }, status)
}
