import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AgeFileError } from '../../../../src/keys/age/age-file-error.ts'
import { formatHeader, parseHeader, verifyHeader } from '../../../../src/keys/age/header.ts'
import { runs } from '../../../helpers/runs.ts'

const words = fc.stringMatching(/^[!-~]{1,20}$/)
const stanzas = fc.array(
  fc.record({ type: words, args: fc.array(words, { maxLength: 3 }), body: fc.uint8Array({ maxLength: 150 }) }),
  { maxLength: 4 },
)
const fileKey = new Uint8Array(16).fill(7)

describe('an age header', () => {
  it('comes back from formatting, with the payload behind it', () => {
    fc.assert(
      fc.property(stanzas, fc.uint8Array(), (list, payload) => {
        const formatted = formatHeader(list, fileKey)
        const header = parseHeader(Buffer.concat([formatted, payload]))
        expect(header.stanzas).toEqual(list.map((stanza) => ({ ...stanza, body: Buffer.from(stanza.body) })))
        expect(Buffer.from(header.payload)).toEqual(Buffer.from(payload))
        expect(Buffer.from(header.bytes)).toEqual(formatted)
        expect(() => verifyHeader(header, fileKey)).not.toThrow()
      }),
      runs(100),
    )
  })

  it('does not verify with another file key', () => {
    const header = parseHeader(formatHeader([{ type: 'X', args: [], body: new Uint8Array(3) }], fileKey))
    const run = () => verifyHeader(header, new Uint8Array(16))
    expect(run).toThrow(AgeFileError)
    expect(run).toThrow(expect.objectContaining({ stage: 'HMAC' }))
  })

  it('is read from the middle of a larger array', () => {
    const formatted = formatHeader([{ type: 'X', args: ['y'], body: new Uint8Array(3) }], fileKey)
    const larger = Buffer.concat([Buffer.from('garbage'), formatted, Buffer.from('payload')])
    const header = parseHeader(larger.subarray(7))
    expect(Buffer.from(header.payload).toString()).toBe('payload')
    expect(() => verifyHeader(header, fileKey)).not.toThrow()
  })

  it('never shows what it read', () => {
    const secret = 'C4N4RY-in-a-header'
    for (const text of [
      secret,
      `age-encryption.org/v1\n${secret}\n`,
      `age-encryption.org/v1\n-> ${secret}\n${secret}\n`,
    ]) {
      try {
        parseHeader(Buffer.from(text))
        expect.unreachable()
      } catch (error) {
        expect(error).toMatchObject({ stage: 'header' })
        expect(String(error)).not.toContain('C4N4RY')
      }
    }
  })
})
