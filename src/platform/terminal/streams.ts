import { fstatSync, readSync, statSync, writeSync } from 'node:fs'
import { FileError } from '../../errors.ts'
import { fileError, systemCode } from '../files/file-errors.ts'

const CHUNK_BYTES = 64 * 1024
const [NULL_DEVICE, END_KEY] = process.platform === 'win32' ? ['\\\\.\\nul', 'Ctrl-Z'] : ['/dev/null', 'Ctrl-D']
const NAMES = { stdin: 'standard input', stdout: 'standard output', stderr: 'standard error' } as const

/** The other end of standard output was closed: there is nobody left to write for. */
export class ClosedPipe extends Error {
  override readonly name = 'ClosedPipe'
}

/**
 * Write to standard output or standard error, completely, before returning. Faster to start than the streams of the
 * process, and nothing is cut off when the process ends right after. What standard error does not take, as nobody reads it
 * any more or it is a log on a disk that is full, is lost: the exit code says the same, and a commit that only has warnings
 * must not fail of them.
 *
 * @throws ClosedPipe when the reader of standard output has gone; FileError `ERR_WRITE`
 */
export function writeTo(stream: 'stdout' | 'stderr', data: Uint8Array | string): void {
  const bytes = typeof data === 'string' ? Buffer.from(data, 'utf8') : data
  const descriptor = stream === 'stdout' ? 1 : 2
  let written = 0
  while (written < bytes.length) {
    try {
      written += writeSync(descriptor, bytes, written)
    } catch (error) {
      const code = systemCode(error)
      if (code !== 'EAGAIN' && stream === 'stderr') return
      if (code === 'EPIPE') throw new ClosedPipe()
      if (code !== 'EAGAIN') throw fileError('ERR_WRITE', 'cannot be written', NAMES[stream], error)
      // a pipe that somebody made non-blocking is full: wait for its reader
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5)
    }
  }
}

/** Whether standard output and standard error go into the same file or pipe. */
export function isOneStream(): boolean {
  try {
    const [out, err] = [fstatSync(1), fstatSync(2)]
    // Windows gives pipes no number
    return out.ino !== 0 && out.ino === err.ino && out.dev === err.dev && !out.isCharacterDevice()
  } catch {
    return false
  }
}

/** Read standard input to its end. @throws FileError `ERR_READ`, also when it is closed */
export async function readStdin(): Promise<Uint8Array> {
  if (wasClosed()) {
    throw new FileError('ERR_READ', 'cannot be read: it is closed', {
      where: { file: NAMES.stdin },
      hint: 'name a file, or give the command something to read',
    })
  }
  if ((await import('node:tty')).isatty(0)) writeTo('stderr', `reading standard input; ${END_KEY} ends it\n`)
  const chunks: Buffer[] = []
  for (;;) {
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES)
    try {
      const length = readSync(0, chunk, 0, CHUNK_BYTES, null)
      if (length === 0) return Buffer.concat(chunks)
      chunks.push(chunk.subarray(0, length))
    } catch (error) {
      const code = systemCode(error)
      if (code === 'EOF') return Buffer.concat(chunks) // Windows, closed pipe
      if (code === 'EAGAIN') return readRest(chunks)
      throw fileError('ERR_READ', 'cannot be read', NAMES.stdin, error)
    }
  }
}

/**
 * Node puts the null device in the place of a stream that is closed, open for both ways, and it reads as empty; what a
 * shell redirects there is open for one way only.
 */
function wasClosed(): boolean {
  try {
    const stats = fstatSync(0)
    if (!stats.isCharacterDevice() || stats.rdev !== statSync(NULL_DEVICE).rdev) return false
    writeSync(0, '\n')
    return true
  } catch {
    return false
  }
}

/** Non-blocking input can only be waited for by the event loop. */
async function readRest(chunks: Buffer[]): Promise<Uint8Array> {
  try {
    for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk))
    return Buffer.concat(chunks)
  } catch (error) {
    throw fileError('ERR_READ', 'cannot be read', NAMES.stdin, error)
  }
}
