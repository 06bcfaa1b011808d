import { type Cipher, createCipheriv } from 'node:crypto'
import { ByteArena } from './byte-arena.ts'
import { type DataKey, importDataKey } from './data-key.ts'
import { GcmKernel } from './gcm-kernel.ts'
import { BLOCK_BYTES, Ghash } from './ghash.ts'

export const TAG_BYTES = 16

/** IVs of this length are used as they are, all others are hashed. */
const SHORT_IV_BYTES = 12

/** For fewer texts the kernel is not worth being compiled. */
const MANY_TEXTS = 8
/** Kept for the next batch; null when it cannot run here. */
let kernel: GcmKernel | null | undefined

/** Offsets in the arena that tell where a text stands: its IV, AAD and data start, its data end. The tag follows. */
const [IV, AAD, DATA, END, OFFSETS] = [0, 1, 2, 3, 4]

/**
 * AES-256-GCM over many short texts under one key, in place.
 *
 * OpenSSL's own GCM takes a cipher object for each text, which costs ten times as much as to encrypt a short one. Here one
 * AES call makes the key stream of all texts. Of many texts, {@link GcmKernel} does the rest; of few, {@link Ghash}.
 *
 * @see NIST SP 800-38D, section 7 <https://doi.org/10.6028/NIST.SP.800-38D>
 */
export class GcmBatch {
  /** Takes IV (of any length but zero), AAD, data and tag of each text, in this order. */
  readonly arena = new ByteArena(2048)
  private readonly dataKey: DataKey
  /** {@link OFFSETS} numbers for each text: objects would cost more than what is done with most texts. */
  private readonly places: number[] = []

  constructor(dataKey: DataKey) {
    this.dataKey = dataKey
  }

  /**
   * List what was added to the arena as the next text: where its IV, AAD and data start, and where the data end.
   *
   * @returns its number
   */
  push(iv: number, aad: number, data: number, end: number): number {
    return this.places.push(iv, aad, data, end) / OFFSETS - 1
  }

  /** The data of text `index`, plain or encrypted. */
  data(index: number): Buffer {
    return this.arena.bytes.subarray(this.dataStart(index), this.dataEnd(index))
  }

  /** Where they start in the arena. */
  dataStart(index: number): number {
    return this.offset(index * OFFSETS + DATA)
  }

  /** Where they end, and the tag starts. */
  dataEnd(index: number): number {
    return this.offset(index * OFFSETS + END)
  }

  ivStart(index: number): number {
    return this.offset(index * OFFSETS + IV)
  }

  ivEnd(index: number): number {
    return this.offset(index * OFFSETS + AAD)
  }

  private offset(at: number): number {
    const offset = this.places[at]
    if (offset === undefined) throw new RangeError('there is no such text in the batch')
    return offset
  }

  /** Encrypt all texts and fill in their tags. */
  seal(): void {
    if (this.places.length === 0 || this.runKernel('seal') !== undefined) return
    const { places } = this
    const { ghash, keystream, bytes } = this.start()
    for (let place = 0, offset = 0; place < places.length; place += OFFSETS) {
      const [data, end] = [places[place + DATA] as number, places[place + END] as number]
      combine(bytes, data, end, keystream, offset + BLOCK_BYTES)
      this.authenticate(ghash, place)
      exchangeTag(ghash, bytes, end, keystream, offset)
      offset += keystreamBytes(end - data)
    }
    keystream.fill(0)
  }

  /**
   * Decrypt all texts.
   *
   * @returns whether each verifies; the data of one that does not are zeros
   */
  open(): boolean[] {
    if (this.places.length === 0) return []
    return this.runKernel('open') ?? this.openHere()
  }

  private openHere(): boolean[] {
    const { places } = this
    const { ghash, keystream, bytes } = this.start()
    const verified: boolean[] = []
    for (let place = 0, offset = 0; place < places.length; place += OFFSETS) {
      const [data, end] = [places[place + DATA] as number, places[place + END] as number]
      this.authenticate(ghash, place)
      const isRight = exchangeTag(ghash, bytes, end, keystream, offset) === 0
      if (isRight) combine(bytes, data, end, keystream, offset + BLOCK_BYTES)
      else bytes.fill(0, data, end)
      verified.push(isRight)
      offset += keystreamBytes(end - data)
    }
    keystream.fill(0)
    return verified
  }

