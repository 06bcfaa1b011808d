import { request as plainRequest } from 'node:http'
import { request as tlsRequest } from 'node:https'
import type { Socket } from 'node:net'
import { proxyHeaders } from './http-proxy.ts'
import { TransportError } from './transport-error.ts'

const OK = 200
/** Only proxies answer with it. */
export const AUTHENTICATION_REQUIRED = 407

/**
 * A connection through a proxy to the host of `url`, by `CONNECT`; what goes through it is encrypted to that host.
 *
 * @throws TransportError `ERR_PROXY_UNREACHABLE`, `ERR_PROXY_TLS`, `ERR_PROXY_AUTHENTICATION`, `ERR_PROXY_REFUSED`
 */
export function openTunnel(url: URL, proxy: URL, signal: AbortSignal): Promise<Socket> {
  const target = `${url.hostname}:${url.port === '' ? 443 : url.port}`
  const send = proxy.protocol === 'https:' ? tlsRequest : plainRequest
  const outgoing = send(new URL(proxy.origin), {
    method: 'CONNECT',
    path: target,
    headers: { host: target, ...proxyHeaders(proxy) },
    agent: false,
    signal,
  })
  return new Promise((resolve, reject) => {
    outgoing.on('error', (error) => reject(TransportError.ofProxy(error, proxy)))
    outgoing.on('response', (reply) => {
      reply.destroy()
      reject(new TransportError('ERR_PROXY_REFUSED'))
    })
    outgoing.on('connect', (reply, socket: Socket) => {
      if (reply.statusCode === OK) return resolve(socket)
      socket.destroy()
      const isUnknown = reply.statusCode === AUTHENTICATION_REQUIRED
      reject(new TransportError(isUnknown ? 'ERR_PROXY_AUTHENTICATION' : 'ERR_PROXY_REFUSED'))
    })
    outgoing.on('close', () => reject(new TransportError('ECONNRESET')))
    outgoing.end()
  })
}
