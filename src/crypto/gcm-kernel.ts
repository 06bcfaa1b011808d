import type { Cipher } from 'node:crypto'
import { bytes as MODULE } from './gcm-kernel.wat'

/** Longer texts and AADs do not go into a batch: for them OpenSSL is faster, and they should not be copied. */
export const LONG_TEXT = 4096
/** For fewer values the kernel is not worth being compiled. */
export const MANY_VALUES = 8
/** Values for the kernel in one call: all of theirs stays in the cache of the processor. */
export const PART = 256

/** Where the tables and masks of the kernel end. */
const OWN_BYTES = 65_920
const PAGE_BYTES = 65_536
const BLOCK_BYTES = 16
/** UTF-8 has at most so many for each unit of UTF-16. */
const UNIT_BYTES = 3
/** Numbers in the list of places for each text. */
export const PLACES = 4
/** Numbers in `shapes` for each of {@link KernelValues}. */
const SHAPE = 4
/** Numbers that the kernel takes for a value to open, and for one to seal. */
const [OPEN_FIELDS, SEAL_FIELDS] = [SHAPE + 1, 3]
const NUMBER_BYTES = 4
const ENCODER = new TextEncoder()

/** Of a sealed value without its data and what stands behind its tag: at most so many. */
const SEALED_BYTES = 'ENC[AES256_GCM,data:,iv:,tag:'.length + 4 + 44 + 24

/** Null when it cannot run here. */
let shared: GcmKernel | null | undefined

/** What gcm-kernel.wat exports; all numbers are addresses in `memory`. */
interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number }
  prepare(subkey: number): void
  count(places: number, end: number, base: number, to: number): number
  seal(places: number, end: number, stream: number): void
  open(places: number, end: number, stream: number): void
  collect(fields: number, end: number, texts: number, aads: number, ivs: number, places: number, to: number): void
  write(fields: number, end: number, places: number, rests: number, to: number): number
  decode(fields: number, end: number, texts: number, aads: number, places: number, to: number): number
  gather(places: number, end: number, to: number): number
}

/** Values to be sealed. */
export interface KernelPlain {
  readonly texts: JoinedTexts
  /** What they are bound to. */
  readonly aads: JoinedTexts
  /** 32 bytes for each. */
  readonly ivs: Uint8Array
  /** What stands behind the tag of each. */
  readonly rests: JoinedTexts
}

/** {@link KernelPlain}, sealed. */
export interface KernelSealed {
  /** All `ENC[…]` texts, one behind the other. */
  readonly text: string
  /** Where each of them ends. */
  readonly ends: readonly number[]
}

/** Sealed values as they are written. */
export interface KernelValues {
  /** All of them, one behind the other, in the form that sops writes. */
  readonly texts: string
  /** What they are bound to. */
  readonly aads: JoinedTexts
  /** For each value: how many characters of base64 its data, its IV and its tag have, and how many stand behind the tag. */
  readonly shapes: readonly number[]
}

/** What {@link KernelValues} opened to. */
export interface KernelOpened {
  /** Their plaintexts, one behind the other. Of one that does not verify: zeros. */
  readonly bytes: Buffer
  /** For each value: 1 when it verifies, else 0; where it starts and ends in `bytes`; one number that says nothing. */
  readonly places: Int32Array
}

/**
 * The work of GCM around AES in WebAssembly. V8 compiles it in half a millisecond, and from the first call it takes about
 * a fifth of the time of JavaScript that V8 has seen for the first time.
 */
export class GcmKernel {
  private readonly exports: Exports
  /** Whose table is in the memory. */
  private cipher: Cipher | undefined
  /** What {@link wipe} has to wipe ends here. */
  private used = 0

  constructor(exports: Exports) {
    this.exports = exports
  }

  /** Compiled once for the process. Undefined where there is no WebAssembly, or none with vectors. */
  static shared(): GcmKernel | undefined {
    shared ??= load()
    return shared ?? undefined
  }

