import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BullaError } from '../../../../src/errors.ts'
import { applyEdits } from '../../../../src/format/edits.ts'
import { iniStore } from '../../../../src/format/ini/store.ts'
import type { Leaf } from '../../../../src/format/tree.ts'
import { failure } from '../../../helpers/failure.ts'
import { fakeEnc, fakeOpen, fakeSeal, leavesOf, openFirst, readTree, thereAndBack } from '../../../helpers/fake-seal.ts'
import { runs } from '../../../helpers/runs.ts'

/** The text after sealing, without the metadata; sealed values are shown as `<number>`. */
const sealed = (text: string): string => {
  const [head = ''] = fakeSeal(iniStore, text).text.split(/\r?\n\[sops\]/)
  return head.replace(
    /ENC\[AES256_GCM,data:([^,]*)[^\]]*\]/g,
    (_, data) => `<${Number(Buffer.from(data, 'base64').toString())}>`,
  )
}

const CASES: readonly (readonly [string, string, string])[] = [
  ['a value', 'k = v\n', 'k = <0>\n'],
  ['a value without spaces', 'k:v\n', 'k:<0>\n'],
  ['double quotes', 'k = "v"\n', 'k = "<0>"\n'],
  ['single quotes', "k = 'v'\n", "k = '<0>'\n"],
  ['backticks', 'k = `a;b`\n', 'k = `<0>`\n'],
  ['three quotes', 'k = """a"b"""\n', 'k = """<0>"""\n'],
  ['many lines', 'k = """a\nb\n"""\n', 'k = """<0>"""\n'],
  ['many lines with a comment behind them', 'k = """a\nb""" ; c\n', 'k = """<0>\n""" ; <1>\n'],
  ['many lines with a comment and CRLF', 'k = `a\r\nb` ; c\r\n', 'k = `<0>\r\n` ; <1>\r\n'],
  ['a backslash that continues into nothing', 'k = C:\\x\\\n\na = b\n', 'k = <0>\\\n\na = <1>\n'],
  ['a key without name', '- = v\n', '- = <0>\n'],
  ['padding', 'a   = v  \n', 'a   = <0>  \n'],
  ['a comment above', '  ;  c  \nk = v\n', '  ;  <1>  \nk = <0>\n'],
  ['a comment behind', 'k = v # c\n', 'k = <0> # <1>\n'],
  ['comments on both sides', '; a\nk = v # c\n', '; <1>\nk = <0> #\n'],
  ['a comment of many lines', '; a\n;b\n# c\nk = v\n', '; <1>\nk = <0>\n'],
  ['an indented comment of many lines', '\t; a\n\t; b\nk = v\n', '\t; <1>\nk = <0>\n'],
  ['a comment of many lines with CRLF', '; a\r\n; b\r\nk = v\r\n', '; <1>\r\nk = <0>\r\n'],
  ['an empty line in a comment', '; a\n\n; b\nk = v\n', '; <1>\n\n;\nk = <0>\n'],
  ['a comment of changing indentation', '; a\n  # b\nk = v\n', '; <1>\n  #\nk = <0>\n'],
  ['a comment above a header', '; a\n[s]\nk = v\n', '; <0>\n[s]\nk = <1>\n'],
  ['a comment behind a header', '[s] ;;  a \nk = v\n', ';;  <0>\n[s] ; \nk = <1>\n'],
  ['a comment behind an indented header with CRLF', 'a=1\r\n  [s]#x\r\n', 'a=<0>\r\n  #<1>\r\n  [s]#\r\n'],
  ['a comment behind the first header of a file with BOM', '\ufeff[s] ; a\n', '\ufeff; <0>\n[s] ;\n'],
  ['comments on both sides of a header', '; a\n[s] ; b\n', '; <0>\n[s] ;\n'],
  ['comments at the end', 'k = v\n\n; a\n; b\n', 'k = <0>\n\n; <1>\n'],
  ['a comment at the very end', 'k = v\n# a', 'k = <0>\n# <1>\n'],
  ['a comment behind a closing quote', 'k = `v` ; c\n', 'k = `<0>` ; <1>\n'],
  ['an empty comment and an empty value', ';\nk =\n', ';\nk =\n'],
]

