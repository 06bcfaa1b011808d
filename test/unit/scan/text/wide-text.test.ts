import { describe, expect, it } from 'vitest'
import { wideText } from '../../../../src/scan/text/wide-text.ts'

const TEXT = 'password = "é…"\n'
const little = (text: string) => Buffer.from(text, 'utf16le')
const big = (text: string) => little(text).swap16()

describe('a text in UTF-16', () => {
  it.each([
    ['with a mark', little(`\ufeff${TEXT}`)],
    ['with a mark, big end first', big(`\ufeff${TEXT}`)],
    ['with a mark and half a letter at its end', Buffer.concat([little(`\ufeff${TEXT}`), Buffer.from('x')])],
    ['without a mark', little(TEXT)],
    ['without a mark, big end first', big(TEXT)],
  ])('is read %s', (_, bytes) => {
    expect(wideText(bytes)).toBe(TEXT)
  })

  it.each([
    ['UTF-8', Buffer.from(TEXT)],
    ['UTF-8 with a mark', Buffer.from(`\ufeff${TEXT}`)],
    ['nothing', Buffer.alloc(0)],
    ['a program', Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 0, 0, 0, 0])],
    ['zeros', Buffer.alloc(64)],
  ])('is not found in %s', (_, bytes) => {
    expect(wideText(bytes)).toBeUndefined()
  })
})
