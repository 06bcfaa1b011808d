import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ByteArena } from '../../../src/crypto/byte-arena.ts'
import { encodeText } from '../../../src/format/text.ts'
import { runs } from '../../helpers/runs.ts'

function contents({ bytes, length }: ByteArena): Buffer {
  return Buffer.from(bytes.subarray(0, length))
}

describe('an arena of bytes', () => {
  it('adds texts as they are encoded, bytes as they are, one behind the other', () => {
    const texts = fc.oneof(fc.string(), fc.string({ unit: 'binary', maxLength: 200 }), fc.constant('\udcff'))
    const parts = fc.array(fc.oneof(texts, fc.uint8Array({ maxLength: 200 })))
    fc.assert(
      fc.property(parts, (added) => {
        const arena = new ByteArena(8)
        for (const part of added) typeof part === 'string' ? arena.addText(part) : arena.addBytes(part)
        const expected = added.map((part) => (typeof part === 'string' ? encodeText(part) : part))
        expect(contents(arena)).toEqual(Buffer.concat(expected))
      }),
      runs(100),
    )
  })

  it('adds a part of other bytes', () => {
    const arena = new ByteArena(8)
    arena.addBytes(Buffer.from('0123456789'), 2, 5)
    arena.addBytes(Buffer.alloc(300, 'x'), 100, 200)
    expect(contents(arena).toString()).toBe(`234${'x'.repeat(100)}`)
  })

  it('adds zeros, also where something else was added and taken back', () => {
    const arena = new ByteArena(8)
    arena.addText('secret')
    arena.length = 0
    arena.addZeros(4)
    expect(contents(arena)).toEqual(Buffer.alloc(4))
  })

  it('writes base64 and reads it as Node does', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), fc.string(), (bytes, before) => {
        const arena = new ByteArena(8)
        arena.addAsBase64(Uint8Array.from([1, 2, ...bytes, 3]), 2, 2 + bytes.length)
        const text = Buffer.from(bytes).toString('base64')
        expect(contents(arena).toString()).toBe(text)
        const back = new ByteArena(8)
        expect(back.addBase64(`${before}${text}${before}`, before.length, before.length + text.length)).toBe(
          text !== '',
        )
        expect(contents(back)).toEqual(Buffer.from(bytes))
      }),
      runs(200),
    )
  })

  it('reads no base64 but with its padding, and then adds nothing', () => {
    const close = fc.stringMatching(/^[A-Za-z0-9+/=\-_ \n\u0100\u0141]{0,12}$/)
    fc.assert(
      fc.property(close, (text) => {
        const arena = new ByteArena(8)
        const isBase64 = text !== '' && text.length % 4 === 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(text)
        expect(arena.addBase64(text)).toBe(isBase64)
        expect(contents(arena)).toEqual(isBase64 ? Buffer.from(text, 'base64') : Buffer.alloc(0))
      }),
      { ...runs(500), examples: [['===='], ['A==='], ['AA=='], ['AA=A'], ['Ł'.repeat(4)], ['AAA\u0141']] },
    )
  })
})
