import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { type Answer, LoopbackServer, type Received } from './loopback.ts'

const NONCE_BYTES = 12
const TAG_BYTES = 16

interface Key {
  /** One for each version. */
  readonly versions: Buffer[]
  /** Whether it takes associated data; RSA keys do not. */
  readonly binds: boolean
}

/**
 * The transit engine of a Vault, and logging in: what bulla asks of it, after its public API description. The same tests
 * run against a real OpenBao.
 *
 * @see https://developer.hashicorp.com/vault/api-docs/secret/transit
 */
export class FakeVault {
  readonly server: LoopbackServer
  readonly token = 'C4N4RY-vault-token'
  private readonly keys = new Map<string, Key>()
  private readonly tokens = new Set([this.token])
  private readonly logins = new Map<string, Readonly<Record<string, string>>>()

  private constructor(server: LoopbackServer) {
    this.server = server
  }

  static async start(): Promise<FakeVault> {
    let vault: FakeVault | undefined
    const server = await LoopbackServer.start((request) => vault?.answer(request) ?? { status: 503 })
    vault = new FakeVault(server)
    return vault
  }

  async createKey(name: string, type: 'aes256-gcm96' | 'rsa-2048' = 'aes256-gcm96'): Promise<void> {
    this.keys.set(name, { versions: [randomBytes(32)], binds: type === 'aes256-gcm96' })
  }

  async rotateKey(name: string): Promise<void> {
    this.keys.get(name)?.versions.push(randomBytes(32))
  }

  /** Logging in at `auth/…/login` with exactly these words gives a token. */
  acceptLogin(path: string, words: Readonly<Record<string, string>>): void {
    this.logins.set(path, words)
  }

  /** What was given out by logging in is not valid any more. */
  forgetTokens(): void {
    this.tokens.clear()
  }

  private answer({ path, headers, body, method }: Received): Answer {
    const words: Readonly<Record<string, string>> = JSON.parse(body.toString())
    const [, version, first, ...rest] = path.split('/')
    if (version !== 'v1' || !['POST', 'PUT'].includes(method)) return refusal(405, 'unsupported operation')
    if (first === 'auth') return this.logIn(['auth', ...rest].join('/'), words)
    if (!this.tokens.has(`${headers['x-vault-token']}`)) return refusal(403, 'permission denied')
    const [operation, name] = rest
    if (first !== 'transit' || name === undefined) return refusal(404, 'no handler for route')
    return this.transit(operation ?? '', name, words)
  }

  private logIn(path: string, words: Readonly<Record<string, string>>): Answer {
    const wanted = this.logins.get(path)
    if (wanted === undefined || JSON.stringify(wanted) !== JSON.stringify(words))
      return refusal(400, 'invalid role or secret ID')
    const token = `C4N4RY-${randomBytes(8).toString('hex')}`
    this.tokens.add(token)
    return { status: 200, body: JSON.stringify({ auth: { client_token: token, lease_duration: 60 } }) }
  }

  private transit(operation: string, name: string, words: Readonly<Record<string, string>>): Answer {
    // as the real one: sealing makes the key
    if (operation === 'encrypt' && !this.keys.has(name))
      this.keys.set(name, { versions: [randomBytes(32)], binds: true })
    const key = this.keys.get(name)
    if (key === undefined) return refusal(400, 'encryption key not found')
    const { plaintext, ciphertext = '', associated_data: bound } = words
    if (bound !== undefined && !key.binds) return refusal(400, 'associated_data provided for non-AEAD cipher suite')
    if (operation === 'encrypt') return data({ ciphertext: seal(key, Buffer.from(plaintext ?? '', 'base64'), bound) })
    try {
      const opened = open(key, ciphertext, operation === 'rewrap' ? undefined : bound)
      return data(
        operation === 'decrypt' ? { plaintext: opened.toString('base64') } : { ciphertext: seal(key, opened) },
      )
    } catch {
      return refusal(400, 'cipher: message authentication failed')
    }
  }
}

function seal({ versions }: Key, plaintext: Buffer, bound = ''): string {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv('aes-256-gcm', versions.at(-1) ?? '', nonce).setAAD(Buffer.from(bound, 'base64'))
  const sealed = Buffer.concat([nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()])
  return `vault:v${versions.length}:${sealed.toString('base64')}`
}

function open({ versions }: Key, text: string, bound = ''): Buffer {
  const [, version, base64 = ''] = text.split(':')
  const bytes = Buffer.from(base64, 'base64')
  const key = versions[Number(version?.slice(1)) - 1] ?? ''
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES))
  decipher.setAAD(Buffer.from(bound, 'base64')).setAuthTag(bytes.subarray(-TAG_BYTES))
  return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()])
}

function data(fields: Readonly<Record<string, string>>): Answer {
  return { status: 200, body: JSON.stringify({ data: fields }) }
}

function refusal(status: number, message: string): Answer {
  return { status, body: JSON.stringify({ errors: [`C4N4RY ${message}`] }) }
}
