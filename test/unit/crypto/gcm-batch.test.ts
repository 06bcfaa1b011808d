import { createCipheriv, createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { asDataKey } from '../../../src/crypto/data-key.ts'
import { GcmBatch } from '../../../src/crypto/gcm-batch.ts'

const KEY = bytesOf('key', 32)

/** Texts that make a batch large. */
const ENOUGH = 200

interface Text {
  readonly iv: Uint8Array
  readonly aad: Uint8Array
  readonly data: Uint8Array
}

/** Every length around the edges of blocks, for IV, AAD and data. */
const TEXTS: readonly Text[] = [1, 11, 12, 13, 15, 16, 17, 31, 32, 33, 64, 128].flatMap((ivLength) =>
  [0, 1, 15, 16, 17, 48, 100].flatMap((aadLength) =>
    [0, 1, 15, 16, 17, 31, 32, 33, 1000].map((dataLength) => ({
      iv: bytesOf('iv', ivLength),
      aad: bytesOf('aad', aadLength),
      data: bytesOf('data', dataLength),
    })),
  ),
)

describe('a batch of texts', () => {
  it('is sealed as OpenSSL seals each of them, and opened again', () => {
    const batch = new GcmBatch(asDataKey(KEY.slice()))
    const indexes = TEXTS.map((text) => add(batch, text))
    batch.seal()
    const expected = TEXTS.map(sealedByOpenssl)
    expect(indexes.map((index) => batch.data(index).toString('hex'))).toEqual(expected.map(({ data }) => data))
    expect(indexes.map((index) => tagOf(batch, index))).toEqual(expected.map(({ tag }) => tag))
    expect(batch.open()).toEqual(TEXTS.map(() => true))
    const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
    expect(indexes.map((index) => hex(batch.data(index)))).toEqual(TEXTS.map(({ data }) => hex(data)))
  })

  it('gives the same bytes in WebAssembly, where there are many texts, and without it', () => {
    const texts = fc.array(
      fc.record({ iv: fc.uint8Array({ minLength: 1, maxLength: 70 }), aad: bytes(), data: bytes() }),
      {
        minLength: 1,
        maxLength: 20,
      },
    )
    fc.assert(
      fc.property(texts, fc.uint8Array({ minLength: 32, maxLength: 32 }), fc.nat(), (some, key, at) => {
        const [few, many] = [new GcmBatch(asDataKey(key.slice())), new GcmBatch(asDataKey(key.slice()))]
        for (const text of some) add(few, text)
        for (let count = 0; count < ENOUGH; count += 1) add(many, some[count % some.length] as Text)
        few.seal()
        many.seal()
        const { length } = few.arena
        expect(many.arena.bytes.subarray(0, length)).toEqual(few.arena.bytes.subarray(0, length))
        for (const { arena } of [few, many]) arena.bytes[at % length] = (arena.bytes[at % length] ?? 0) ^ 1
        const opened = few.open()
        expect(opened.filter((isOpen) => !isOpen)).toHaveLength(1)
        expect(many.open()).toEqual(Array.from({ length: ENOUGH }, (_, index) => opened[index] ?? true))
        expect(some.map((_, index) => many.data(index))).toEqual(some.map((_, index) => few.data(index)))
      }),
      { numRuns: process.env['SLOW'] ? 2000 : 50 },
    )
  })

  it('has room for a larger batch after a smaller one', () => {
    for (const size of [ENOUGH, ENOUGH * 100, ENOUGH]) {
      const batch = new GcmBatch(asDataKey(KEY.slice()))
      const text: Text = { iv: bytesOf('iv', 32), aad: bytesOf('aad', 20), data: bytesOf('data', 24) }
      for (let count = 0; count < size; count += 1) add(batch, text)
      batch.seal()
      expect(batch.open()).toEqual(Array.from({ length: size }, () => true))
      expect(batch.data(size - 1)).toEqual(Buffer.from(text.data))
    }
  })

  it('opens every text but the one whose IV, AAD, data or tag was changed; of that nothing is left', () => {
    const text: Text = { iv: bytesOf('iv', 32), aad: bytesOf('aad', 20), data: bytesOf('data', 24) }
    const size = 32 + 20 + 24 + 16
    for (let changed = 0; changed < size; changed += 1) {
      const batch = new GcmBatch(asDataKey(KEY.slice()))
      for (let count = 0; count < 3; count += 1) add(batch, text)
      batch.seal()
      const at = size + changed
      batch.arena.bytes[at] = (batch.arena.bytes[at] ?? 0) ^ 0x80
      expect(batch.open()).toEqual([true, false, true])
      expect(batch.data(1)).toEqual(Buffer.alloc(24))
      expect(batch.data(2)).toEqual(Buffer.from(text.data))
    }
  })

  it('may be empty', () => {
    const batch = new GcmBatch(asDataKey(KEY.slice()))
    batch.seal()
    expect(batch.open()).toEqual([])
  })
})

function bytes(): fc.Arbitrary<Uint8Array> {
  return fc.uint8Array({ maxLength: 70 })
}

function add(batch: GcmBatch, { iv, aad, data }: Text): number {
  const { arena } = batch
  const start = arena.length
  arena.addBytes(iv)
  const aadStart = arena.length
  arena.addBytes(aad)
  const dataStart = arena.length
  arena.addBytes(data)
  const end = arena.length
  arena.addZeros(16)
  return batch.push(start, aadStart, dataStart, end)
}

function tagOf(batch: GcmBatch, index: number): string {
  const end = batch.dataEnd(index)
  return batch.arena.bytes.toString('hex', end, end + 16)
}

function sealedByOpenssl({ iv, aad, data }: Text): { data: string; tag: string } {
  const cipher = createCipheriv('aes-256-gcm', KEY, iv, { authTagLength: 16 })
  cipher.setAAD(aad)
  const sealed = cipher.update(data)
  cipher.final()
  return { data: sealed.toString('hex'), tag: cipher.getAuthTag().toString('hex') }
}

/** Bytes that look random and are the same in every run. */
function bytesOf(name: string, length: number): Uint8Array {
  const blocks = Array.from({ length: Math.ceil(length / 32) }, (_, index) =>
    createHash('sha256').update(`${name}${length}${index}`).digest(),
  )
  return Buffer.concat(blocks).subarray(0, length)
}
