import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findJudge } from '../judges.ts'

/** A real OpenBao in memory, on loopback, with a transit engine; for tests that are skipped without it. */
export class OpenBao {
  readonly token = 'C4N4RY-bao-root-token'
  readonly origin: string
  readonly host: string
  private readonly child: ChildProcess
  private readonly folder: string

  private constructor(port: number) {
    this.host = `127.0.0.1:${port}`
    this.origin = `http://${this.host}`
    this.folder = mkdtempSync(join(tmpdir(), 'bulla-bao-'))
    const flags = [
      '-dev',
      '-dev-no-store-token',
      `-dev-root-token-id=${this.token}`,
      `-dev-listen-address=${this.host}`,
    ]
    this.child = spawn(findJudge('bao') ?? 'bao', ['server', ...flags], {
      env: { PATH: process.env['PATH'] ?? '', HOME: this.folder },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
  }

  static async start(): Promise<OpenBao> {
    const bao = new OpenBao(await freePort())
    await bao.untilItSays(/OpenBao server started/)
    await bao.post('sys/mounts/transit', { type: 'transit' })
    return bao
  }

  async createKey(name: string, type: 'aes256-gcm96' | 'rsa-2048' = 'aes256-gcm96'): Promise<void> {
    await this.post(`transit/keys/${name}`, { type })
  }

  async rotateKey(name: string): Promise<void> {
    await this.post(`transit/keys/${name}/rotate`, {})
  }

  /** Any call of its API. @returns what it replies */
  async post(path: string, body: object): Promise<unknown> {
    const reply = await fetch(`${this.origin}/v1/${path}`, {
      method: 'POST',
      headers: { 'x-vault-token': this.token },
      body: JSON.stringify(body),
    })
    if (!reply.ok) throw new Error(`OpenBao answers ${path} with ${reply.status}: ${await reply.text()}`)
    return reply.status === 204 ? undefined : await reply.json()
  }

  stop(): void {
    this.child.kill('SIGKILL')
    rmSync(this.folder, { recursive: true, force: true })
  }

  private untilItSays(pattern: RegExp): Promise<void> {
    return new Promise((resolve, reject) => {
      let said = ''
      const listen = (chunk: Buffer) => {
        said += chunk.toString()
        if (pattern.test(said)) resolve()
      }
      this.child.stdout?.on('data', listen)
      this.child.stderr?.on('data', listen)
      this.child.on('error', reject)
      this.child.on('close', () => reject(new Error(`OpenBao ended: ${said}`)))
    })
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo // it listens on a port, not on a pipe
  await new Promise((resolve) => server.close(resolve))
  return port
}
