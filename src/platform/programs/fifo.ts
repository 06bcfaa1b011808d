import { spawnSync } from 'node:child_process'
import { constants, linkSync, mkdirSync, openSync, renameSync, rmSync } from 'node:fs'
import { Socket } from 'node:net'
import { join } from 'node:path'
import { systemCode } from '../files/file-errors.ts'

/** How often is looked for a reader: soon after the last one, less often later. */
const FIRST_LOOK_MS = 1
const LAST_LOOK_MS = 32

/**
 * A pipe with a name that gives its content to everybody who opens it, one after the other.
 *
 * Two pipes take turns under the name. One is looked at for a reader, and let in, only while the other one has the name:
 * a reader that opens the name again, or the next one, can never get into the pipe that is being filled and split the
 * content with the first one, nor can one get it twice. Whoever opens it at the same moment as somebody else can; `--no-fifo`
 * is for programs that do that.
 */
export class Fifo {
  readonly path: string
  private readonly spares: string
  private readonly bytes: Uint8Array
  private readonly writing = new Set<Socket>()
  private shown: string
  private hidden: string
  private made = 0
  private timer: NodeJS.Timeout | undefined

  /**
   * @param folder - only ours; on the file system of `path`
   * @returns undefined where there are no pipes with names, or nothing to make them with: Node cannot
   */
  static make(folder: string, path: string, bytes: Uint8Array): Fifo | undefined {
    if (process.platform === 'win32') return undefined
    const spares = join(folder, 'spares')
    mkdirSync(spares, { mode: 0o700 })
    if (!makePipes([join(spares, '0'), join(spares, '1')])) return undefined
    return new Fifo(path, spares, bytes)
  }

  private constructor(path: string, spares: string, bytes: Uint8Array) {
    this.path = path
    this.spares = spares
    this.bytes = bytes
    this.shown = join(spares, '0')
    this.hidden = join(spares, '1')
    this.show(this.shown)
    this.lookAgain(FIRST_LOOK_MS)
  }

  /** Whoever still reads gets no more. */
  stop(): void {
    clearTimeout(this.timer)
    for (const socket of this.writing) socket.destroy()
  }

  private look(delayMs: number): void {
    const looked = this.shown
    this.show(this.hidden)
    this.shown = this.hidden
    const descriptor = openForReader(looked)
    if (descriptor === undefined) {
      this.hidden = looked
      this.lookAgain(Math.min(delayMs * 2, LAST_LOOK_MS))
      return
    }
    rmSync(looked)
    this.write(descriptor)
    this.made += 1
    this.hidden = join(this.spares, `${this.made + 1}`)
    if (makePipes([this.hidden])) this.lookAgain(FIRST_LOOK_MS)
  }

  private lookAgain(delayMs: number): void {
    this.timer = setTimeout(() => {
      try {
        this.look(delayMs)
      } catch {
        // the program took the folder away: there is nothing left to open
      }
    }, delayMs)
  }

  private show(pipe: string): void {
    const next = join(this.spares, 'next')
    linkSync(pipe, next)
    renameSync(next, this.path)
  }

  private write(descriptor: number): void {
    const socket = new Socket({ fd: descriptor, readable: false, writable: true })
    this.writing.add(socket)
    socket.once('close', () => this.writing.delete(socket))
    // it did not want to read all of it
    socket.on('error', () => socket.destroy())
    socket.write(this.bytes, () => socket.destroy())
  }
}

/** Open a pipe for writing when somebody reads it, which lets them in. */
function openForReader(path: string): number | undefined {
  try {
    return openSync(path, constants.O_WRONLY | constants.O_NONBLOCK)
  } catch (error) {
    if (systemCode(error) === 'ENXIO') return undefined
    throw error
  }
}

function makePipes(paths: readonly string[]): boolean {
  // it needs nothing of our environment, which may hold identities
  const env = { PATH: process.env['PATH'] ?? '' }
  return spawnSync('mkfifo', ['-m', '600', ...paths], { env, stdio: 'ignore' }).status === 0
}
