/** Why no usable reply came, in our words. */
export interface TransportReason {
  readonly reason: string
  readonly hint: string
  /** Whether another attempt may do better. */
  readonly isTransient: boolean
}

const CHECK_HOST = 'check the address of the service and the network of this machine'
const CHECK_PROXY = 'check HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY'
const TRY_AGAIN = 'check the network, then run the command again'

const lasting = (reason: string, hint = CHECK_HOST): TransportReason => ({ reason, hint, isTransient: false })
const passing = (reason: string, hint = TRY_AGAIN): TransportReason => ({ reason, hint, isTransient: true })

const REASONS: Readonly<Record<string, TransportReason>> = {
  ENOTFOUND: lasting('there is no host of that name (DNS)'),
  EAI_AGAIN: passing('the name of the host could not be looked up (DNS)'),
  ECONNREFUSED: lasting('nothing accepts connections there'),
  ENETUNREACH: lasting('the network cannot be reached'),
  EHOSTUNREACH: lasting('the host cannot be reached'),
  ENETDOWN: lasting('the network is down'),
  EADDRNOTAVAIL: lasting('the network cannot be reached'),
  EACCES: lasting('the system does not allow the connection'),
  ECONNRESET: passing('the connection was cut off'),
  ECONNABORTED: passing('the connection was cut off'),
  EPIPE: passing('the connection was cut off'),
  ETIMEDOUT: passing('no connection came about in time'),
  ERR_REPLY_TOO_LARGE: lasting('the reply is far larger than a reply can be', 'check the address of the service'),
  ERR_PROXY_UNREACHABLE: lasting('the proxy cannot be reached', CHECK_PROXY),
  ERR_PROXY_AUTHENTICATION: lasting('the proxy wants a user and a password', CHECK_PROXY),
  ERR_PROXY_REFUSED: lasting('the proxy does not connect to that host', CHECK_PROXY),
  ERR_PROXY_ADDRESS: lasting(
    'the address of the proxy is no address',
    'check HTTPS_PROXY, HTTP_PROXY and ALL_PROXY; in a password a % is written %25, a @ %40',
  ),
  ERR_PROXY_KIND: lasting(
    'the proxy is of a kind that is not known',
    'name one of HTTP in HTTPS_PROXY and HTTP_PROXY, or the host in NO_PROXY; SOCKS is not spoken',
  ),
  ERR_PROXY_TLS: lasting(
    'the certificate of the proxy is not trusted, or it speaks no TLS',
    'most proxies are named with http://; a certificate authority of your own is named in NODE_EXTRA_CA_CERTS',
  ),
  ERR_INVALID_CHAR: lasting(
    'a credential or setting for it holds a character that cannot be sent',
    'look for line breaks at the end of the variables it comes from',
  ),
  ERR_INVALID_URL: lasting('its address is no address'),
}

const NO_ANSWER = passing('no answer came in time', 'check the network, or give it more time with BULLA_KEY_TIMEOUT')
const NOT_HTTP = lasting('the reply is not HTTP', 'check the address of the service, and whether it is http or https')
const TLS_FAILED = lasting(
  'TLS failed',
  'check whether the address is one of https or http, and what stands in between',
)
const NOT_TRUSTED = lasting(
  'its certificate is not trusted: nobody knows who issued it',
  'name the certificate authority in NODE_EXTRA_CA_CERTS, AWS_CA_BUNDLE or VAULT_CACERT; without one of your own, somebody may be in between',
)
/** By the code of the runtime: what to do differs. */
const CERTIFICATES: readonly (readonly [RegExp, TransportReason])[] = [
  [/^CERT_HAS_EXPIRED$/, lasting('its certificate has expired', 'have it renewed; check the clock of this machine')],
  [/^CERT_NOT_YET_VALID$/, lasting('its certificate is not valid yet', 'check the clock of this machine')],
  [/^(?:ERR_TLS_CERT_ALTNAME_INVALID|HOSTNAME_MISMATCH)$/, lasting('its certificate is for another host')],
  [/^(?:CERT_|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED|INVALID_CA|ERR_TLS_CERT)/, NOT_TRUSTED],
  [/^(?:ERR_TLS_|ERR_SSL_|EPROTO$)/, TLS_FAILED],
]

/**
 * What an error of the transport means: of an `HttpClient`, of the network below an SDK, of a deadline.
 *
 * @returns undefined for any other error
 */
export function transportReason(error: unknown): TransportReason | undefined {
  if (!(error instanceof Error)) return undefined
  if (error.name === 'TimeoutError' || error.name === 'AbortError') return NO_ANSWER
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  const known = Object.hasOwn(REASONS, code) ? REASONS[code] : undefined
  if (known !== undefined) return known
  if (code.startsWith('HPE_') || code === 'ERR_REPLY_UPGRADE') return NOT_HTTP
  return CERTIFICATES.find(([codes]) => codes.test(code))?.[1]
}
