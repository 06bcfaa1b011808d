/** One request. Bodies are bytes; nothing is encoded or compressed on the way. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT'
  /** Absolute, `https:` or `http:`; it was allowed by the `CallPolicy` before. */
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Uint8Array
  /** PEM of the certificates that are trusted instead of those of the runtime; of the user's own settings only. */
  readonly ca?: string
  /** Never through a proxy: to what only this machine reaches, such as its metadata server. Default: no. */
  readonly isDirect?: boolean
  /** Whether any certificate will do; of the user's own settings only. Default: no. */
  readonly isTrustedBlindly?: boolean
  /** PEM of what this side shows; of the user's own settings only. */
  readonly certificate?: { readonly cert: string; readonly key: string }
}

export interface HttpReply {
  readonly status: number
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

/**
 * The only way to a service: through the proxies that the environment names, never along a redirect, at most 1 MiB back.
 * The platform layer implements it.
 */
export interface HttpClient {
  /**
   * @returns the reply, whatever its status
   * @throws the reason of `signal` when it aborts; else an error whose `code` is one of the runtime (`ENOTFOUND`,
   *   `ECONNRESET`, …) or `ERR_REPLY_TOO_LARGE`. Nothing else of it may be shown: a URL of a proxy can hold a password
   */
  send(request: HttpRequest, signal: AbortSignal): Promise<HttpReply>
}