describe('an INI file sealed in place', () => {
  it.each(CASES)('keeps %s', (_, plain, text) => {
    expect(sealed(plain)).toBe(text)
    expect(thereAndBack(iniStore, plain)).toBe(plain)
  })

  it.each(CASES)('shows sops the same tree with %s', (_, plain) => {
    const shape = (text: string): string =>
      JSON.stringify(readTree(iniStore, text)).replace(/:"(?:[^"\\]|\\.)*"|(\["[^"]*",)"(?:[^"\\]|\\.)*"/g, '$1')
    expect(shape(fakeSeal(iniStore, plain).text)).toBe(shape(plain))
  })

  it.each(CASES)('can be sealed again with %s', (_, plain) => {
    const once = fakeSeal(iniStore, plain)
    const source = iniStore.parse(once.text)
    const again = leavesOf(source).flatMap((leaf) => {
      const text = leaf.kind === 'comment' ? leaf.text : leaf.value
      return text.startsWith('ENC[') ? (leaf.place?.seal(text, leaf) ?? []) : []
    })
    expect(again.every((edit) => edit.text !== '' || edit.start === edit.end)).toBe(true)
    expect(fakeOpen(iniStore, { ...once, text: applyEdits(once.text, again) })).toBe(plain)
  })

  it('gives a continued value back on one line, which is the only thing it does not keep', () => {
    expect(thereAndBack(iniStore, 'k = a \\\n  b\n')).toBe('k = a b\n')
    expect(thereAndBack(iniStore, 'k = a#\\\n  b\n')).toBe('k = `a#b`\n')
  })

  it('gives every other file back byte for byte, whatever is sealed', () => {
    const line = fc.oneof(
      fc
        .tuple(
          fc.constantFrom('', ' ', '\t'),
          fc.constantFrom(';', '#', ';;', '# '),
          fc.constantFrom('', 'c', ' x ] `', 'a = b'),
        )
        .map((parts) => parts.join('')),
      fc
        .tuple(
          fc.constantFrom('"q k"', '`b`', 'é', '-', '"""t"""', 'k'),
          fc.constantFrom(' = ', '=', ':', '   =  '),
          fc.constantFrom(
            'v',
            '',
            '"x"',
            "'x'",
            '`x`',
            '"""x"""',
            'a;b',
            'a # "b',
            '"""a\nb"""',
            '`a\nb` ; c',
            'a\\\n\n',
            'a`b',
            '"x" # \udcff',
          ),
        )
        .map((parts) => parts.join('')),
      fc.constantFrom('[s]', '  [a b]', '[s] ; c', '[t]# x', '[DEFAULT]', '', '  '),
    )
    const file = fc.tuple(
      fc.constantFrom('', '\ufeff'),
      fc.array(fc.tuple(line, fc.constantFrom('\n', '\n', '\r\n')), { maxLength: 10 }),
      fc.boolean(),
    )
    fc.assert(
      fc.property(file, fc.infiniteStream(fc.boolean()), ([bom, lines, complete], choice) => {
        const text =
          bom +
          lines
            .map(([content, end], index) => (complete || index < lines.length - 1 ? content + end : content))
            .join('')
        if (!readable(text)) return // keys that stand twice
        const chosen = [...choice.take(40)]
        expect(thereAndBack(iniStore, text, (index) => chosen[index] ?? true)).toBe(text)
      }),
      runs(400),
    )
  })
})

describe('a value opened in place', () => {
  const open = (text: string, value: string): string =>
    openFirst(iniStore, text, { kind: 'scalar', type: 'str', value })
  const ENC = fakeEnc(0, 'str')

  it.each([
    ['plain', 'plain'],
    ['a\nb', '"""a\nb"""'],
    ['a;b', '`a;b`'],
    ['a#b`c', '"""a#b`c"""'],
    [' a ', '" a "'],
    ['"a"', '\'"a"\''],
    ['a\\', '"a\\"'],
    ['`a', '"""`a"""'],
    ['[x]', '[x]'],
    ['', ''],
  ])('writes %j so that it is read back', (value, text) => {
    expect(open(`[s]\nk = ${ENC}\nx = 1\n`, value)).toBe(`[s]\nk = ${text}\nx = 1\n`)
  })

  it('takes other quotes only when its own do not fit', () => {
    expect(open(`k = '${ENC}'\n`, 'a"b')).toBe("k = 'a\"b'\n")
    expect(open(`k = '${ENC}'\n`, "it's")).toBe("k = it's\n")
    expect(open(`k = \`${ENC}\`\n`, 'a`\nb')).toBe('k = """a`\nb"""\n')
  })

  it('is refused when no quotes fit', () => {
    expect(failure(() => open(`k = ${ENC}\n`, 'a"""\nb`\n')).code).toBe('ERR_EMIT')
    expect(failure(() => open(`k = ${ENC} ; clear\n`, 'a;b'))).toMatchObject({
      code: 'ERR_EMIT',
      where: { line: 1, column: 5 },
    })
  })

  it.each([
    [{ kind: 'scalar', type: 'int', value: '5' }, '5'],
    [{ kind: 'scalar', type: 'float', value: '1' }, '1.0'],
    [{ kind: 'scalar', type: 'bool', value: 'True' }, 'true'],
    [{ kind: 'scalar', type: 'time', value: '2026-01-02T03:04:05.5Z' }, '2026-01-02T03:04:05Z'],
  ] as const)('writes %j as sops does', (leaf, text) => {
    expect(openFirst(iniStore, `k = ${ENC}\n`, leaf)).toBe(`k = ${text}\n`)
  })
})

