import { readSync } from 'node:fs'
import { isatty } from 'node:tty'
import { systemCode } from '../files/file-errors.ts'
import { writeTo } from './streams.ts'
import { askYesOrNo } from './terminal.ts'

/** A line that long is no answer. */
const MAX_LINE_BYTES = 4096

/** See `World.confirm` in `operations/ports.ts`: the person at the terminal is asked, or else who wrote standard input. */
export async function confirm({
  text,
  mayBePiped,
}: {
  text: string
  mayBePiped: boolean
}): Promise<boolean | undefined> {
  if (!mayBePiped || isatty(0)) return askYesOrNo(text)
  for (;;) {
    writeTo('stderr', `${text} (y/n): `)
    const line = readLine()
    writeTo('stderr', '\n')
    if (line === 'y' || line === 'n') return line === 'y'
    if (line === undefined) return undefined
  }
}

/**
 * The next line of standard input; undefined at its end. The last one may have no line break, as `printf y` has none. What
 * is behind the line stays there: `yes` never ends.
 */
function readLine(): string | undefined {
  const bytes: number[] = []
  const byte = Buffer.alloc(1)
  while (bytes.length < MAX_LINE_BYTES) {
    if (readByte(byte) === 0) {
      if (bytes.length === 0) return undefined
      break
    }
    const [value = 0] = byte
    if (value === 0x0a) break
    bytes.push(value)
  }
  return Buffer.from(bytes).toString('latin1').replace(/\r$/, '')
}

function readByte(byte: Buffer): number {
  for (;;) {
    try {
      return readSync(0, byte, 0, 1, null)
    } catch (error) {
      // closed, or a pipe that nobody has written to yet and that somebody made non-blocking
      if (systemCode(error) !== 'EAGAIN') return 0
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20)
    }
  }
}
