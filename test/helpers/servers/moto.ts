import { type ChildProcess, spawn } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { createServer } from 'node:net'
import { delimiter, join } from 'node:path'

const COMMAND = 'moto_server'

/**
 * Where somebody else's KMS is: the path in `BULLA_TEST_MOTO`, else `moto_server` on PATH.
 *
 * @returns undefined when there is none: such tests are skipped, see {@link withMoto}
 */
export function findMoto(): string | undefined {
  const named = process.env['BULLA_TEST_MOTO'] ?? ''
  if (named !== '') return named
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '')
  return folders.map((folder) => join(folder, COMMAND)).find(isExecutable)
}

/** The title of a group of tests, with the reason when it will be skipped. */
export function withMoto(title: string): string {
  return findMoto() === undefined
    ? `${title} (skipped: no ${COMMAND} here; "pip install 'moto[server]'" installs it)`
    : title
}

/** A process of moto on loopback. */
export class Moto {
  /** Without a slash at its end. */
  readonly origin: string
  private readonly child: ChildProcess

  private constructor(port: number, child: ChildProcess) {
    this.origin = `http://127.0.0.1:${port}`
    this.child = child
  }

  static async start(): Promise<Moto> {
    const port = await freePort()
    const child = spawn(findMoto() ?? COMMAND, ['-H', '127.0.0.1', '-p', `${port}`], {
      stdio: ['ignore', 'ignore', 'pipe'],
      detached: process.platform !== 'win32',
    })
    await new Promise<void>((resolve, reject) => {
      let said = ''
      child.stderr?.on('data', (chunk: Buffer) => {
        said += chunk.toString()
        if (said.includes('Running on')) resolve()
      })
      child.on('error', reject)
      child.on('exit', () => reject(new Error(`${COMMAND} did not start`)))
    })
    return new Moto(port, child)
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.child.on('exit', resolve))
    // the program on PATH may be a script that starts the real one
    if (this.child.pid !== undefined && process.platform !== 'win32') process.kill(-this.child.pid, 'SIGKILL')
    else this.child.kill('SIGKILL')
    await ended
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('no port is free')
  return address.port
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
