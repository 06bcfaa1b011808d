import { systemCode } from './file-errors.ts'

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

  /** The same when the proxy was the one that could not be reached. */
  static ofProxy(error: unknown): TransportError {
    const isConnecting =
      error instanceof Error && 'syscall' in error && /^(?:connect|getaddrinfo)$/.test(`${error.syscall}`)
    return new TransportError(isConnecting ? 'ERR_PROXY_UNREACHABLE' : systemCode(error))
  }
}
