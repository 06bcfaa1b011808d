import type { TokenCredentialOptions } from '@azure/identity'
import type { ServiceEnvironment } from '../services/environment.ts'
import type { HttpRequest } from '../services/http.ts'
import { type TransportReason, transportReason } from '../services/transport-reason.ts'

type LibraryClient = NonNullable<TokenCredentialOptions['httpClient']>
type LibraryRequest = Parameters<LibraryClient['sendRequest']>[0]
type LibraryHeaders = LibraryRequest['headers']

/** How the last request went. */
export interface RequestRecord {
  host?: string
  /** Of the reply. */
  status?: number | undefined
  /** Why no reply came. */
  failure?: TransportReason | undefined
}

const ANSWER_MS = 10_000
/** Metadata servers, which only the machine itself reaches. */
const MACHINE = /^(?:169\.254\.[0-9.]+|127\.[0-9.]+|localhost)$/
const METHODS: readonly HttpRequest['method'][] = ['GET', 'POST', 'PUT']

/** What the library sends its requests with: our own client, with its proxies and limits, and no redirects. */
export function libraryHttp({ http, clock }: ServiceEnvironment, record: RequestRecord): LibraryClient {
  return {
    async sendRequest(request) {
      record.host = new URL(request.url).host
      record.status = undefined
      record.failure = undefined
      const signal = clock.timeout(request.timeout > 0 ? Math.min(request.timeout, ANSWER_MS) : ANSWER_MS)
      try {
        const { status, headers, body } = await http.send(requestOf(request), signal)
        record.status = status
        return { request, status, headers: new Headers(headers), bodyAsText: Buffer.from(body).toString('utf8') }
      } catch (error) {
        record.failure = transportReason(error)
        throw error
      }
    },
  }
}

function requestOf({ method, url, headers, body }: LibraryRequest): HttpRequest {
  const known = METHODS.find((name) => name === method)
  const isPlain = body === undefined || body === null || typeof body === 'string'
  if (known === undefined || !isPlain) throw new TypeError('a request that getting a token does not need')
  const content = typeof body === 'string' ? { body: Buffer.from(body) } : {}
  // of the reply nothing is decompressed
  const kept = Object.entries(headers.toJSON()).filter(([name]) => !/^(?:accept-encoding|content-length)$/i.test(name))
  const isDirect = MACHINE.test(new URL(url).hostname)
  return { method: known, url, headers: Object.fromEntries(kept), isDirect, ...content }
}

/** The library's own kind of headers, which it does not let others make. */
class Headers implements LibraryHeaders {
  private readonly values: Map<string, string>

  constructor(values: Readonly<Record<string, string>>) {
    this.values = new Map(Object.entries(values))
  }

  get(name: string): string | undefined {
    return this.values.get(name.toLowerCase())
  }

  has(name: string): boolean {
    return this.values.has(name.toLowerCase())
  }

  set(name: string, value: string | number | boolean): void {
    this.values.set(name.toLowerCase(), String(value))
  }

  delete(name: string): void {
    this.values.delete(name.toLowerCase())
  }

  toJSON(): Record<string, string> {
    return Object.fromEntries(this.values)
  }

  [Symbol.iterator](): IterableIterator<[string, string]> {
    return this.values.entries()
  }
}
