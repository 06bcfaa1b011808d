import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeBase64, formatSealed, looksSealed, parseSealed, sealedType } from '../../../src/format/enc.ts'
import { runs } from '../../helpers/runs.ts'

const SEALED = 'ENC[AES256_GCM,data:07kG5Ts=,iv:AAEC,tag:1GdLTw==,type:str]'

describe('a sealed value', () => {
  it('is read as it was written', () => {
    const bytes = fc.uint8Array({ minLength: 1, maxLength: 40 })
    fc.assert(
      fc.property(bytes, bytes, bytes, fc.constantFrom('str', 'int', 'comment'), (data, iv, tag, type) => {
        const base64 = (part: Uint8Array): string => Buffer.from(part).toString('base64')
        const text = formatSealed(base64(data), base64(iv), base64(tag), type)
        const parsed = parseSealed(text)
        expect([...(parsed?.data ?? [])]).toEqual([...data])
        expect([...(parsed?.iv ?? [])]).toEqual([...iv])
        expect([...(parsed?.tag ?? [])]).toEqual([...tag])
        expect(parsed?.type).toBe(type)
        expect(sealedType(text)).toBe(type)
        expect(looksSealed(text)).toBe(true)
      }),
      runs(100),
    )
  })

  it.each([
    ['text behind it', `${SEALED} rest`, 'str'],
    ['lines behind it', `${SEALED}\n;\n# ]`, 'str'],
    ['a bracket behind it, which goes to the type', `${SEALED}]`, 'str]'],
    ['a CR in its base64', SEALED.replace('iv:AAEC', 'iv:AA\rEC'), 'str'],
    ['a field name in its type', SEALED.replace('type:str', 'type:x,iv:y'), 'x,iv:y'],
  ])('is read with %s, as by sops', (_, text, type) => {
    expect(parseSealed(text)?.type).toBe(type)
  })

  it.each([
    ['a space before it', ` ${SEALED}`],
    ['another algorithm', SEALED.replace('256', '128')],
    ['no data', SEALED.replace('07kG5Ts=', '')],
    ['no tag', SEALED.replace(',tag:1GdLTw==', '')],
    ['fields in another order', 'ENC[AES256_GCM,iv:AAEC,data:AAEC,tag:AAEC,type:str]'],
    ['no bracket', SEALED.slice(0, -1)],
    ['a line break inside', SEALED.replace(',type', '\n,type')],
    ['base64 without padding', SEALED.replace('=,iv', ',iv')],
    ['url-safe base64', SEALED.replace('AAEC', 'AA-_')],
    ['nothing', ''],
  ])('is none with %s', (_, text) => {
    expect(parseSealed(text)).toBeUndefined()
  })

  it('has no type when it is none', () => {
    expect(sealedType('ENC[AES256_GCM,data:x')).toBeUndefined()
    expect(sealedType(',type:str]')).toBeUndefined()
    expect(sealedType('ENC[AES256_GCM,data:\n,type:str]')).toBeUndefined()
  })

  it.each([',iv:', ',tag:', ',type:', ']'])('may repeat %s a million times', (piece) => {
    expect(parseSealed(`ENC[AES256_GCM,data:${piece.repeat(1_000_000)}`)).toBeUndefined()
  })
})

describe('base64', () => {
  it.each([
    ['AA==', [0]],
    ['AB==', [0]],
    ['A\rA=\r=', [0]],
    ['', []],
    ['+/+/', [0xfb, 0xff, 0xbf]],
  ])('%j is read as by Go', (text, bytes) => {
    expect([...(decodeBase64(text) ?? [256])]).toEqual(bytes)
  })

  it.each(['A', 'AA', 'AAA', 'A===', '====', 'AA=A', 'AA==AAAA', 'A A=', 'AA-_'])('%j is none', (text) => {
    expect(decodeBase64(text)).toBeUndefined()
  })
})
