import type { Cipher } from 'node:crypto'
import { bytes as MODULE } from './gcm-kernel.wat'
import { BLOCK_BYTES } from './ghash.ts'

/** Where the table and the masks of the kernel end. */
const OWN_BYTES = 65_568
const PAGE_BYTES = 65_536
/** Numbers in the list of places for each text, and the bytes of one. */
const [NUMBERS, NUMBER_BYTES] = [4, 4]

/** The types of Node leave out what makes a module run. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object
  readonly Instance: new (module: object) => { readonly exports: object }
}

/** What gcm-kernel.wat exports; all numbers are addresses in `memory`. */
interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number }
  prepare(subkey: number): void
  count(places: number, end: number, base: number, to: number): number
  seal(places: number, end: number, stream: number): void
  open(places: number, end: number, stream: number): void
}

/** Many texts: `places` has four offsets in `bytes` for each, where its IV, AAD and data start, and where the data end. */
export interface KernelTexts {
  readonly bytes: Uint8Array
  readonly places: readonly number[]
  /** Bytes of key stream that all of them take. */
  readonly streamBytes: number
}

/**
 * The work of GCM around AES in WebAssembly. V8 compiles it in half a millisecond, and from the first call it takes about
 * a fifth of the time of JavaScript that V8 has seen for the first time.
 */
export class GcmKernel {
  private readonly exports: Exports

  private constructor(exports: Exports) {
    this.exports = exports
  }

  /** Undefined where there is no WebAssembly, or none with vectors. */
  static load(): GcmKernel | undefined {
    try {
      const { exports } = new WebAssembly.Instance(new WebAssembly.Module(MODULE))
      return new GcmKernel(exports as Exports) // it is our own module
    } catch {
      return undefined
    }
  }

  /**
   * Encrypt texts and write their tags, or decrypt them, in place. Nothing of them is left in the memory of the kernel.
   *
   * @param cipher - AES with the key, block by block
   * @returns whether each verifies; the data of one that does not are zeros. All true for `seal`.
   */
  run(work: 'seal' | 'open', cipher: Cipher, { bytes, places, streamBytes }: KernelTexts): boolean[] {
    const list = OWN_BYTES
    const listEnd = list + places.length * NUMBER_BYTES
    const stream = listEnd + bytes.length
    // the kernel reads whole blocks, also where the key stream has ended
    const memory = this.reserve(stream + streamBytes + BLOCK_BYTES)
    try {
      new Int32Array(memory.buffer, list, places.length).set(places)
      memory.set(bytes, listEnd)
      memory.set(cipher.update(new Uint8Array(BLOCK_BYTES)), stream)
      this.exports.prepare(stream)
      const streamEnd = this.exports.count(list, listEnd, listEnd, stream)
      memory.set(cipher.update(memory.subarray(stream, streamEnd)), stream)
      this.exports[work](list, listEnd, stream)
      bytes.set(memory.subarray(listEnd, listEnd + bytes.length))
      return this.answers(work, new Int32Array(memory.buffer, list, places.length))
    } finally {
      memory.fill(0, 0, PAGE_BYTES)
      memory.fill(0, list, stream + streamBytes)
    }
  }

  private answers(work: 'seal' | 'open', list: Int32Array): boolean[] {
    const answers: boolean[] = []
    for (let at = 0; at < list.length; at += NUMBERS) answers.push(work === 'seal' || list[at] === 1)
    return answers
  }

  private reserve(size: number): Uint8Array {
    const { memory } = this.exports
    const missing = size - memory.buffer.byteLength
    if (missing > 0) memory.grow(Math.ceil(missing / PAGE_BYTES))
    return new Uint8Array(memory.buffer)
  }
}
