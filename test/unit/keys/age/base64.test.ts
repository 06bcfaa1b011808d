import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeStrictBase64, encodeUnpaddedBase64 } from '../../../../src/keys/age/base64.ts'
import { runs } from '../../../helpers/runs.ts'

describe('decodeStrictBase64', () => {
  it('reads exactly the one spelling of any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const padded = Buffer.from(bytes).toString('base64')
        expect(decodeStrictBase64(padded, { padded: true })).toEqual(Buffer.from(bytes))
        const unpadded = encodeUnpaddedBase64(bytes)
        expect(decodeStrictBase64(unpadded, { padded: false })).toEqual(Buffer.from(bytes))
        expect(padded.replace(/=+$/, '')).toBe(unpadded)
      }),
      runs(100),
    )
  })

  it.each(['AA', 'AA=', 'AB==', 'AA===', 'A', 'AA==\n', ' AA==', 'A-A=', 'A_A=', 'AAA=AAAA', 'ÄAA='])(
    'refuses %j with padding',
    (text) => {
      expect(decodeStrictBase64(text, { padded: true })).toBeUndefined()
    },
  )

  it.each(['AA==', 'AB', 'A', 'AAAAA', 'AA\r', 'A-', 'AA A', '='])('refuses %j without padding', (text) => {
    expect(decodeStrictBase64(text, { padded: false })).toBeUndefined()
  })
})
