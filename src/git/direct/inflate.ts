import { inflateSync } from 'node:zlib'
import { bytes as MODULE } from './inflate-kernel.wat'

/** See inflate-kernel.wat for what stands at this address. */
const INPUT = 5120
/** What has to stand behind input and output. */
const SLACK = 8
const PAGE_BYTES = 65_536
/** From here on, zlib is faster than what loading it takes. */
const MOST_INPUT = 65_536
/** Most texts are no larger than so many times what they are compressed. */
const USUAL_RATIO = 5

interface Kernel {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number }
  inflate(length: number, start: number, most: number): number
}

/** What the kernel says of bytes that are not whole; -2 when more comes of them. */
const WRONG = -1
let known: Kernel | undefined | 'none'

/**
 * Undo zlib's compression. In WebAssembly where that is possible: a hook reads a few small objects, and Node takes longer to load zlib,
 * with the streams it is made of, than git takes for all of them.
 *
 * @param packed - bytes behind its end do not count
 * @param most - of bytes that may come of it
 * @throws Error when it is not whole, or more comes of it
 */
export function inflate(packed: Uint8Array, most: number): Buffer {
  if (known === undefined) known = load() ?? 'none'
  if (known === 'none' || packed.length > MOST_INPUT) return inflateSync(packed, { maxOutputLength: Math.max(most, 1) })
  for (let size = Math.min(packed.length * USUAL_RATIO, most); ; size = Math.min(size * USUAL_RATIO, most)) {
    const result = run(known, packed, size)
    if (typeof result !== 'number') return result
    if (result === WRONG || size === most) throw new Error('these bytes are not what zlib makes')
  }
}

function run({ memory, inflate: undo }: Kernel, packed: Uint8Array, most: number): Buffer | number {
  const start = INPUT + packed.length + SLACK
  const missing = start + most + SLACK - memory.buffer.byteLength
  if (missing > 0) memory.grow(Math.ceil(missing / PAGE_BYTES))
  new Uint8Array(memory.buffer).set(packed, INPUT)
  const length = undo(packed.length, start, start + most)
  return length < 0 ? length : Buffer.from(memory.buffer.slice(start, start + length))
}

/** Undefined where there is no WebAssembly. */
function load(): Kernel | undefined {
  try {
    return new WebAssembly.Instance(new WebAssembly.Module(MODULE)).exports as Kernel // it is our own module
  } catch {
    return undefined
  }
}
