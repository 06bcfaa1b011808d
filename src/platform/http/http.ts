import { type ClientRequest, type IncomingMessage, request as plainRequest, type RequestOptions } from 'node:http'
import { request as tlsRequest } from 'node:https'
import type { Socket } from 'node:net'
import { type ConnectionOptions, connect as tlsConnect } from 'node:tls'
import type { HttpClient, HttpReply, HttpRequest } from '../../keys/services/http.ts'
import { systemCode } from '../files/file-errors.ts'
import { proxyFor, proxyHeaders } from './http-proxy.ts'
import { AUTHENTICATION_REQUIRED, openTunnel } from './http-tunnel.ts'
import { TransportError } from './transport-error.ts'

const MAX_REPLY_BYTES = 1024 * 1024

/**
 * Requests over HTTP/1.1. Every one has a connection of its own, closed behind it: nothing keeps the process alive, and
 * nothing is shared between services.
 */
export const nodeHttp: HttpClient = {
  async send(request, signal) {
    signal.throwIfAborted()
    const tunnels: Socket[] = []
    try {
      return await readReply(await sendRequest(request, signal, tunnels))
    } catch (error) {
      if (signal.aborted) throw signal.reason
      throw error instanceof TransportError ? error : new TransportError(systemCode(error))
    } finally {
      // TLS ends with the reply, but not what it went through: the other side may leave that open for ever
      for (const tunnel of tunnels) tunnel.destroy()
    }
  },
}

async function sendRequest(request: HttpRequest, signal: AbortSignal, tunnels: Socket[]): Promise<IncomingMessage> {
  const url = new URL(request.url)
  const proxy = request.isDirect === true ? undefined : proxyFor(url)
  if (url.protocol === 'http:')
    return proxy === undefined
      ? exchange(plainRequest(url, optionsOf(request, signal)), request)
      : askProxy(url, proxy, request, signal)
  const tls = tlsOf(request)
  const options = { ...optionsOf(request, signal), ...tls }
  if (proxy === undefined) return exchange(tlsRequest(url, options), request)
  const socket = await openTunnel(url, proxy, signal)
  tunnels.push(socket)
  const secured = { ...tls, socket, ...serverName(url), ALPNProtocols: ['http/1.1'] }
  const { agent: _, ...withoutAgent } = options // which would make a connection itself
  return exchange(tlsRequest(url, { ...withoutAgent, createConnection: () => tlsConnect(secured) }), request)
}

/** Plain HTTP is not tunnelled: the proxy is told the whole address. */
async function askProxy(url: URL, proxy: URL, request: HttpRequest, signal: AbortSignal): Promise<IncomingMessage> {
  const options = optionsOf(request, signal)
  const headers = { ...options.headers, ...proxyHeaders(proxy), host: url.host }
  const send = proxy.protocol === 'https:' ? tlsRequest : plainRequest
  try {
    const reply = await exchange(send(new URL(proxy.origin), { ...options, headers, path: url.href }), request)
    if (reply.statusCode !== AUTHENTICATION_REQUIRED) return reply
    reply.destroy()
    throw new TransportError('ERR_PROXY_AUTHENTICATION')
  } catch (error) {
    throw signal.aborted ? error : TransportError.ofProxy(error, proxy)
  }
}

function optionsOf({ method, headers, body }: HttpRequest, signal: AbortSignal): RequestOptions & { headers: object } {
  const length = body === undefined ? {} : { 'content-length': body.length }
  return { method, headers: { ...headers, ...length }, signal, agent: false }
}

function tlsOf({ ca, isTrustedBlindly = false, certificate }: HttpRequest): ConnectionOptions {
  return { ...(ca === undefined ? {} : { ca }), ...certificate, rejectUnauthorized: !isTrustedBlindly }
}

/** An address of numbers is not a name that a certificate is asked for by. */
function serverName({ hostname }: URL): ConnectionOptions {
  const isAddress = hostname.startsWith('[') || /^[0-9.]+$/.test(hostname)
  const host = hostname.replaceAll(/[[\]]/g, '')
  return isAddress ? { host } : { host, servername: host }
}

/** However it ends, it ends: what is never answered nor failed would leave the process with nothing to do, as if all were done. */
function exchange(outgoing: ClientRequest, { body }: HttpRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    outgoing.on('error', reject)
    outgoing.on('response', resolve)
    // status 101: another protocol, that nobody asked for
    outgoing.on('upgrade', (_, socket) => {
      socket.destroy()
      reject(new TransportError('ERR_REPLY_UPGRADE'))
    })
    outgoing.on('close', () => reject(new TransportError('ECONNRESET')))
    outgoing.end(body)
  })
}

async function readReply(reply: IncomingMessage): Promise<HttpReply> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of reply as AsyncIterable<Buffer>) {
    size += chunk.length
    // leaving the loop destroys the reply
    if (size > MAX_REPLY_BYTES) throw new TransportError('ERR_REPLY_TOO_LARGE')
    chunks.push(chunk)
  }
  const headers = Object.entries(reply.headers).map(([name, value]) => [name, [value].flat().join(', ')])
  return { status: reply.statusCode ?? 0, headers: Object.fromEntries(headers), body: Buffer.concat(chunks) }
}
