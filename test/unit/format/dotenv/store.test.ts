import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dotenvStore } from '../../../../src/format/dotenv/store.ts'
import { applyEdits } from '../../../../src/format/edits.ts'
import { decodeText, encodeText } from '../../../../src/format/text.ts'
import type { Branch, Node } from '../../../../src/format/tree.ts'
import { expectNoSecret, MARKER } from '../../../helpers/canary.ts'
import { failure } from '../../../helpers/failure.ts'
import {
  branch,
  fakeEnc,
  fakeSeal,
  list,
  METADATA,
  openFirst,
  plainTree,
  readTree,
  str,
  thereAndBack,
} from '../../../helpers/fake-seal.ts'
import { runs } from '../../../helpers/runs.ts'

const read = (text: string): unknown => readTree(dotenvStore, text)
const remove = (text: string): string => applyEdits(text, dotenvStore.parse(text).removeMetadata())
const place = (text: string): string =>
  applyEdits(text, dotenvStore.parse(text).placeMetadata(branch({ a: str('x\ny'), b: str('') })))

describe('a dotenv text', () => {
  it.each([
    ['nothing', '', []],
    ['only empty lines', '\n\n', []],
    [
      'keys twice',
      'A=1\nA=2',
      [
        ['A', '1'],
        ['A', '2'],
      ],
    ],
    ['comments', '# c\n#\n##x\n', [{ comment: ' c' }, { comment: '' }, { comment: '#x' }]],
    ['nothing trimmed', 'export A = "q" # r \n', [['export A ', ' "q" # r ']]],
    ['a sign later on the line', 'A=b=c', [['A', 'b=c']]],
    ['an empty key', '=b', [['', 'b']]],
    ['an escaped line break', 'A=x\\ny\\\\n', [['A', 'x\ny\\\n']]],
    ['CRLF', 'A=1\r\n#c\r\n', [['A', '1\r'], { comment: 'c\r' }]],
    ['a byte order mark', '\ufeffA=1', [['\ufeffA', '1']]],
    ['the key sops', 'sops=1', [['sops', '1']]],
  ])('with %s is read as sops does', (_, text, tree) => {
    expect(read(text)).toEqual(tree)
  })

  it('keeps bytes that are not UTF-8', () => {
    const bytes = Uint8Array.from(Buffer.from('A=\xff\xfe\n', 'latin1'))
    expect(encodeText(thereAndBack(dotenvStore, decodeText(bytes)))).toEqual(Buffer.from(bytes))
  })

  it.each([
    ['A=1\nB\n', 2],
    ['A=1\n\n  \n', 3],
    ['\r\n', 1],
  ])('is refused with a line that has no sign: %j', (text, line) => {
    expect(failure(() => dotenvStore.parse(text))).toMatchObject({ code: 'ERR_SYNTAX', where: { line, column: 1 } })
  })

  it('never shows the line that it refuses', () => {
    const error = failure(() => dotenvStore.parse(`A=1\n${MARKER}-secret-line`))
    expect(error.code).toBe('ERR_SYNTAX')
    expectNoSecret(error)
  })

  it('does not reach a prototype', () => {
    expect(read('__proto__=1\nconstructor=2')).toEqual([
      ['__proto__', '1'],
      ['constructor', '2'],
    ])
  })
})

describe('the metadata of a dotenv file', () => {
  it.each([
    ['a final line break', 'A=1\n', 'A=1\nsops_a=x\\ny\nsops_b=\n'],
    ['no final line break', 'A=1', 'A=1\nsops_a=x\\ny\nsops_b='],
    ['nothing', '', 'sops_a=x\\ny\nsops_b=\n'],
    ['an empty line at the end', 'A=1\n\n', 'A=1\n\nsops_a=x\\ny\nsops_b=\n'],
    ['CRLF, of which it takes none', 'A=1\r\n', 'A=1\r\nsops_a=x\\ny\nsops_b=\n'],
    ['a CR at the very end', 'A=1\r', 'A=1\r\nsops_a=x\\ny\nsops_b='],
  ])('stands at the end of a file with %s, and leaves it again', (_, plain, sealed) => {
    expect(place(plain)).toBe(sealed)
    expect(remove(sealed)).toBe(plain)
    expect(place(sealed)).toBe(sealed)
  })

  it('is read wherever its lines stand, and gathered when it is written', () => {
    const text = 'sops_version=3.0.0\nA=1\nsops_age__list_0__map_enc=x\\ny\nsops_mac=m\nB=2'
    const source = dotenvStore.parse(text)
    expect(source.metadata === undefined ? undefined : plainTree(source.metadata)).toEqual([
      ['version', '3.0.0'],
      ['age', [[['enc', 'x\ny']]]],
      ['mac', 'm'],
    ])
    expect(place(text)).toBe('A=1\nsops_a=x\\ny\nsops_b=\nB=2')
    expect(remove(text)).toBe('A=1\nB=2')
  })

  it.each(['sops_a=1\nsops_a=2', 'sops_a=1\nsops_a__map_b=2', 'sops_a__list_1=x'])(
    'is refused when broken: %j',
    (text) => {
      expect(failure(() => dotenvStore.parse(text)).code).toBe('ERR_METADATA')
    },
  )
})

