import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type OpenedTree, type OpenOptions, openedDocuments, openTree } from '../../../src/crypto/open-tree.ts'
import { CiphertextPool } from '../../../src/crypto/reuse.ts'
import { sameValues } from '../../../src/crypto/same-values.ts'
import { sealComments, sealValues } from '../../../src/crypto/seal-tree.ts'
import { applyEdits } from '../../../src/format/edits.ts'
import type { SelectorSpec } from '../../../src/format/metadata.ts'
import { compileSelector, SEAL_ALL } from '../../../src/format/selector.ts'
import type { Source } from '../../../src/format/store.ts'
import type { Branch } from '../../../src/format/tree.ts'
import { yamlStore } from '../../../src/format/yaml/store.ts'
import { expectNoSecret, MARKER } from '../../helpers/canary.ts'
import { failure } from '../../helpers/failure.ts'
import { plainTree } from '../../helpers/fake-seal.ts'
import { random } from '../../helpers/random.ts'
import { runs } from '../../helpers/runs.ts'
import { enc, KEY, sha512 } from '../../helpers/sealed-text.ts'

const options = (more: Partial<OpenOptions> = {}): OpenOptions => ({
  dataKey: KEY,
  selector: SEAL_ALL,
  macOnlyEncrypted: false,
  ...more,
})

interface Opened extends OpenedTree {
  readonly text: string
  readonly source: Source
}

function open(text: string, settings: OpenOptions = options()): Opened {
  const source = yamlStore.parse(text)
  const tree = openTree(source, settings)
  return { ...tree, text: applyEdits(text, tree.edits), source }
}

const openWith = async (text: string, spec: SelectorSpec, more: Partial<OpenOptions> = {}) =>
  open(text, options({ selector: await compileSelector(spec), ...more }))