  /** Undefined when it is not worth it, or cannot run. */
  private runKernel(work: 'seal' | 'open'): boolean[] | undefined {
    if (this.places.length < MANY_TEXTS * OFFSETS) return undefined
    kernel ??= GcmKernel.load() ?? null
    return kernel?.run(work, this.aes(), {
      bytes: this.arena.bytes.subarray(0, this.arena.length),
      places: this.places,
      streamBytes: this.streamBytes(),
    })
  }

  private start() {
    const aes = this.aes()
    const ghash = new Ghash(aes.update(Buffer.alloc(BLOCK_BYTES)))
    return { ghash, keystream: aes.update(this.counters(ghash)), bytes: this.arena.bytes }
  }

  private aes(): Cipher {
    return createCipheriv('aes-256-ecb', importDataKey(this.dataKey), null).setAutoPadding(false)
  }

  private streamBytes(): number {
    const { places } = this
    let size = 0
    for (let place = 0; place < places.length; place += OFFSETS) {
      size += keystreamBytes((places[place + END] as number) - (places[place + DATA] as number))
    }
    return size
  }

  /** The blocks that give the key stream of all texts. */
  private counters(ghash: Ghash): Uint8Array {
    const { places } = this
    const blocks = new DataView(new ArrayBuffer(this.streamBytes()))
    const { words } = ghash
    for (let place = 0, offset = 0; place < places.length; place += OFFSETS) {
      this.hashIv(ghash, places[place + IV] as number, places[place + AAD] as number)
      const end = offset + keystreamBytes((places[place + END] as number) - (places[place + DATA] as number))
      for (let counter = words[3] as number; offset < end; counter += 1, offset += BLOCK_BYTES) {
        blocks.setInt32(offset, words[0] as number)
        blocks.setInt32(offset + 4, words[1] as number)
        blocks.setInt32(offset + 8, words[2] as number)
        blocks.setInt32(offset + 12, counter)
      }
    }
    return new Uint8Array(blocks.buffer)
  }

  private hashIv(ghash: Ghash, start: number, end: number): void {
    const { bytes } = this.arena
    ghash.reset()
    if (end - start === SHORT_IV_BYTES) {
      for (const word of [0, 1, 2]) ghash.words[word] = bytes.readInt32BE(start + word * 4)
      ghash.words[3] = 1
    } else {
      ghash.add(bytes, start, end)
      ghash.addLengths(0, end - start)
    }
  }

  private authenticate(ghash: Ghash, place: number): void {
    const { places } = this
    const { bytes } = this.arena
    const [aad, data, end] = [
      places[place + AAD] as number,
      places[place + DATA] as number,
      places[place + END] as number,
    ]
    ghash.reset()
    ghash.add(bytes, aad, data)
    ghash.add(bytes, data, end)
    ghash.addLengths(data - aad, end - data)
  }
}

/** Of a text of so many bytes: one block for its tag, then one for every 16 bytes. */
function keystreamBytes(length: number): number {
  return BLOCK_BYTES + ((length + BLOCK_BYTES - 1) & -BLOCK_BYTES)
}

/** Write the tag; returns 0 when it stood there before. Takes the same time whatever stood there. */
function exchangeTag({ words }: Ghash, bytes: Uint8Array, at: number, keystream: Uint8Array, offset: number): number {
  let difference = 0
  for (let index = 0; index < TAG_BYTES; index += 1) {
    const hashed = (words[index >> 2] as number) >>> (24 - 8 * (index & 3))
    const byte = (hashed ^ (keystream[offset + index] as number)) & 0xff
    difference |= (bytes[at + index] as number) ^ byte
    bytes[at + index] = byte
  }
  return difference
}

function combine(bytes: Uint8Array, start: number, end: number, keystream: Uint8Array, offset: number): void {
  for (let at = start, from = offset; at < end; at += 1, from += 1) {
    bytes[at] = (bytes[at] as number) ^ (keystream[from] as number)
  }
}
