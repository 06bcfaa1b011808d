import { KeyError } from '../../errors.ts'

/** AWS account, GCP project, Azure vault, Vault address: whose key it is. */
export interface Account {
  readonly cloud: 'AWS' | 'GCP' | 'Azure' | 'Vault'
  readonly id: string
  /** Other names of the same account, any of which may be allowed. In lower case. */
  readonly alsoKnownAs?: readonly string[]
}

export interface CallSettings {
  /**
   * In lower case; from the user's own file and environment, never from a repository. `host` or `host:port` for TLS,
   * `http://host` or `http://host:port` for plain HTTP.
   */
  readonly hosts: readonly string[]
  /** In lower case. Undefined: any account, as in sops. */
  readonly accounts: readonly string[] | undefined
}

/** What stays on this machine may be in clear. */
const LOOPBACK = /^(?:localhost|127\.[0-9.]+|\[::1\])$/

/**
 * Where calls may go. A key in a file of a repository is a request to talk to the outside: the public endpoints of the
 * clouds are allowed, every other host only when the user says so, and accounts can be restricted.
 *
 * @see docs/decisions/0010-where-calls-may-go.md
 */
export class CallPolicy {
  private readonly hosts: ReadonlySet<string>
  private readonly accounts: ReadonlySet<string> | undefined

  constructor({ hosts, accounts }: CallSettings) {
    this.hosts = new Set(hosts)
    this.accounts = accounts === undefined ? undefined : new Set(accounts)
  }

  /** Whether accounts are restricted at all. */
  get restrictsAccounts(): boolean {
    return this.accounts !== undefined
  }

  /**
   * @param isPublic - whether it is a cloud's own public endpoint, which the service knows from its pattern
   * @throws {@link KeyError} `ERR_NOT_ALLOWED`
   */
  checkHost(url: URL, isPublic: boolean): void {
    checkAddress(url)
    if (isPublic && url.protocol === 'https:') return
    if (namesOf(url).some((name) => this.hosts.has(name))) return
    const [shown, how] = url.protocol === 'https:' ? [url.host, ''] : [`http://${url.host}`, ' in clear']
    throw notAllowed(
      `the host ${url.host} is not one that you allow keys to be sent to${how}`,
      `if you trust it, name it in BULLA_ALLOW_HOSTS=${shown}, or under allow.hosts in your own bulla configuration`,
    )
  }

  /** Before a key is called *or sealed to*. @throws {@link KeyError} `ERR_NOT_ALLOWED` */
  checkAccount({ cloud, id, alsoKnownAs = [] }: Account): void {
    const { accounts } = this
    if (accounts === undefined || [id.toLowerCase(), ...alsoKnownAs].some((name) => accounts.has(name))) return
    throw notAllowed(
      `the key belongs to ${cloud} ${id}, which is not among the accounts that you allow`,
      'add it to BULLA_ALLOW_ACCOUNTS, or under allow.accounts in your own bulla configuration',
    )
  }
}

/** Also for addresses that the user named. @throws {@link KeyError} `ERR_NOT_ALLOWED` */
export function checkAddress({ username, password, protocol }: URL): void {
  if (username !== '' || password !== '') {
    throw notAllowed('the address of a key service holds a user name', 'remove everything before the @')
  }
  if (protocol !== 'https:' && protocol !== 'http:') {
    throw notAllowed('the address of a key service is neither https nor http', 'correct the address of the key')
  }
}

/** Every way in which this address may be among those that the user allows. */
function namesOf({ protocol, hostname, port }: URL): string[] {
  const isPlain = protocol === 'http:'
  const names = [hostname, `${hostname}:${port === '' ? (isPlain ? 80 : 443) : port}`]
  const plain = isPlain ? names.map((name) => `http://${name}`) : []
  return isPlain && !LOOPBACK.test(hostname) ? plain : [...names, ...plain]
}

function notAllowed(message: string, hint: string): KeyError {
  return new KeyError('ERR_NOT_ALLOWED', message, { hint })
}