describe('a comment opened in place', () => {
  const ENC = fakeEnc(0, 'comment')
  const open = (text: string, comment: string): string =>
    openFirst(iniStore, text, { kind: 'comment', text: comment, inline: false })

  it('never becomes a key or a section', () => {
    expect(open(`  ; ${ENC}\nk = 1\n`, 'a\nevil = 1\n[evil]\n\n; c')).toBe(
      '  ; a\n  ; evil = 1\n  ; [evil]\n  ; \n  ; c\nk = 1\n',
    )
  })

  it('goes to its first line when the others are not there any more', () => {
    expect(open(`; ${ENC}\n\n;\nk = 1\n`, 'a')).toBe('; a\n\n\nk = 1\n')
    expect(open(`; ${ENC}\n\n;\nk = 1\n`, 'a\n;b\n;c')).toBe('; a\n;b\n;c\n\n\nk = 1\n')
  })

  it.each([
    ['two lines behind a value', `k = 1 ; ${ENC}\n`, 'a\nb'],
    ['a backslash behind a value', `k = 1 ; ${ENC}\n`, 'a\\'],
    ['quotes behind quotes', `k = \`1\` ; ${ENC}\n`, 'a`b'],
    ['a bracket behind a header', `; ${ENC}\n[s] ;\n`, 'a]'],
  ])('is refused with %s', (_, text, comment) => {
    expect(failure(() => open(text, comment)).code).toBe('ERR_EMIT')
  })
})

describe('whatever an INI leaf is opened to', () => {
  const texts = [
    'k = ENC\nx = 1\n',
    'k = "ENC"\nx = 1\n',
    'k = `ENC`\nx = 1\n',
    'k = """ENC"""\nx = 1\n',
    'k = ENC # clear\nx = 1\n',
    'k = ENC\\\n\nx = 1\n',
    '; ENC\nk = 1\nx = 1\n',
    'k = 1 ; ENC\nx = 1\n',
    'k = """1""" ; ENC\nx = 1\n',
    'k = """1\n2""" ; ENC\nx = 1\n',
    '; ENC\n[k] ;\nx = 1\n',
    '; ENC\n\n;\nk = 1 ;\nx = 1\n',
    'k = 1\nx = 1\n; ENC',
  ]
  const keysOf = (text: string): string =>
    JSON.stringify(readTree(iniStore, text))
      .replace(/\{"comment":"(?:[^"\\]|\\.)*"\}|(\["[kx]",)"(?:[^"\\]|\\.)*"/g, '$1')
      .replace(/,+/g, ',')
  const piece = fc.constantFrom(
    'a',
    '\n',
    '\r',
    ' ',
    ';',
    '#',
    '"',
    '"""',
    "'",
    '`',
    '\\',
    '[',
    ']',
    '=',
    ':',
    '\u0085',
    '\ufeff',
    'k = 2',
    '[sops]',
  )

  it.each(texts)('the keys and sections stay those of %j', (text) => {
    const type = /[;#] ENC/.test(text) ? 'comment' : 'str'
    const file = text.replace('ENC', fakeEnc(0, type))
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const content = pieces.join('')
        const leaf: Leaf =
          type === 'comment'
            ? { kind: 'comment', text: content, inline: false }
            : { kind: 'scalar', type, value: content }
        const opened = attempt(() => openFirst(iniStore, file, leaf))
        if (opened === undefined) return
        expect(keysOf(opened)).toBe(keysOf(file))
        if (type === 'str')
          expect(readTree(iniStore, opened)).toMatchObject([['DEFAULT', expect.arrayContaining([['k', content]])]])
      }),
      runs(150),
    )
  })
})

/** Undefined when the run is refused with ERR_EMIT. */
function attempt(run: () => string): string | undefined {
  try {
    return run()
  } catch (error) {
    if (error instanceof BullaError && error.code === 'ERR_EMIT') return undefined
    throw error
  }
}

function readable(text: string): boolean {
  try {
    iniStore.parse(text)
    return true
  } catch (error) {
    if (error instanceof BullaError && error.code === 'ERR_SYNTAX') return false
    throw error
  }
}
