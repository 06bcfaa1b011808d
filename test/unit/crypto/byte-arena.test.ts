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
})
