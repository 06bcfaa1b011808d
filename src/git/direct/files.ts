import { closeSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs'
import { sure } from './unsure.ts'

/** A file; undefined when there is none. @throws Unsure when it cannot be read */
export function bytesOf(path: string): Buffer | undefined {
  return unlessMissing(() => readFileSync(path))
}

const SMALL_BYTES = 64 * 1024
let small: Buffer | undefined

/** The same for what is most often small. It holds until the next one is read. */
export function briefBytesOf(path: string): Buffer | undefined {
  small ??= Buffer.allocUnsafeSlow(SMALL_BYTES)
  const bytes = small
  const count = unlessMissing(() => {
    const descriptor = openSync(path, 'r')
    try {
      return readSync(descriptor, bytes)
    } finally {
      closeSync(descriptor)
    }
  })
  if (count === undefined) return undefined
  return count < SMALL_BYTES ? bytes.subarray(0, count) : bytesOf(path)
}

/** The same as text; bytes that are no ASCII come as latin1. */
export function textOf(path: string): string | undefined {
  return bytesOf(path)?.toString('latin1')
}

/** Names in a folder; none when there is no such folder. @throws Unsure when it cannot be read */
export function namesIn(path: string): readonly string[] {
  return unlessMissing(() => readdirSync(path)) ?? []
}

function unlessMissing<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    sure(code === 'ENOENT' || code === 'ENOTDIR')
    return undefined
  }
}