  /**
   * Seal values under one key. What they leave in the memory of the kernel is there until {@link wipe}.
   *
   * @param cipher - AES with the key, block by block; the same one for all values of a file
   */
  sealValues(cipher: Cipher, { texts, aads, ivs, rests }: KernelPlain): KernelSealed {
    const count = texts.sizes.length
    const textBytes = texts.text.length * UNIT_BYTES
    const list = OWN_BYTES
    const places = list + count * SEAL_FIELDS * NUMBER_BYTES
    const text = places + count * PLACES * NUMBER_BYTES
    const aad = text + textBytes
    const iv = aad + aads.text.length * UNIT_BYTES
    const rest = iv + ivs.length
    const work = rest + rests.text.length
    const stream = work + (rest - text) + (count + 1) * BLOCK_BYTES
    const out = stream + textBytes + (count + 1) * 2 * BLOCK_BYTES
    const outBytes = textBytes * 2 + count * SEALED_BYTES + rests.text.length + BLOCK_BYTES
    const memory = this.reserve(out + outBytes)
    this.prepare(cipher, memory, stream)
    const fields = new Int32Array(memory.buffer, list, count * SEAL_FIELDS)
    for (let index = 0; index < count; index += 1) {
      fields[index * SEAL_FIELDS] = texts.sizes[index] ?? 0
      fields[index * SEAL_FIELDS + 1] = aads.sizes[index] ?? 0
      fields[index * SEAL_FIELDS + 2] = rests.sizes[index] ?? 0
    }
    write(texts.text, memory.subarray(text, aad))
    write(aads.text, memory.subarray(aad, iv))
    memory.set(ivs, iv)
    write(rests.text, memory.subarray(rest, work))
    this.exports.collect(list, places, text, aad, iv, places, work)
    const streamEnd = this.exports.count(places, text, 0, stream)
    memory.set(cipher.update(memory.subarray(stream, streamEnd)), stream)
    this.exports.seal(places, text, stream)
    const end = this.exports.write(list, places, places, rest, out)
    const ends = Array.from({ length: count }, (_, index) => fields[index * SEAL_FIELDS] ?? 0)
    return { text: Buffer.from(memory.buffer, out, end - out).toString('latin1'), ends }
  }

  /**
   * Open values under one key. What they leave in the memory of the kernel is there until {@link wipe}.
   *
   * @param cipher - AES with the key, block by block; the same one for all values of a file
   * @returns undefined when one of them cannot be read
   */
  openValues(cipher: Cipher, { texts, aads, shapes }: KernelValues): KernelOpened | undefined {
    const count = aads.sizes.length
    const list = OWN_BYTES
    const places = list + count * OPEN_FIELDS * NUMBER_BYTES
    const text = places + count * PLACES * NUMBER_BYTES
    const aad = text + texts.length
    const out = aad + aads.text.length * UNIT_BYTES
    const stream = out + (out - text) + BLOCK_BYTES
    const memory = this.reserve(stream + texts.length + (count + 1) * 2 * BLOCK_BYTES)
    this.prepare(cipher, memory, stream)
    const fields = new Int32Array(memory.buffer, list, count * OPEN_FIELDS)
    for (let index = 0; index < count; index += 1) {
      const from = index * SHAPE
      const to = index * OPEN_FIELDS
      for (let part = 0; part < SHAPE; part += 1) fields[to + part] = shapes[from + part] ?? 0
      fields[to + SHAPE] = aads.sizes[index] ?? 0
    }
    if (write(texts, memory.subarray(text, aad)) !== texts.length) return undefined
    write(aads.text, memory.subarray(aad, out))
    if (this.exports.decode(list, places, text, aad, places, out) === 0) return undefined
    const streamEnd = this.exports.count(places, text, 0, stream)
    memory.set(cipher.update(memory.subarray(stream, streamEnd)), stream)
    this.exports.open(places, text, stream)
    const outEnd = this.exports.gather(places, text, out)
    return {
      bytes: Buffer.from(memory.subarray(out, outEnd)),
      places: new Int32Array(memory.buffer, places, count * PLACES).slice(),
    }
  }

  private prepare(cipher: Cipher, memory: Uint8Array, at: number): void {
    if (this.cipher === cipher) return
    memory.set(cipher.update(new Uint8Array(BLOCK_BYTES)), at)
    this.exports.prepare(at)
    this.cipher = cipher
  }

  /** Forget all values and keys. */
  wipe(): void {
    this.cipher = undefined
    const memory = new Uint8Array(this.exports.memory.buffer)
    memory.fill(0, 0, PAGE_BYTES)
    memory.fill(0, OWN_BYTES, this.used)
    this.used = 0
  }

  private reserve(size: number): Uint8Array {
    const { memory } = this.exports
    this.used = Math.max(this.used, size)
    const missing = size - memory.buffer.byteLength
    if (missing > 0) memory.grow(Math.ceil(missing / PAGE_BYTES))
    return new Uint8Array(memory.buffer)
  }
}

function load(): GcmKernel | null {
  try {
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(MODULE))
    return new GcmKernel(exports as Exports) // it is our own module
  } catch {
    return null
  }
}

/** Texts one behind the other. */
export interface JoinedTexts {
  readonly text: string
  /** How many bytes each of them has in UTF-8. */
  readonly sizes: readonly number[]
}

/** Join `texts`; undefined when one of them has no form in UTF-8. */
export function joinTexts(texts: readonly string[]): JoinedTexts | undefined {
  const text = texts.join('')
  // one long text is measured in less time than many short ones
  const isAscii = Buffer.byteLength(text) === text.length
  if (isAscii) return { text, sizes: texts.map(({ length }) => length) }
  return texts.every((one) => one.isWellFormed())
    ? { text, sizes: texts.map((one) => Buffer.byteLength(one)) }
    : undefined
}

/** Write `text` as UTF-8. Returns how many bytes that are. */
function write(text: string, to: Uint8Array): number {
  return ENCODER.encodeInto(text, to).written
}
