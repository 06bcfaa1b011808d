import { armor } from 'age-encryption'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AgeFileError } from '../../../../src/keys/age/age-file-error.ts'
import { decodeArmor, encodeArmor } from '../../../../src/keys/age/armor.ts'
import { runs } from '../../../helpers/runs.ts'

const BEGIN = '-----BEGIN AGE ENCRYPTED FILE-----'
const END = '-----END AGE ENCRYPTED FILE-----'

function stageOf(text: string): string {
  try {
    decodeArmor(text)
  } catch (error) {
    expect(error).toBeInstanceOf(AgeFileError)
    return (error as AgeFileError).stage
  }
  return 'no error'
}

describe('age armor', () => {
  it('comes back from encoding, and is written as the age library writes it', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const text = encodeArmor(bytes)
        expect(decodeArmor(text)).toEqual(Buffer.from(bytes))
        expect(text).toBe(armor.encode(bytes))
        expect(text.endsWith(`${END}\n`)).toBe(true)
      }),
      runs(100),
    )
  })

  const body = 'YWdlLWVuY3J5cHRpb24ub3JnL3YxCg=='
  const good = `${BEGIN}\n${body}\n${END}\n`

  it.each([
    ['without the last line feed', good.trimEnd()],
    ['with CRLF', good.replaceAll('\n', '\r\n')],
    ['with white space around it', ` \n\t\n\r\n${good} \n\n`],
    ['with as much white space as is tolerated', `${'\n'.repeat(1024)}${good}${' '.repeat(1023)}`],
  ])('is read %s', (_, text) => {
    expect(Buffer.from(decodeArmor(text)).toString()).toBe('age-encryption.org/v1\n')
  })

  it.each([
    ['nothing', ''],
    ['the first line alone', BEGIN],
    ['no first line', good.slice(BEGIN.length + 1)],
    ['no last line', `${BEGIN}\n${body}\n`],
    ['text before', `x\n${good}`],
    ['text after', `${good}x`],
    ['an indented first line', ` ${good}`],
    ['a blank after the first line', good.replace(BEGIN, `${BEGIN} `)],
    ['a blank after the last line', good.replace(END, `${END} `)],
    ['an empty line', good.replace(body, `\n${body}`)],
    ['a short line that is not the last', `${BEGIN}\nAAAA\n${body}\n${END}\n`],
    ['a long line', `${BEGIN}\n${'A'.repeat(68)}\n${END}\n`],
    ['a blank in a line', good.replace(body, ` ${body}`)],
    ['no padding', good.replace('==', '')],
    ['spare bits', good.replace('Cg==', 'Ch==')],
    ['a carriage return within a line', good.replace('YWdl', 'YWdl\r')],
    ['too much white space before it', `${'\n'.repeat(1025)}${good}`],
    ['too much white space after it', `${good}${' '.repeat(1025)}`],
    ['another kind of PEM', good.replaceAll('AGE ENCRYPTED FILE', 'PGP MESSAGE')],
  ])('is refused with %s', (_, text) => {
    expect(stageOf(text)).toBe('armor')
  })

  it('is refused when it is mostly white space, which is looked at once', () => {
    // an expression that starts again at every blank would look at 5 * 10^13 of them
    expect(stageOf(`${BEGIN}${' '.repeat(10_000_000)}x`)).toBe('armor')
  })
})
