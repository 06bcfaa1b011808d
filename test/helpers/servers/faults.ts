import type { IncomingMessage, ServerResponse } from 'node:http'
import { TLSSocket } from 'node:tls'

/** What a server does instead of answering. */
export type Fault =
  /** As many bytes as it likes of a reply that is announced as longer, then the connection is reset. */
  | { readonly kind: 'reset'; readonly partial?: string }
  /** Takes the request and says nothing. */
  | { readonly kind: 'silence' }
  /** Any reply: throttled, denied, HTML, garbage, truncated. */
  | {
      readonly kind: 'reply'
      readonly status: number
      readonly headers?: Readonly<Record<string, string>>
      readonly body?: string | Uint8Array
    }
  /** Bytes that are not HTTP at all. */
  | { readonly kind: 'raw'; readonly bytes: string }

/** A page as a captive portal or a gateway sends it. */
export const HTML: Fault = {
  kind: 'reply',
  status: 200,
  headers: { 'content-type': 'text/html' },
  body: '<!doctype html><title>Sign in</title><p>C4N4RY-page</p>',
}

export const GARBAGE: Fault = { kind: 'reply', status: 200, body: Buffer.from([0xff, 0, 0x80, 0x7b, 0x22, 0xc3]) }

/** A document that ends in the middle, though the reply as such is whole. */
export const TRUNCATED: Fault = { kind: 'reply', status: 200, body: '{"Plaintext":"C4N4RYC4N4RY' }

export function inflict(fault: Fault, request: IncomingMessage, reply: ServerResponse): void {
  if (fault.kind === 'silence') return
  if (fault.kind === 'raw') {
    request.socket.end(fault.bytes)
  } else if (fault.kind === 'reset') {
    reply.writeHead(200, { 'content-length': 100_000 })
    reply.write(fault.partial ?? '{"Plaintext":"C4N4RY', () => {
      // below TLS there is no handle to reset; without its farewell the end is as sudden
      if (request.socket instanceof TLSSocket) request.socket.destroy()
      else request.socket.resetAndDestroy()
    })
  } else {
    reply.writeHead(fault.status, { ...fault.headers })
    reply.end(fault.body)
  }
}
