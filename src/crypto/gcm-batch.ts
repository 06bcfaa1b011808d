import { createCipheriv } from 'node:crypto'
import { ByteArena } from './byte-arena.ts'
import { type DataKey, importDataKey } from './data-key.ts'
import { BLOCK_BYTES, Ghash } from './ghash.ts'

export const TAG_BYTES = 16

/** IVs of this length are used as they are, all others are hashed. */
const SHORT_IV_BYTES = 12

/** Where a text stands in the arena; its tag follows `end`. */
interface Place {
  readonly iv: number
  readonly aad: number
  readonly data: number
  readonly end: number
}

/**
 * AES-256-GCM over many short texts under one key, in place.
 *
 * OpenSSL's own GCM takes a cipher object for each text, which costs ten times as much as to encrypt a short one. Here one
 * AES call makes the key stream of all texts, and {@link Ghash} authenticates.
 *
 * @see NIST SP 800-38D, section 7 <https://doi.org/10.6028/NIST.SP.800-38D>
 */
export class GcmBatch {
  /** Takes IV (of any length but zero), AAD, data and tag of each text, in this order. */
  readonly arena = new ByteArena()
  private readonly dataKey: DataKey
  private readonly places: Place[] = []

  constructor(dataKey: DataKey) {
    this.dataKey = dataKey
  }

  /**
   * List what was added to the arena as the next text: where its IV, AAD and data start, and where the data end.
   *
   * @returns its number
   */
  push(iv: number, aad: number, data: number, end: number): number {
    return this.places.push({ iv, aad, data, end }) - 1
  }

  /** The data of text `index`, plain or encrypted. */
  data(index: number): Buffer {
    return this.part(index, ({ data, end }) => [data, end])
  }

  iv(index: number): Buffer {
    return this.part(index, ({ iv, aad }) => [iv, aad])
  }

  tag(index: number): Buffer {
    return this.part(index, ({ end }) => [end, end + TAG_BYTES])
  }

  private part(index: number, span: (place: Place) => [number, number]): Buffer {
    const place = this.places[index]
    if (place === undefined) throw new RangeError('there is no such text in the batch')
    return this.arena.bytes.subarray(...span(place))
  }

  /** Encrypt all texts and fill in their tags. */
  seal(): void {
    if (this.places.length === 0) return
    const { ghash, keystream } = this.start()
    let offset = 0
    for (const place of this.places) {
      this.applyKeystream(place, keystream, offset + BLOCK_BYTES)
      this.authenticate(ghash, place)
      this.exchangeTag(ghash, place.end, keystream, offset)
      offset += bytesOfKeystream(place)
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
    const { ghash, keystream } = this.start()
    let offset = 0
    const verified = this.places.map((place) => {
      this.authenticate(ghash, place)
      const isRight = this.exchangeTag(ghash, place.end, keystream, offset) === 0
      if (isRight) this.applyKeystream(place, keystream, offset + BLOCK_BYTES)
      else this.arena.bytes.fill(0, place.data, place.end)
      offset += bytesOfKeystream(place)
      return isRight
    })
    keystream.fill(0)
    return verified
  }

  private start(): { ghash: Ghash; keystream: Buffer } {
    const cipher = createCipheriv('aes-256-ecb', importDataKey(this.dataKey), null).setAutoPadding(false)
    const ghash = new Ghash(cipher.update(Buffer.alloc(BLOCK_BYTES)))
    return { ghash, keystream: cipher.update(this.counters(ghash)) }
  }

  /** The blocks that give the key stream: one for the tag of each text, then one for every 16 bytes of it. */
  private counters(ghash: Ghash): Buffer {
    const blocks = Buffer.alloc(this.places.reduce((sum, place) => sum + bytesOfKeystream(place), 0))
    const { words } = ghash
    let offset = 0
    for (const place of this.places) {
      this.hashIv(ghash, place)
      const end = offset + bytesOfKeystream(place)
      for (let counter = words[3] ?? 0; offset < end; counter += 1, offset += BLOCK_BYTES) {
        writeWord(blocks, offset, words[0] ?? 0)
        writeWord(blocks, offset + 4, words[1] ?? 0)
        writeWord(blocks, offset + 8, words[2] ?? 0)
        writeWord(blocks, offset + 12, counter)
      }
    }
    return blocks
  }

  private hashIv(ghash: Ghash, { iv, aad }: Place): void {
    const { bytes } = this.arena
    ghash.reset()
    if (aad - iv === SHORT_IV_BYTES) {
      for (const word of [0, 1, 2]) ghash.words[word] = bytes.readInt32BE(iv + word * 4)
      ghash.words[3] = 1
    } else {
      ghash.add(bytes, iv, aad)
      ghash.addLengths(0, aad - iv)
    }
  }

  private authenticate(ghash: Ghash, { aad, data, end }: Place): void {
    const { bytes } = this.arena
    ghash.reset()
    ghash.add(bytes, aad, data)
    ghash.add(bytes, data, end)
    ghash.addLengths(data - aad, end - data)
  }

  /** Write the tag; returns 0 when it stood there before. Takes the same time whatever stood there. */
  private exchangeTag(ghash: Ghash, at: number, keystream: Buffer, offset: number): number {
    const { bytes } = this.arena
    let difference = 0
    for (let index = 0; index < TAG_BYTES; index += 1) {
      const hashed = (ghash.words[index >> 2] ?? 0) >>> (24 - 8 * (index & 3))
      const byte = (hashed ^ (keystream[offset + index] ?? 0)) & 0xff
      difference |= (bytes[at + index] ?? 0) ^ byte
      bytes[at + index] = byte
    }
    return difference
  }

  private applyKeystream({ data, end }: Place, keystream: Buffer, offset: number): void {
    const { bytes } = this.arena
    for (let index = 0; index < end - data; index += 1) {
      bytes[data + index] = (bytes[data + index] ?? 0) ^ (keystream[offset + index] ?? 0)
    }
  }
}

function bytesOfKeystream({ data, end }: Place): number {
  return (1 + Math.ceil((end - data) / BLOCK_BYTES)) * BLOCK_BYTES
}

function writeWord(bytes: Buffer, at: number, word: number): void {
  bytes[at] = word >>> 24
  bytes[at + 1] = word >>> 16
  bytes[at + 2] = word >>> 8
  bytes[at + 3] = word
}