describe('opening a file that sops sealed', () => {
  it('puts every value back with its type, and hashes it', () => {
    const text = `a: ${enc('x', 'a:')}\nb: ${enc('5', 'b:', 'int')}\nc: ${enc('1.5', 'c:', 'float')}\nd: ${enc('True', 'd:', 'bool')}\ne: ${enc('2024-01-02T00:00:00Z', 'e:', 'time')}\nf: ""\ng: null\n`
    const opened = open(text)
    expect(opened.text).toBe('a: x\nb: 5\nc: 1.5\nd: true\ne: 2024-01-02T00:00:00Z\nf: ""\ng: null\n')
    expect(opened.digest).toBe(sha512('x51.5True2024-01-02T00:00:00Z'))
  })

  it('quotes what would be read as another type', () => {
    const text = `a: ${enc('5', 'a:')}\nb: ${enc('yes', 'b:')}\nc: ${enc('- x', 'c:')}\nd: ${enc('x\ny\n', 'd:')}\n`
    expect(open(text).text).toBe('a: "5"\nb: "yes"\nc: \'- x\'\nd: |\n    x\n    y\n')
  })

  it.each(['1', 't', 'T', 'TRUE', 'true', 'True'])('reads the truth value %s, and hashes its own spelling', (value) => {
    const opened = open(`a: ${enc(value, 'a:', 'bool')}\n`)
    expect([opened.text, opened.digest]).toEqual(['a: true\n', sha512('True')])
  })

  it('hashes bytes that are not UTF-8 as they are', () => {
    const { dataKey } = options()
    const source = yamlStore.parse('a: !!binary /4A=\n')
    const values = sealValues(source, { ...options(), random })
    const opened = openTree(yamlStore.parse(applyEdits(source.text, values.edits)), { ...options(), dataKey })
    expect(opened.digest).toBe(sha512(Uint8Array.of(0xff, 0x80)))
  })

  it('takes a value however it is written', () => {
    const sealed = enc('x', 'a:')
    for (const written of [
      sealed,
      `'${sealed}'`,
      `"${sealed}"`,
      `|\n  ${sealed}\n`,
      `>-\n  ${sealed}`,
      `!!str ${sealed}`,
      `"${sealed.slice(0, 30)}\\\n  ${sealed.slice(30)}"`,
    ]) {
      expect(open(`a: ${written}\n`).digest).toBe(sha512('x'))
    }
  })

  it('turns a sealed element that is a comment into one, and does not hash it', () => {
    const text = `l:\n    - ${enc(' c', 'l:', 'comment')}\n    - ${enc('x', 'l:')}\n`
    const opened = open(text)
    expect([opened.text, opened.digest]).toEqual(['l:\n    # c\n    - x\n', sha512('x')])
    expect(openedDocuments(opened.source.documents, opened.opened).map(plainTree)).toEqual([
      [['l', [{ comment: ' c' }, 'x']]],
    ])
  })

  it('takes the comment as a comment all the same', () => {
    const opened = open(`l:\n    #${enc(' c', 'l:', 'comment')}\n    - ${enc('x', 'l:')}\n`)
    expect([opened.text, opened.digest]).toEqual(['l:\n    # c\n    - x\n', sha512('x')])
  })

  it.each(['y', '', 'ä'.repeat(3000)])('hashes the file as it is and with %j in place of one value', (value) => {
    const long = 'z'.repeat(5000)
    const text = `a: ${enc('x', 'a:')}\nb:\n    c: ${enc('old', 'b:c:')}\nd: ${enc('5', 'd:', 'int')}\ne: ${enc(long, 'e:')}\nf: -0\n`
    const source = yamlStore.parse(text)
    const selector = { ...SEAL_ALL, matchSeals: true, matches: (key: string) => key !== 'f', subject: 'key' as const }
    const found = source.documents[0]?.items[1]
    const leaf = found?.kind === 'entry' && found.value.kind === 'branch' ? found.value.items[0] : undefined
    if (leaf?.kind !== 'entry' || leaf.value.kind !== 'scalar') throw new Error('the file was read otherwise')
    const exchange = { leaf: leaf.value, value: { kind: 'scalar', type: 'str', value } as const }
    const opened = openTree(source, options({ exchange, selector }))
    expect(opened.digest).toBe(sha512(`xold5${long}0`))
    expect(opened.exchanged).toEqual({ digest: sha512(`x${value}5${long}0`), aad: 'b:c:' })
    expect(opened.opened.get(leaf.value)).toMatchObject({ type: 'str', value: 'old' })
    expect(openTree(source, options({ selector })).exchanged).toBe(undefined)
    const moved = yamlStore.parse(text.replace(/data:....,iv/, 'data:AAAA,iv'))
    expect(failure(() => openTree(moved, options({ exchange, selector }))).code).toBe('ERR_VALUE_AUTH')
  })

  it('keeps an empty comment of a list empty', () => {
    expect(open(`l:\n  #${enc(' ', 'l:', 'comment')}#\n  #${enc(' ', 'l:', 'comment')}\n  - ~\n`).text).toBe(
      'l:\n  #\n  # \n  - ~\n',
    )
  })

  it('verifies the file that sops itself cannot: two comments in a list, the second sealed as an element', async () => {
    const text = `l:\n    # on\n    - ${enc(' b', 'l:', 'comment')}\n    - ${enc('x', 'l:')}\n    - y\n`
    const opened = await openWith(text, { field: 'encrypted_comment_regex', pattern: 'on' })
    expect([opened.text, opened.digest]).toEqual(['l:\n    # on\n    # b\n    - x\n    - y\n', sha512('xy')])
  })

  it('leaves clear comments of old files as they are, and counts them', () => {
    const opened = open(`# clear\na: ${enc('x', 'a:')} # too\n#\n`)
    expect([opened.text, opened.unopenedComments]).toEqual(['# clear\na: x # too\n#\n', 2])
  })

  it.each<[string, string, string]>([
    ['into a nested collection', `a:\n  b:\n    c: ${enc('x', 'a:b:c:')}\n    #${enc(' c', 'a:', 'comment')}\n`, ' c'],
    [
      'out of the collection that ended',
      `a:\n  b:\n    c: ${enc('x', 'a:b:c:')}\n#${enc(' c', 'a:b:', 'comment')}\n`,
      ' c',
    ],
    ['to the root', `a:\n  b: ${enc('x', 'a:b:')}\n#${enc(' c', 'a:', 'comment')}\n`, ' c'],
    ['from the root', `a:\n  b: ${enc('x', 'a:b:')}\n  #${enc(' c', ':', 'comment')}\n`, ' c'],
  ])('opens a comment that sops moved %s', (_, text, comment) => {
    const opened = open(text)
    expect(opened.unopenedComments).toBe(0)
    expect(opened.text).toContain(`#${comment}\n`)
  })

  it('does not offer the ciphertext of a comment that was moved for use where it is now', () => {
    const pool = new CiphertextPool()
    const here = enc(' here', ':', 'comment')
    open(`a:\n  b: ${enc('x', 'a:b:')}\n#${enc(' moved', 'a:', 'comment')}\n#${here}\n`, options({ pool }))
    const leaf = (text: string) => ({ kind: 'comment', text, inline: false }) as const
    expect([pool.take(':', leaf(' moved')), pool.take(':', leaf(' here'))]).toEqual([undefined, here])
  })

  it('opens comments that go-yaml drops', () => {
    expect(open(`a: [ #${enc(' c', 'a:', 'comment')}\n  '${enc('x', 'a:')}']\n`).text).toBe('a: [ # c\n  x]\n')
  })

  it('opens what an alias repeats once, where it stands', () => {
    const opened = open(`l:\n- &x ${enc('x', 'l:')}\n- *x\n`)
    expect([opened.text, opened.digest]).toEqual(['l:\n- &x x\n- *x\n', sha512('xx')])
  })

  it('hands every ciphertext to the pool, without what stands behind it', () => {
    const pool = new CiphertextPool()
    const sealed = enc('x', 'a:')
    open(`a: |\n  ${sealed}\n`, options({ pool }))
    expect(pool.take('a:', { kind: 'scalar', type: 'str', value: 'x' })).toBe(sealed)
  })

  it('hashes clear values too, unless only sealed ones count', async () => {
    const spec: SelectorSpec = { field: 'encrypted_suffix', pattern: '_x' }
    const text = `a: 1\nb_x: ${enc('2', 'b_x:')}\nc: true\nd: 1.50\n`
    expect((await openWith(text, spec)).digest).toBe(sha512('12True1.5'))
    const prefix = Buffer.from('8a3fd2ad54ce66527b1034f3d147be0b0b975b3bf44f72c6fdadec8176f27d69', 'hex')
    const only = await openWith(text, spec, { macOnlyEncrypted: true })
    expect(only.digest).toBe(sha512(Buffer.concat([prefix, Buffer.from('2')])))
  })
})

