import { bytes as MODULE } from './age-kernel.wat'

/** See age-kernel.wat for what stands at these addresses. */
const [NONCE, SECRET, SALT, LABEL, TAG, INPUT, OUTPUT] = [832, 1024, 1088, 1152, 1216, 2048, 8192]
/** Where the constants end, and all else begins. */
const OWN_BYTES = 288
/** Longer texts are nothing for the kernel. */
export const MOST_INPUT = 4096
/** What secret, salt and label may have. */
const MOST_KEY = 64
const TAG_BYTES = 16
const MAC_BYTES = 32
/** What the kernel writes behind a text: the rest of a block of the stream, zeros up to a whole block, and one with the length. */
const MOST_BEHIND = 96

interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer }
  mac(secret: number, salt: number, label: number, length: number): void
  seal(secret: number, salt: number, label: number, length: number): void
  open(secret: number, salt: number, label: number, length: number): number
}

/** Of what a key is derived (HKDF with SHA-256, one block). */
export interface KeySource {
  /** Up to 64 bytes, as all of them. */
  readonly secret: Uint8Array
  readonly salt: Uint8Array
  readonly label: string
}

/** Null when it cannot run here. */
let shared: AgeKernel | null | undefined

/**
 * Derives a key and uses it for one small text, in one call. To make and to collect what OpenSSL needs for that (three or four
 * HMACs, keys, a cipher) takes Node ten times as long as the work. Nothing that is secret stays in its memory.
 */
export class AgeKernel {
  private readonly exports: Exports
  private readonly bytes: Buffer

  private constructor() {
    this.exports = new WebAssembly.Instance(new WebAssembly.Module(MODULE)).exports as Exports // it is our own module
    this.bytes = Buffer.from(this.exports.memory.buffer)
  }

  /** Undefined where there is no WebAssembly. */
  static get(): AgeKernel | undefined {
    if (shared !== undefined) return shared ?? undefined
    try {
      shared = new AgeKernel()
    } catch {
      shared = null
    }
    return shared ?? undefined
  }

  /** Whether it can take these. */
  static takes({ secret, salt, label }: KeySource, text: Uint8Array): boolean {
    return Math.max(secret.length, salt.length, label.length + 1) <= MOST_KEY && text.length <= MOST_INPUT
  }

  /** HMAC with SHA-256. @returns 32 bytes */
  mac(source: KeySource, text: Uint8Array): Uint8Array {
    return this.with(source, text, (secret, salt, label) => {
      this.exports.mac(secret, salt, label, text.length)
      return Buffer.from(this.bytes.subarray(TAG, TAG + MAC_BYTES))
    })
  }

  /** ChaCha20-Poly1305 without associated data. @param nonce - 12 bytes @returns the tag comes last */
  seal(source: KeySource, nonce: Uint8Array, text: Uint8Array): Uint8Array {
    return this.with(source, text, (secret, salt, label) => {
      this.bytes.set(nonce, NONCE)
      this.exports.seal(secret, salt, label, text.length)
      const sealed = [this.bytes.subarray(OUTPUT, OUTPUT + text.length), this.bytes.subarray(TAG, TAG + TAG_BYTES)]
      return Buffer.concat(sealed)
    })
  }

  /** Inverse of {@link seal}; undefined when these are not what was sealed. @param sealed - at least 16 bytes */
  open(source: KeySource, nonce: Uint8Array, sealed: Uint8Array): Uint8Array | undefined {
    const length = sealed.length - TAG_BYTES
    return this.with(source, sealed.subarray(0, length), (secret, salt, label) => {
      this.bytes.set(nonce, NONCE)
      this.bytes.set(sealed.subarray(length), TAG)
      if (this.exports.open(secret, salt, label, length) !== 0) return undefined
      return Buffer.from(this.bytes.subarray(OUTPUT, OUTPUT + length))
    })
  }

  private with<Result>(
    { secret, salt, label }: KeySource,
    text: Uint8Array,
    use: (secret: number, salt: number, label: number) => Result,
  ): Result {
    const { bytes } = this
    bytes.set(secret, SECRET)
    bytes.set(salt, SALT)
    // the number of the block stands behind it
    const end = LABEL + bytes.write(label, LABEL, 'latin1')
    bytes[end] = 1
    bytes.set(text, INPUT)
    try {
      return use(secret.length, salt.length, end + 1 - LABEL)
    } finally {
      bytes.fill(0, OWN_BYTES, OUTPUT + text.length + MOST_BEHIND)
    }
  }
}
