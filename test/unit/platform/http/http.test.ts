import { readFileSync } from 'node:fs'
import { createServer, request as plainRequest, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { HttpRequest } from '../../../../src/keys/services/http.ts'
import { nodeHttp } from '../../../../src/platform/http/http.ts'
import { expectNoSecret } from '../../../helpers/canary.ts'
import { type Answer, LoopbackServer, type Received } from '../../../helpers/servers/loopback.ts'

const KEYS = join(import.meta.dirname, '../../../../fixtures/keys')
const tls = {
  key: readFileSync(join(KEYS, 'loopback-tls.key'), 'utf8'),
  cert: readFileSync(join(KEYS, 'loopback-tls.pem'), 'utf8'),
}
const never = new AbortController().signal
const stops: (() => Promise<unknown>)[] = []

beforeEach(() => {
  // a proxy of whoever runs the tests
  for (const name of ['http_proxy', 'https_proxy', 'all_proxy', 'no_proxy']) {
    vi.stubEnv(name, '')
    vi.stubEnv(name.toUpperCase(), '')
  }
})

afterEach(async () => {
  vi.unstubAllEnvs()
  await Promise.all(stops.splice(0).map((stop) => stop()))
})

async function serve(
  answer: (request: Received) => Answer = () => ({ status: 200, body: 'hello' }),
  isTls = false,
): Promise<LoopbackServer> {
  const server = await LoopbackServer.start(answer, isTls ? { tls } : {})
  stops.push(() => server.stop())
  return server
}

const get = (url: string): HttpRequest => ({ method: 'GET', url, headers: {} })

async function codeOf(failing: Promise<unknown>): Promise<string> {
  const error: unknown = await failing.then(
    () => 'no error',
    (reason: unknown) => reason,
  )
  expectNoSecret(error)
  return error instanceof Error && 'code' in error ? `${error.code}` : String(error)
}

describe('a request', () => {
  it('goes out as it is, and the reply comes back as it is', async () => {
    const server = await serve(() => ({ status: 418, headers: { 'X-Kind': 'Tea' }, body: Buffer.from([0, 255, 10]) }))
    const body = Buffer.from([1, 2, 254])
    const headers = { 'X-Token': 'abc' }
    const reply = await nodeHttp.send({ method: 'PUT', url: `${server.origin}/a/b?c=%2f`, headers, body }, never)
    expect(server.requests).toMatchObject([{ method: 'PUT', path: '/a/b?c=%2f', headers: { 'x-token': 'abc' }, body }])
    expect(server.requests[0]?.headers['content-length']).toBe('3')
    expect(reply.status).toBe(418)
    expect(reply.headers['x-kind']).toBe('Tea')
    expect([...reply.body]).toEqual([0, 255, 10])
  })

  it('leaves no connection behind', async () => {
    const server = await serve()
    await nodeHttp.send(get(server.origin), never)
    await nodeHttp.send(get(server.origin), never)
    await vi.waitFor(() => expect(server.connections).toBe(0))
    expect(server.requests.map(({ headers }) => headers.connection)).toEqual(['close', 'close'])
  })

  it('does not follow a redirect', async () => {
    const elsewhere = await serve()
    const server = await serve(() => ({ status: 307, headers: { location: `${elsewhere.origin}/` } }))
    expect((await nodeHttp.send(get(server.origin), never)).status).toBe(307)
    expect(elsewhere.requests).toEqual([])
  })

  it('fails with a code only when the connection is reset in the middle of the reply', async () => {
    const server = await serve()
    server.failNext({ kind: 'reset' })
    expect(await codeOf(nodeHttp.send(get(server.origin), never))).toBe('ECONNRESET')
  })

  it('fails when the reply is no HTTP', async () => {
    const server = await serve()
    server.failNext({ kind: 'raw', bytes: 'C4N4RY C4N4RY\r\n\r\n' })
    expect(await codeOf(nodeHttp.send(get(server.origin), never))).toMatch(/^HPE_/)
  })

  it('fails when the reply changes the protocol: waiting for more would never end', async () => {
    const server = await serve()
    const head = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: C4N4RY\r\nConnection: upgrade\r\n\r\n'
    server.failNext({ kind: 'raw', bytes: head })
    expect(await codeOf(nodeHttp.send(get(server.origin), never))).toBe('ERR_REPLY_UPGRADE')
  })

  it('fails when the reply is larger than 1 MiB, announced or not', async () => {
    const server = await serve(() => ({ status: 200, body: Buffer.alloc(1024 * 1024 + 1) }))
    expect(await codeOf(nodeHttp.send(get(server.origin), never))).toBe('ERR_REPLY_TOO_LARGE')
    const most = await serve(() => ({ status: 200, body: Buffer.alloc(1024 * 1024) }))
    expect((await nodeHttp.send(get(most.origin), never)).body.length).toBe(1024 * 1024)
  })

  it('fails when nothing listens there', async () => {
    const server = await serve()
    await server.stop()
    stops.length = 0
    expect(await codeOf(nodeHttp.send(get(server.origin), never))).toBe('ECONNREFUSED')
  })

  it('ends with the reason of the signal when nobody answers', async () => {
    const server = await serve()
    server.failAlways({ kind: 'silence' })
    const controller = new AbortController()
    const reason = new Error('enough')
    const sent = nodeHttp.send(get(server.origin), controller.signal)
    await server.nextRequest()
    controller.abort(reason)
    await expect(sent).rejects.toBe(reason)
    await expect(nodeHttp.send(get(server.origin), controller.signal)).rejects.toBe(reason)
    expect(server.requests).toHaveLength(1)
  })

  it('ends with the reason of the signal in the middle of a reply', async () => {
    const controller = new AbortController()
    const server: Server = createServer((_, reply) => {
      reply.writeHead(200, { 'content-length': 100 })
      reply.write('C4N4RY', () => controller.abort('stop'))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    stops.push(() => new Promise((resolve) => server.close(resolve)))
    const { port } = server.address() as AddressInfo
    await expect(nodeHttp.send(get(`http://127.0.0.1:${port}`), controller.signal)).rejects.toBe('stop')
  })
})

describe('a request with TLS', () => {
  it('trusts the authority that is given, and no other', async () => {
    const server = await serve(undefined, true)
    expect((await nodeHttp.send({ ...get(server.origin), ca: tls.cert }, never)).body.toString()).toBe('hello')
    expect(await codeOf(nodeHttp.send(get(server.origin), never))).toBe('DEPTH_ZERO_SELF_SIGNED_CERT')
  })
})

/** A proxy that notes what it is asked for. */
async function proxy(refuseWith?: number): Promise<{ origin: string; asked: string[]; tunnels: Set<unknown> }> {
  const asked: string[] = []
  const tunnels = new Set<Duplex>()
  const server = createServer((request, reply) => {
    asked.push(`${request.method} ${request.url} ${request.headers['proxy-authorization'] ?? ''}`.trim())
    if (refuseWith !== undefined) {
      reply.writeHead(refuseWith).end('C4N4RY')
      return
    }
    // whatever the name: nothing is looked up
    const there = new URL(request.url ?? '')
    there.hostname = '127.0.0.1'
    const onward = plainRequest(there, { method: request.method ?? 'GET' }, (answer) => {
      reply.writeHead(answer.statusCode ?? 500)
      answer.pipe(reply)
    })
    request.pipe(onward)
  })
  server.on('connect', (request, socket) => {
    asked.push(`CONNECT ${request.url} ${request.headers['proxy-authorization'] ?? ''}`.trim())
    if (refuseWith !== undefined) {
      socket.end(`HTTP/1.1 ${refuseWith} C4N4RY\r\n\r\n`)
      return
    }
    tunnels.add(socket)
    socket.on('end', () => tunnels.delete(socket)) // the client closed it
    // whatever the name: nothing is looked up
    const onward = connect(Number(request.url?.split(':')[1]), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      onward.pipe(socket)
      socket.pipe(onward)
    })
    onward.on('error', () => socket.destroy())
    onward.on('close', () => socket.resume()) // nobody reads it any more, so nobody would see its end
    socket.on('error', () => onward.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  stops.push(() => {
    server.closeAllConnections()
    for (const tunnel of tunnels) tunnel.destroy()
    return new Promise((resolve) => server.close(resolve))
  })
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked, tunnels }
}

describe('a proxy of the environment', () => {
  it('is told the host only when the service speaks TLS', async () => {
    const server = await serve(undefined, true)
    const { origin, asked, tunnels } = await proxy()
    vi.stubEnv('HTTPS_PROXY', origin.replace('://', '://user:p%40ss@'))
    // no certificate is right for a name that is not there; that it is checked, see below
    const request = { ...get(`https://kms.invalid:${server.port}/x`), isTrustedBlindly: true }
    const reply = await nodeHttp.send(request, never)
    expect(reply.body.toString()).toBe('hello')
    expect(server.requests[0]?.path).toBe('/x')
    expect(asked).toEqual([`CONNECT kms.invalid:${server.port} Basic ${Buffer.from('user:p@ss').toString('base64')}`])
    expect(server.requests[0]?.headers).not.toHaveProperty('proxy-authorization')
    // nothing is left that would keep the process alive
    await vi.waitFor(() => expect(tunnels.size).toBe(0))
  })

  it('is told the whole address when it is plain HTTP', async () => {
    const server = await serve()
    const { origin, asked } = await proxy()
    vi.stubEnv('http_proxy', origin)
    const url = `http://kms.invalid:${server.port}/x?y`
    expect((await nodeHttp.send(get(url), never)).body.toString()).toBe('hello')
    expect(asked).toEqual([`GET ${url}`])
  })

  it('still has the certificate of the service checked', async () => {
    const server = await serve(undefined, true)
    vi.stubEnv('HTTPS_PROXY', (await proxy()).origin)
    const request = get(`https://kms.invalid:${server.port}`)
    expect(await codeOf(nodeHttp.send(request, never))).toBe('DEPTH_ZERO_SELF_SIGNED_CERT')
  })

  it('does not make a certificate right that is for another host', async () => {
    const server = await serve(undefined, true)
    vi.stubEnv('HTTPS_PROXY', (await proxy()).origin)
    const request = { ...get(`https://kms.invalid:${server.port}`), ca: tls.cert }
    expect(await codeOf(nodeHttp.send(request, never))).toBe('ERR_TLS_CERT_ALTNAME_INVALID')
    expect(server.requests).toEqual([])
  })

  it('is never told what stays on this machine, which may be a token in clear', async () => {
    const server = await serve()
    const { origin, asked } = await proxy()
    vi.stubEnv('HTTP_PROXY', origin)
    vi.stubEnv('ALL_PROXY', origin)
    expect((await nodeHttp.send(get(server.origin), never)).status).toBe(200)
    expect((await nodeHttp.send(get(`http://localhost:${server.port}`), never)).status).toBe(200)
    expect(asked).toEqual([])
  })

  it.each([
    [407, 'ERR_PROXY_AUTHENTICATION'],
    [403, 'ERR_PROXY_REFUSED'],
  ])('that answers %i is an error of its own', async (status, code) => {
    const server = await serve(undefined, true)
    const { origin } = await proxy(status)
    vi.stubEnv('HTTPS_PROXY', origin.replace('://', '://user:C4N4RYC4N4RY@'))
    expect(await codeOf(nodeHttp.send(get(`https://kms.invalid:${server.port}`), never))).toBe(code)
    expect(server.requests).toEqual([])
  })

  it('that wants a password is an error of its own for plain HTTP too', async () => {
    vi.stubEnv('HTTP_PROXY', (await proxy(407)).origin)
    expect(await codeOf(nodeHttp.send(get('http://kms.invalid/'), never))).toBe('ERR_PROXY_AUTHENTICATION')
  })

  it('that is to speak TLS and does not is not taken for a bad certificate of the service', async () => {
    const { origin } = await proxy()
    vi.stubEnv('HTTPS_PROXY', origin.replace('http:', 'https:'))
    expect(await codeOf(nodeHttp.send(get('https://kms.invalid/'), never))).toBe('ERR_PROXY_TLS')
  })

  it.each([['http'], ['https']])('that cannot be reached is an error of its own (%s)', async (scheme) => {
    const gone = await serve()
    await gone.stop()
    stops.pop()
    vi.stubEnv(`${scheme}_proxy`, gone.origin.replace('://', '://user:C4N4RYC4N4RY@'))
    expect(await codeOf(nodeHttp.send(get(`${scheme}://192.0.2.1/`), never))).toBe('ERR_PROXY_UNREACHABLE')
  })
})