describe('a sealed file that was changed', () => {
  const x = enc(`${MARKER} x`, 'a:b:')
  it.each<[string, string, string, readonly string[]]>([
    ['a value under another key', `a:\n  c: ${x}\n`, 'ERR_VALUE_AUTH', ['a', 'c']],
    ['a value at another level', `b: ${x}\n`, 'ERR_VALUE_AUTH', ['b']],
    ['two values swapped', `a:\n  c: ${enc('y', 'a:b:')}\n  b: ${enc('z', 'a:c:')}\n`, 'ERR_VALUE_AUTH', ['a', 'c']],
    [
      'a changed character',
      `a:\n  b: ${x.replace(/data:./, (match) => `data:${match.endsWith('A') ? 'B' : 'A'}`)}\n`,
      'ERR_VALUE_AUTH',
      ['a', 'b'],
    ],
    ['a value of another file', `a:\n  b: ${x}\n`, 'ERR_VALUE_AUTH', ['a', 'b']],
    ['a truncated value', `a:\n  b: '${x.slice(0, -20)}'\n`, 'ERR_VALUE_FORMAT', ['a', 'b']],
    ['a clear value', `a:\n  b: ${MARKER}\n`, 'ERR_VALUE_FORMAT', ['a', 'b']],
    ['a number', 'a:\n  b: 5\n', 'ERR_VALUE_FORMAT', ['a', 'b']],
    ['an unknown type', `a:\n  b: ${x.replace('type:str', 'type:strange')}\n`, 'ERR_VALUE_FORMAT', ['a', 'b']],
    [
      'a type that its value does not fit',
      `a:\n  b: ${x.replace('type:str', 'type:int')}\n`,
      'ERR_VALUE_FORMAT',
      ['a', 'b'],
    ],
    ['bytes, which nobody writes', `a:\n  b: ${x.replace('type:str', 'type:bytes')}\n`, 'ERR_VALUE_FORMAT', ['a', 'b']],
  ])('with %s is refused, naming the path and nothing else', (title, text, code, path) => {
    const dataKey = title === 'a value of another file' ? options({ dataKey: otherKey() }) : options()
    const error = failure(() => open(text, dataKey))
    expect([error.code, error.where?.path]).toEqual([code, path])
    expectNoSecret(error)
  })

  it('says the same whatever is wrong with a ciphertext', () => {
    const messages = [
      `b: ${x}\n`,
      `a:\n  b: ${x.replace(/tag:./, 'tag:A')}\n`,
      `a:\n  b: ${x.replace(/iv:./, 'iv:A')}\n`,
    ].map((text) => failure(() => open(text)).message)
    expect(new Set(messages).size).toBe(1)
  })

  it('has another digest when values are swapped or gone; one that became null counts as gone', () => {
    const [a, b] = [enc('1', 'l:', 'int'), enc('2', 'l:', 'int')]
    const digests = [`l:\n- ${a}\n- ${b}\n`, `l:\n- ${b}\n- ${a}\n`, `l:\n- ${a}\n`, `l:\n- ${a}\n- ~\n`].map(
      (text) => open(text).digest,
    )
    expect(digests.map((digest) => digests.indexOf(digest))).toEqual([0, 1, 2, 2])
  })

  it('is looked at only so long for comments that belong nowhere', () => {
    const text = Array.from(
      { length: 3000 },
      (_, index) => `a${index}:\n  b: ~\n  #${enc('x', 'nowhere:', 'comment')}\n`,
    ).join('')
    expect(open(text).unopenedComments).toBe(3000)
  })
})

