import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { iniStore } from '../../../../src/format/ini/store.ts'
import type { Branch, Node } from '../../../../src/format/tree.ts'
import { failure } from '../../../helpers/failure.ts'
import { branch, list, readTree, str } from '../../../helpers/fake-seal.ts'
import { runs } from '../../../helpers/runs.ts'

const comment = (text: string) => ({ kind: 'comment', text, inline: false }) as const
const entry = (key: string, value: Node) => ({ kind: 'entry', key, value }) as const
const section = (...items: Branch['items']): Branch => branch({ s: { kind: 'branch', items } })
const emit = (document: Branch): string => iniStore.emit([document])
const again = (text: string): string => iniStore.emit(iniStore.parse(text).documents)

describe('writing INI', () => {
  it.each([
    ['k=v', 'k = v\n'],
    ['k=v\n[s]\nlong.key=1\na:2', 'k = v\n\n[s]\nlong.key = 1\na        = 2\n'],
    ['; a\n[s] ; b\n#c\nk=v;d\n[t]', '; a\n; b\n[s]\n; c\n; d\nk = v\n\n[t]\n'],
    ['é=1\nab=2', 'é = 1\nab = 2\n'],
    ['[s]\nk=', '[s]\nk = \n'],
    [
      'a=`x;y`\nb="""x\ny"""\nc=" z "\n"d=e"=1\n"""f`g"""=2',
      'a         = `x;y`\nb         = """x\ny"""\nc         = " z "\n`d=e`     = 1\n"""f`g""" = 2\n',
    ],
  ])('%j is byte for byte what sops writes', (text, written) => {
    expect(again(text)).toBe(written)
  })

  it('writes scalars as sops does', () => {
    const document = section(
      entry('i', { kind: 'scalar', type: 'int', value: '5' }),
      entry('f', { kind: 'scalar', type: 'float', value: '1000000' }),
      entry('g', { kind: 'scalar', type: 'float', value: '-Inf' }),
      entry('b', { kind: 'scalar', type: 'bool', value: 'True' }),
      entry('t', { kind: 'scalar', type: 'time', value: '2026-01-02T03:04:05.5Z' }),
    )
    expect(emit(document)).toBe('[s]\ni = 5\nf = 1E+06\ng = -Inf\nb = true\nt = 2026-01-02T03:04:05Z\n')
  })

  it('joins comments of which sops would keep the last one', () => {
    const document = section(comment('one'), comment('two'), entry('k', str('v')), comment('three'), comment('four'))
    expect(emit(document)).toBe('; one\n; two\n[s]\n; three\n; four\nk = v\n')
  })

  it.each([
    ['a key that would be a comment', '- = v', '`#1` = v\n'],
    ['a key that would be a header', '`[x` = v', '`[x` = v\n'],
    ['a value in quotes', 'k = `"v"`', 'k = \'"v"\'\n'],
    ['a value that would go on', 'k = `v\\`', 'k = "v\\"\n'],
  ])('protects %s, which sops would lose', (_, text, written) => {
    expect(again(text)).toBe(written)
  })

  it.each<[string, Branch, readonly string[] | undefined]>([
    ['a value on the top level', branch({ a: str('') }), ['a']],
    ['a mapping in a section', section(entry('a', branch({}))), ['s', 'a']],
    ['a list', section(entry('a', list([]))), ['s', 'a']],
    ['null', section(entry('a', { kind: 'null' })), ['s', 'a']],
    ['a key twice', section(entry('a', str('')), entry('a', str(''))), ['s']],
    ['an empty key', section(entry('', str(''))), ['s', '']],
    ['a key with a line break', section(entry('a\nb', str(''))), ['s', 'a\nb']],
    ['a key with outer space', section(entry(' a', str(''))), ['s', ' a']],
    ['the key of keys without name', section(entry('-', str(''))), ['s', '-']],
    ['a byte order mark at its start', branch({ DEFAULT: branch({ '\ufeffa': str('') }) }), undefined],
    ['a section without name', branch({ '': branch({}) }), ['']],
    ['a section with a line break', branch({ 'a]\n[b': branch({}) }), ['a]\n[b']],
    ['a value with every quote', section(entry('a', str('a"""\nb`\n'))), ['s', 'a']],
  ])('refuses %s', (_, document, path) => {
    expect(failure(() => emit(document))).toMatchObject({
      code: 'ERR_EMIT',
      where: path === undefined ? undefined : { path },
    })
  })

  it('refuses several documents', () => {
    expect(failure(() => iniStore.emit([branch({}), branch({})])).code).toBe('ERR_EMIT')
  })

  it('prints a part as the JSON that sops prints', () => {
    expect(iniStore.emitValue(str('a<'))).toBe('"a\\u003c"')
    expect(iniStore.emitValue({ kind: 'branch', items: [comment('c'), entry('k', str('v'))] })).toBe(
      '[{"Key":{"Value":"c","Inline":false},"Value":null},{"Key":"k","Value":"v"}]',
    )
  })

  it('writes only what is read back as it is', () => {
    const text = fc.string({
      unit: fc.constantFrom(
        'a',
        'é',
        ' ',
        '\n',
        '\r',
        '"',
        "'",
        '`',
        '\\',
        '#',
        ';',
        '=',
        ':',
        '[',
        ']',
        '-',
        '\ufeff',
        '\u0085',
      ),
    })
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(text, text), { maxLength: 4, selector: ([key]) => key }),
        text,
        (entries, name) => {
          const document = branch({
            [`s${name}`]: { kind: 'branch', items: entries.map(([key, value]) => entry(key, str(value))) },
          })
          const written = attempt(() => emit(document))
          if (written === undefined) return
          expect(readTree(iniStore, written)).toEqual([
            ['DEFAULT', []],
            [`s${name}`, entries],
          ])
        },
      ),
      runs(400),
    )
  })
})

/** Undefined when the document is refused. */
function attempt(run: () => string): string | undefined {
  let text: string | undefined
  try {
    text = run()
  } catch (error) {
    expect(error).toMatchObject({ code: 'ERR_EMIT' })
  }
  return text
}