describe('sealing and opening a dotenv file', () => {
  it('changes only values and comments', () => {
    const { text } = fakeSeal(dotenvStore, '# c\n\nexport A="x"\nB=\n')
    expect(text.split('sops_')[0]).toBe(`#${fakeEnc(0, 'comment')}\n\nexport A=${fakeEnc(1, 'str')}\nB=\n`)
  })

  it('gives every file back byte for byte, whatever is sealed', () => {
    const piece = fc.constantFrom(
      'A',
      '=',
      '=',
      '#',
      '\n',
      '\n',
      '\\n',
      '\\',
      '\r',
      '\r\n',
      ' ',
      'é',
      '\udcff',
      '"',
      '\ufeff',
      'sops',
      'A=1\n',
      '# c\n',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 25 }), fc.infiniteStream(fc.boolean()), (pieces, choice) => {
        const text = pieces.join('').replace(/^(?!#)[^=\n]+$/gm, (line) => `${line}=`)
        const chosen = [...choice.take(30)]
        expect(thereAndBack(dotenvStore, text, (index) => chosen[index] ?? true)).toBe(text)
      }),
      runs(300),
    )
  })

  it.each<[string, Node, string]>([
    ['a line break', str('a\nB=evil'), 'a\\nB=evil'],
    ['an integer', { kind: 'scalar', type: 'int', value: '5' }, '5'],
    ['a float', { kind: 'scalar', type: 'float', value: '1' }, '1.0'],
    ['a truth value', { kind: 'scalar', type: 'bool', value: 'False' }, 'false'],
  ])('writes %s on one line', (_, leaf, text) => {
    if (leaf.kind !== 'scalar') throw new Error('no scalar')
    expect(openFirst(dotenvStore, `A=${fakeEnc(0, 'str')}\nC=1`, leaf)).toBe(`A=${text}\nC=1`)
  })

  it('refuses a comment that would become a key', () => {
    const leaf = { kind: 'comment', text: 'a\nB=evil', inline: false } as const
    const error = failure(() => openFirst(dotenvStore, `A=1\n#${fakeEnc(0, 'comment')}\n`, leaf))
    expect(error).toMatchObject({ code: 'ERR_EMIT', where: { line: 2, column: 2 } })
  })

  it('refuses a comment where a value stands', () => {
    const leaf = { kind: 'comment', text: 'a', inline: false } as const
    expect(failure(() => openFirst(dotenvStore, `A=${fakeEnc(0, 'comment')}`, leaf)).code).toBe('ERR_EMIT')
  })
})

describe('writing dotenv', () => {
  const emit = (document: Branch): string => dotenvStore.emit([document])

  it('is byte for byte what sops writes', () => {
    const document: Branch = {
      kind: 'branch',
      items: [
        { kind: 'comment', text: ' c', inline: true },
        { kind: 'entry', key: 'A', value: str('x\ny') },
        { kind: 'entry', key: 'A', value: { kind: 'scalar', type: 'float', value: '1000000' } },
        { kind: 'entry', key: 'T', value: { kind: 'scalar', type: 'time', value: '2026-01-02T03:04:05.678+02:00' } },
      ],
    }
    expect(emit(document)).toBe('# c\nA=x\\ny\nA=1E+06\nT=2026-01-02T03:04:05+02:00\n')
  })

  it.each<[string, Branch, readonly string[]]>([
    ['a list', branch({ a: list([]) }), ['a']],
    ['a mapping', branch({ a: branch({}) }), ['a']],
    ['null', branch({ a: { kind: 'null' } }), ['a']],
    ['a key with a sign', branch({ 'a=b': str('') }), ['a=b']],
    ['a key with a line break', branch({ 'a\nb': str('') }), ['a\nb']],
    ['a key that looks like a comment', branch({ '#a': str('') }), ['#a']],
  ])('refuses %s and names the key', (_, document, path) => {
    expect(failure(() => emit(document))).toMatchObject({ code: 'ERR_EMIT', where: { path } })
  })

  it('refuses a comment with a line break, and several documents', () => {
    const comment: Branch = { kind: 'branch', items: [{ kind: 'comment', text: 'a\nb', inline: false }] }
    expect(failure(() => emit(comment)).code).toBe('ERR_EMIT')
    expect(failure(() => dotenvStore.emit([branch({}), branch({})])).code).toBe('ERR_EMIT')
  })

  it('prints one value only when it is a text, as sops', () => {
    expect(dotenvStore.emitValue(str('a\nb'))).toBe('a\nb')
    expect(failure(() => dotenvStore.emitValue({ kind: 'scalar', type: 'int', value: '1' })).code).toBe('ERR_EMIT')
  })

  it('writes the metadata as lines, and knows the reserved names', () => {
    expect(emit(dotenvStore.withMetadata(branch({ A: str('1') }), METADATA))).toBe(
      'A=1\nsops_age__list_0__map_enc=-----BEGIN-----\\nYWJj\\n-----END-----\\n\nsops_age__list_0__map_recipient=age1example\n' +
        'sops_lastmodified=2026-01-02T03:04:05Z\nsops_mac=ENC[AES256_GCM,data:AA==,iv:AA==,tag:AA==,type:str]\nsops_version=3.13.3\n',
    )
    expect(dotenvStore.reservedName(branch({ sops: str(''), sops_x: str('') }))).toBe('sops_x')
    expect(dotenvStore.reservedName(branch({ sops: str('') }))).toBeUndefined()
  })
})
