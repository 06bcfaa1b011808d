import { readSync } from 'node:fs'

const CHUNK_BYTES = 64 * 1024

/** Read what does not say how long it is: pipes, devices, files of the kernel. @returns undefined when there is more than that */
export function readStream(descriptor: number, maxBytes: number): Uint8Array | undefined {
  const chunks: Buffer[] = []
  for (let total = 0; total <= maxBytes; ) {
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES)
    const length = readSync(descriptor, chunk)
    if (length === 0) return Buffer.concat(chunks)
    total += length
    chunks.push(chunk.subarray(0, length))
  }
  return undefined
}