describe('sealing and then opening', () => {
  const texts = fc.oneof(
    fc.string({ maxLength: 8 }),
    fc.constantFrom('5', 'true', '~', '1.0', 'x: y', '# x', '2024-01-02', 'a\nb\n', ' ', '\u{1f600}', '-0'),
  )
  const values = fc.oneof(
    texts.map((text) => JSON.stringify(text)),
    fc.integer().map(String),
    // beyond 64 bits, what looks like an integer is none for go-yaml, and no float either
    fc.double({ noNaN: true, min: -1e18, max: 1e18 }).map((value) => `!!float "${value}"`),
    fc.boolean().map(String),
    fc.constantFrom('~', '0x1F', '1.10', '2024-01-02', '.inf', '{}', '[]'),
  )
  const lines = fc.array(fc.tuple(fc.stringMatching(/^[a-z]{1,4}(_x)?$/), values, fc.stringMatching(/^[ a-z]{0,4}$/)), {
    minLength: 1,
    maxLength: 6,
  })
  const documents = lines.map((entries) =>
    entries
      .map(([key, value, comment], index) => `#${comment}\n${key}${index}:\n- ${value} #${comment}\n- k: ${value}\n`)
      .join(''),
  )
  const specs = fc.constantFrom<SelectorSpec>(
    { field: 'unencrypted_suffix', pattern: '_unencrypted' },
    { field: 'encrypted_regex', pattern: '_x' },
    { field: 'encrypted_comment_regex', pattern: '^a' },
    { field: 'unencrypted_comment_regex', pattern: '^a' },
  )

  it('gives the same values, comments and digest', async () => {
    await fc.assert(
      fc.asyncProperty(documents, specs, fc.boolean(), async (text, spec, macOnlyEncrypted) => {
        const settings = options({ selector: await compileSelector(spec), macOnlyEncrypted })
        const source = yamlStore.parse(text)
        const sealed = sealValues(source, { ...settings, random })
        const withValues = yamlStore.parse(applyEdits(text, sealed.edits))
        const whole = applyEdits(withValues.text, sealComments(withValues, sealed.outcomes, { ...settings, random }))
        const opened = open(whole, settings)
        expect(opened.digest).toBe(sealed.digest)
        expect(opened.unopenedComments).toBe(0)
        expect(openedDocuments(opened.source.documents, opened.opened).map(plainTree)).toEqual(
          source.documents.map(plainTree),
        )
        expect(yamlStore.parse(opened.text).documents.map(plainTree)).toEqual(source.documents.map(plainTree))
        expect(sameValues(opened.source.documents, source.documents, opened.opened)).toBe(true)
      }),
      runs(60),
    )
  })
})

describe('two readings of a file', () => {
  const read = (text: string): readonly Branch[] => yamlStore.parse(text).documents
  it.each([
    ['comments', 'a: 1 # x\n', '#y\na: 1\n'],
    ['style', 'a: "x"\nb: {c: [1]}\n', "a: 'x'\nb:\n  c:\n  - 1\n"],
    ['a float and an integer of one value', 'a: 1.0\n', 'a: 1\n'],
    ['a time and its text', 'a: 2024-01-02T00:00:00Z\n', 'a: "2024-01-02T00:00:00Z"\n'],
  ])('hold the same values whatever their %s', (_, first, second) => {
    expect(sameValues(read(first), read(second))).toBe(true)
  })

  it.each([
    ['a value', 'a: 1\n', 'a: 2\n'],
    ['a type', 'a: 1\n', 'a: "1"\n'],
    ['a key', 'a: 1\n', 'b: 1\n'],
    ['the order', 'a: 1\nb: 1\n', 'b: 1\na: 1\n'],
    ['the nesting', 'a: [1, [2]]\n', 'a: [1, 2]\n'],
    ['a null', 'a: ~\n', 'a: ""\n'],
    ['an empty list', 'a: []\n', 'a: {}\n'],
    ['a missing key', 'a: 1\nb: ~\n', 'a: 1\n'],
    ['the number of documents', 'a: 1\n', 'a: 1\n---\n'],
  ])('differ in %s', (_, first, second) => {
    expect(sameValues(read(first), read(second))).toBe(false)
    expect(sameValues(read(second), read(first))).toBe(false)
  })
})

function otherKey(): OpenOptions['dataKey'] {
  const key = Uint8Array.from(KEY).fill(0x67)
  return key as OpenOptions['dataKey'] // 32 bytes, as the brand says
}
