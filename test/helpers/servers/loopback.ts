import { createServer as createPlain, type IncomingMessage, type Server } from 'node:http'
import { createServer as createTls } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { type Fault, inflict } from './faults.ts'

/** A request as a server got it. */
export interface Received {
  readonly method: string
  /** Path and query. */
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: Buffer
}

export interface Answer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
}

export interface LoopbackOptions {
  /** PEM: then it speaks TLS. */
  readonly tls?: { readonly key: string; readonly cert: string }
}

/** A real server on 127.0.0.1 that notes what it is asked, and misbehaves when it is told to. */
export class LoopbackServer {
  /** Every request, in order, also those that met a fault. */
  readonly requests: Received[] = []
  private readonly server: Server
  private readonly sockets = new Set<Socket>()
  private readonly isTls: boolean
  /** Also known when it has stopped. */
  port = 0
  private readonly faults: Fault[] = []
  private lasting: Fault | undefined
  private readonly watchers: (() => void)[] = []

  private constructor(answer: (request: Received) => Answer | Promise<Answer>, { tls }: LoopbackOptions) {
    this.isTls = tls !== undefined
    const handle = async (...[request, reply]: Parameters<Parameters<typeof createPlain>[1] & object>) => {
      const { method = '', url: path = '', headers } = request
      const received = { method, path, headers, body: await buffer(request) }
      this.requests.push(received)
      for (const watcher of this.watchers.splice(0)) watcher()
      const fault = this.faults.shift() ?? this.lasting
      if (fault !== undefined) return inflict(fault, request, reply)
      const { status, headers: own = {}, body } = await answer(received)
      reply.writeHead(status, { 'content-type': 'application/json', ...own })
      reply.end(body)
    }
    const listener = (...both: Parameters<typeof handle>) => {
      // a client that goes away in the middle is what some tests are about
      handle(...both).catch(() => both[1].destroy())
    }
    this.server = tls === undefined ? createPlain(listener) : createTls(tls, listener)
    this.server.on('connection', (socket: Socket) => {
      this.sockets.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => this.sockets.delete(socket))
    })
  }

  /** @param answer - what it replies as long as no fault is due */
  static async start(
    answer: (request: Received) => Answer | Promise<Answer>,
    options: LoopbackOptions = {},
  ): Promise<LoopbackServer> {
    const started = new LoopbackServer(answer, options)
    await new Promise<void>((resolve) => started.server.listen(0, '127.0.0.1', resolve))
    started.port = (started.server.address() as AddressInfo).port // it listens on a port, not on a pipe
    return started
  }

  /** `127.0.0.1:port`, as `BULLA_ALLOW_HOSTS` wants it. */
  get host(): string {
    return `127.0.0.1:${this.port}`
  }

  /** Without a slash at its end. */
  get origin(): string {
    return `${this.isTls ? 'https' : 'http'}://${this.host}`
  }

  /** The next requests meet these faults, one each; those after them are answered. */
  failNext(...faults: readonly Fault[]): void {
    this.faults.push(...faults)
  }

  /** From now on every request meets this fault; undefined ends it. */
  failAlways(fault: Fault | undefined): void {
    this.lasting = fault
  }

  /** Resolves when the next request has come. */
  nextRequest(): Promise<void> {
    return new Promise((resolve) => this.watchers.push(resolve))
  }

  /** Connections that are open at the moment. */
  get connections(): number {
    return this.sockets.size
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy()
    await new Promise((resolve) => this.server.close(resolve))
  }
}

/** As many of the same. */
export function times(count: number, fault: Fault): Fault[] {
  return Array.from({ length: count }, () => fault)
}
