import type { ServiceEnvironment } from '../services/environment.ts'
import type { HttpRequest } from '../services/http.ts'
import { type TransportReason, transportReason } from '../services/transport-reason.ts'

/** How the last request went. */
export interface FetchRecord {
  host?: string
  /** Of the reply. */
  status?: number | undefined
  /** Why no reply came. */
  failure?: TransportReason | undefined
}

const ANSWER_MS = 10_000
const METHODS: readonly HttpRequest['method'][] = ['GET', 'POST', 'PUT']

/** What the library takes for `fetch`: our own client, with its proxies and limits, and no redirects. */
export function fetchThrough({ http, clock }: ServiceEnvironment, record: FetchRecord) {
  return async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const request = new Request(input, init)
    const method = METHODS.find((name) => name === request.method)
    if (method === undefined) throw new TypeError('a method that key services do not use')
    record.host = new URL(request.url).host
    record.status = undefined
    record.failure = undefined
    const headers = Object.fromEntries(request.headers.entries())
    const content = method === 'GET' ? {} : { body: new Uint8Array(await request.arrayBuffer()) }
    try {
      const reply = await http.send({ method, url: request.url, headers, ...content }, clock.timeout(ANSWER_MS))
      record.status = reply.status
      const hasNoBody = [204, 205, 304].includes(reply.status)
      return new Response(hasNoBody ? null : Buffer.from(reply.body), { status: reply.status, headers: reply.headers })
    } catch (error) {
      record.failure = transportReason(error)
      throw error
    }
  }
}
