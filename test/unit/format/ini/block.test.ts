import { describe, expect, it } from 'vitest'
import { applyEdits } from '../../../../src/format/edits.ts'
import { iniStore } from '../../../../src/format/ini/store.ts'
import { failure } from '../../../helpers/failure.ts'
import { branch, list, METADATA, plainTree, str } from '../../../helpers/fake-seal.ts'

const SMALL = branch({ age: list([branch({ enc: str('x\ny\n') })]), mac: str('') })
const BLOCK = '[sops]\nage__list_0__map_enc = x\\ny\\n\nmac                  = \n'
const place = (text: string): string => applyEdits(text, iniStore.parse(text).placeMetadata(SMALL))
const remove = (text: string): string => applyEdits(text, iniStore.parse(text).removeMetadata())

const CASES: readonly (readonly [string, string, string])[] = [
  ['a final line break', 'k = v\n', `k = v\n\n${BLOCK}`],
  ['no final line break', 'k = v', `k = v\n\n${BLOCK.slice(0, -1)}`],
  ['an empty line at the end', 'k = v\n\n', `k = v\n\n\n${BLOCK}`],
  ['nothing', '', BLOCK],
  ['only a byte order mark', '\ufeff', `\ufeff${BLOCK}`],
  ['only a line break', '\n', `\n\n${BLOCK}`],
  ['CRLF', 'k = v\r\n', `k = v\r\n\r\n${BLOCK.replaceAll('\n', '\r\n')}`],
  [
    'CRLF but no final line break',
    'a=1\r\nk = v',
    `a=1\r\nk = v\r\n\r\n${BLOCK.replaceAll('\n', '\r\n').slice(0, -2)}`,
  ],
  ['a CR at the very end', 'k = v\r', `k = v\r\n\n${BLOCK.slice(0, -1)}`],
  ['a backslash at the very end', 'k = v\\', `k = v\\\n\n${BLOCK.slice(0, -1)}`],
  ['a comment at the end', 'k = v\n; c\n', `k = v\n; c\n\n${BLOCK}`],
]

describe('the metadata of an INI file', () => {
  it.each(CASES)('stands at the end of a file with %s, and leaves it again', (_, plain, sealed) => {
    expect(place(plain)).toBe(sealed)
    expect(remove(sealed)).toBe(plain)
    expect(place(sealed)).toBe(sealed)
  })

  it('goes from between other sections', () => {
    expect(remove('[a]\nk = v\n\n[sops]\nmac = x\n\n[b]\nk = v\n')).toBe('[a]\nk = v\n\n[b]\nk = v\n')
    expect(remove('[a]\n[sops]\nmac = x\n[b]\n')).toBe('[a]\n[b]\n')
  })

  it('is read with line breaks as they are written by sops 3.13.0 and by all others', () => {
    for (const enc of ['a\\nb\\n', '"""a\nb\n"""', '`a\nb\n`']) {
      const { metadata } = iniStore.parse(`[sops]\nage__list_0__map_enc = ${enc}\nversion = 3.13.0\n`)
      expect(metadata === undefined ? undefined : plainTree(metadata)).toEqual([
        ['age', [[['enc', 'a\nb\n']]]],
        ['version', '3.13.0'],
      ])
    }
  })

  it('is not a section of the document, and its own comments are nobody else’s', () => {
    const source = iniStore.parse('a=1\n[sops]\n; inside\nmac = x\n')
    expect(source.documents.map(plainTree)).toEqual([[['DEFAULT', [['a', '1']]]]])
    expect(source.lostComments).toEqual([])
  })

  it('is no key before any header', () => {
    expect(iniStore.parse('sops = 1\n').metadata).toBeUndefined()
  })

  it('is written with quotes where go-ini needs them', () => {
    const metadata = branch({ 'a:b': str('x'), encrypted_regex: str('a`b'), plain: str('a;b') })
    expect(applyEdits('', iniStore.parse('').placeMetadata(metadata))).toBe(
      '[sops]\n`a:b`           = x\nencrypted_regex = """a`b"""\nplain           = `a;b`\n',
    )
  })

  it('is refused with a null', () => {
    expect(failure(() => iniStore.parse('').placeMetadata(branch({ a: { kind: 'null' } }))).code).toBe('ERR_EMIT')
  })

  it('is added to a document that is written anew', () => {
    const document = iniStore.withMetadata(branch({ s: branch({ k: str('v') }) }), METADATA)
    expect(iniStore.emit([document])).toContain(
      '[s]\nk = v\n\n[sops]\nage__list_0__map_enc       = -----BEGIN-----\\nYWJj',
    )
    expect(iniStore.reservedName(document)).toBe('sops')
    expect(iniStore.reservedName(branch({ s: branch({ sops: str('') }) }))).toBeUndefined()
  })
})
