import { systemCode } from '../files/file-errors.ts'

/**
 * Why no reply came. Only a code: what the runtime says of a request or a proxy can hold an address with a password.
 */
export class TransportError extends Error {
  override readonly name = 'TransportError'
  readonly code: string

  /** @param code - of the runtime (`ECONNRESET`, `ENOTFOUND`, …) or of `HttpClient`; empty when there is none */
  constructor(code: string) {
    super('no reply came')
    this.code = code === '' ? 'EPROTO' : code
  }

  /** The same when the proxy was the one that could not be reached, or spoken to. */
  static ofProxy(error: unknown, { protocol }: Pick<URL, 'protocol'>): TransportError {
    if (error instanceof TransportError) return error
    const isConnecting =
      error instanceof Error && 'syscall' in error && /^(?:connect|getaddrinfo)$/.test(`${error.syscall}`)
    if (isConnecting) return new TransportError('ERR_PROXY_UNREACHABLE')
    const code = systemCode(error)
    const isCutOff = ['ECONNRESET', 'EPIPE', 'ETIMEDOUT'].includes(code)
    return new TransportError(protocol === 'https:' && !isCutOff && !code.startsWith('HPE_') ? 'ERR_PROXY_TLS' : code)
  }
}
