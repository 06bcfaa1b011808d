import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { tryOpenValue } from '../../../src/crypto/cipher.ts'
import { createDataKey } from '../../../src/crypto/data-key.ts'
import { CiphertextPool } from '../../../src/crypto/reuse.ts'
import { type SealOptions, sealComments, sealValues } from '../../../src/crypto/seal-tree.ts'
import { applyEdits } from '../../../src/format/edits.ts'
import { parseSealed } from '../../../src/format/enc.ts'
import type { SelectorSpec } from '../../../src/format/metadata.ts'
import { compileSelector, SEAL_ALL } from '../../../src/format/selector.ts'
import { decodeText } from '../../../src/format/text.ts'
import { yamlStore } from '../../../src/format/yaml/store.ts'
import { failure } from '../../helpers/failure.ts'
import { random } from '../../helpers/random.ts'
import { runs } from '../../helpers/runs.ts'
import { KEY, sha512 } from '../../helpers/sealed-text.ts'

const options = (more: Partial<SealOptions> = {}): SealOptions => ({
  dataKey: KEY,
  selector: SEAL_ALL,
  macOnlyEncrypted: false,
  random,
  ...more,
})

const DEFAULT: SelectorSpec = { field: 'unencrypted_suffix', pattern: '_unencrypted' }

/** Seal as an operation does: values, and then, in what that gave, comments. */
function seal(text: string, settings: SealOptions = options()): { text: string; digest: string } {
  const source = yamlStore.parse(text)
  const values = sealValues(source, settings)
  const withValues = yamlStore.parse(applyEdits(text, values.edits))
  const edits = sealComments(withValues, values.outcomes, settings)
  return { text: applyEdits(withValues.text, edits), digest: values.digest }
}

/** The text with every sealed value shown as `<plaintext|type>`, opened with the paths given, in the order of the text. */
function shown(text: string, aads: readonly string[]): string {
  const places = [...aads]
  return text.replace(/ENC\[[^\]]*\]/g, (sealed) => {
    const value = parseSealed(sealed)
    const aad = Buffer.from(places.shift() ?? '?')
    const plaintext = value === undefined ? undefined : tryOpenValue({ dataKey: KEY, sealed: value, aad })
    return `<${plaintext === undefined ? `not at ${aad}` : decodeText(plaintext)}|${value?.type}>`
  })
}

describe('sealing a file', () => {
  it.each<[string, string, readonly string[], string]>([
    [
      'every type',
      'a: x\nb: 5\nc: 1.50\nd: true\ne: 2024-01-02\n',
      ['a:', 'b:', 'c:', 'd:', 'e:'],
      "a: <x|str>\nb: <5|int>\nc: <1.50|float>\nd: <True|bool>\ne: '<2024-01-02T00:00:00Z|time>'\n",
    ],
    ['paths', 'a:\n  b:\n  - x\n  - c: z\n', ['a:b:', 'a:b:c:'], 'a:\n  b:\n  - <x|str>\n  - c: <z|str>\n'],
    ['every document', 'a: x\n---\nb: z\n', ['a:', 'b:'], 'a: <x|str>\n---\nb: <z|str>\n'],
    [
      'comments, bound to their collection',
      '# c\na: # d\n  # e\n  b: x # f\n',
      [':', ':', 'a:', 'a:b:', 'a:'],
      '#< c|comment>\na: #< d|comment>\n  #< e|comment>\n  b: <x|str> #< f|comment>\n',
    ],
    [
      'comments of lists as comments, never as elements',
      'a:\n# c\n- x # d\n',
      ['a:', 'a:', 'a:'],
      'a:\n#< c|comment>\n- <x|str> #< d|comment>\n',
    ],
    [
      'an empty comment of a list, which sops would read as an element',
      'a:\n#\n- x\n',
      ['a:', 'a:'],
      'a:\n#< |comment>#\n- <x|str>\n',
    ],
    ['comments that go-yaml drops', 'a: [ # c\n  x]\n', ['a:', 'a:'], "a: [ #< c|comment>\n  '<x|str>']\n"],
    ['bytes', 'a: !!binary /w==\n', ['a:'], 'a: <\udcff|str>\n'],
  ])('seals %s', (_, text, aads, result) => {
    expect(shown(seal(text).text, aads)).toBe(result)
  })

  it('leaves nulls, empty texts, empty collections and empty comments of mappings alone', () => {
    const text = '#\na: ~\nb: ""\nc: {}\nd: []\ne:\n'
    expect(seal(text)).toEqual({ text, digest: sha512('') })
  })

  it('counts what there is to seal and what was sealed', async () => {
    const selector = await compileSelector({ field: 'encrypted_regex', pattern: '^s' })
    const { sealedCount, valueCount } = sealValues(
      yamlStore.parse('a: 1\ns: [2, ""]\nt: ~\nu: {s: {v: 3}}\n# c\n'),
      options({ selector }),
    )
    expect([sealedCount, valueCount]).toEqual([2, 3])
  })

  it('draws a new IV for every value, so that equal ones look different', () => {
    const ciphertexts = seal(`a: [${'x, '.repeat(200)}]\n`).text.match(/ENC\[[^\]]*\]/g) ?? []
    expect(new Set(ciphertexts).size).toBe(200)
    expect(new Set(ciphertexts.map((sealed) => sealed.split(',iv:')[1]?.split(',')[0])).size).toBe(200)
  })

  it('refuses a selector that its own comments match', async () => {
    const selector = await compileSelector({ field: 'unencrypted_comment_regex', pattern: '^ENC|x' })
    expect(failure(() => seal('# y\na: 1\n', options({ selector }))).code).toBe('ERR_SELECTOR')
    expect(seal('# x\na: 1\n', options({ selector })).text).toBe('# x\na: 1\n')
  })

  it('refuses when a reader would see another file than was sealed', () => {
    const { outcomes } = sealValues(yamlStore.parse('a: x\nb: y\n'), options())
    for (const other of ['a: x\n', 'a: x\nb: y\nc: z\n', 'b: x\na: y\n', 'a: x\nb: y\n']) {
      expect(failure(() => sealComments(yamlStore.parse(other), outcomes, options())).code).toBe(
        'ERR_UNSUPPORTED_VALUE',
      )
    }
  })
})

describe('the MAC of a sealed file', () => {
  // worked examples of the format
  it.each<[string, string, SelectorSpec, string]>([
    [
      'every type, empty texts and nulls',
      '# top\na: hello\nn: 42\ne: ""\nz: null\nl:\n- 1\n- x\nm:\n  k: false\n  p_unencrypted: 1.5\n',
      DEFAULT,
      'hello421xFalse1.5',
    ],
    ['comments do not count', 'a: x # c\nl:\n# c\n- x\n', DEFAULT, 'xx'],
    ['documents are one', 'a: 1\n---\na: 2\n', DEFAULT, '12'],
    ['clear values count', 'meta: {data: {x: 1}, y: 2}\n', { field: 'encrypted_regex', pattern: '^data$' }, '12'],
    [
      'floats have no exponent',
      'a: 1e20\nb: 0.00001\nc: 1.50\nd: .inf\ne: -0.0\n',
      DEFAULT,
      '1000000000000000000000.000011.5+Inf-0',
    ],
    [
      'times are RFC 3339',
      'a: 2024-01-02\nb: 2024-01-02T03:04:05.120+02:00\n',
      DEFAULT,
      '2024-01-02T00:00:00Z2024-01-02T03:04:05.12+02:00',
    ],
    ['aliases count where they stand', 'a: &x 1\nb: [*x, *x]\n', DEFAULT, '111'],
  ])('hashes plaintexts only: %s', async (_, text, spec, hashed) => {
    const selector = await compileSelector(spec)
    expect(sealValues(yamlStore.parse(text), options({ selector })).digest).toBe(sha512(hashed))
  })

  it('hashes only what is sealed when it says so, behind a prefix', async () => {
    const selector = await compileSelector({ field: 'encrypted_regex', pattern: '^data$' })
    const source = yamlStore.parse('meta: {data: {x: 1, z: ""}, y: 2}\n')
    const { digest } = sealValues(source, options({ selector, macOnlyEncrypted: true }))
    expect(digest).toBe(sha512(Buffer.concat([createHash('sha256').update('sops').digest(), Buffer.from('1')])))
  })

  it('is that of the recorded example', () => {
    const source = yamlStore.parse(
      '# top\na: hello\nn: 42\nf: 1.5\nt: true\ne: ""\nz: null\nl: [1, x]\nm: {k: false}\n',
    )
    expect(sealValues(source, options()).digest).toBe(
      '369CE0756BFD0D3C0F20D7B3FF1E5BB6A13AF4DC56E12EFDBC6A9140F57E1FF285343AF5CAD2965B78A627B37F58BE27248D92603A68201888DF1BDF11EED6F2',
    )
    expect(sealValues(source, options({ macOnlyEncrypted: true })).digest).toBe(
      'ADDB4039993AE0FBE6FC14968CCBBFACDD26EE0A2A16E40185C0438C125BF8876BEA103FFB14118335949A0CF2A0496D60B0F8FD9EDA955BAEBB6BFE99DAF894',
    )
  })

  it('is the same whatever is sealed', async () => {
    const source = yamlStore.parse('a: 1\nb_x: {c: two, d: [3.5, true]}\n')
    const all = sealValues(source, options()).digest
    for (const field of ['encrypted_suffix', 'unencrypted_suffix'] as const) {
      const selector = await compileSelector({ field, pattern: '_x' })
      expect(sealValues(source, options({ selector })).digest).toBe(all)
    }
  })
})

describe('sealing with ciphertexts of an earlier version', () => {
  it('uses those of equal path, type and value again, and only those', () => {
    const pool = new CiphertextPool()
    pool.add('a:', { kind: 'scalar', type: 'str', value: 'x' }, 'ENC[AES256_GCM,data:old,iv:a,tag:x,type:str]')
    pool.add('b:', { kind: 'scalar', type: 'int', value: '1' }, 'ENC[AES256_GCM,data:old,iv:b,tag:x,type:int]')
    pool.add(':', { kind: 'comment', text: ' c', inline: false }, 'ENC[AES256_GCM,data:old,iv:c,tag:x,type:comment]')
    const { text } = seal('# c\na: x\nb: "1"\nc: x\n', options({ reuse: pool }))
    const reused = text.split('\n').map((line) => line.includes('data:old'))
    expect(reused).toEqual([true, true, false, false, false])
  })

  it('gives an empty comment of a list its own back', () => {
    const pool = new CiphertextPool()
    const sealed = 'ENC[AES256_GCM,data:old,iv:a,tag:x,type:comment]'
    pool.add('a:', { kind: 'comment', text: ' ', inline: false }, sealed)
    expect(seal('a:\n#\n- ~\n', options({ reuse: pool })).text).toBe(`a:\n#${sealed}#\n- ~\n`)
  })
})

it('every value opens under its own path and no other', () => {
  const keys = fc.stringMatching(/^[a-y]{1,3}$/)
  fc.assert(
    fc.property(
      keys,
      keys,
      fc
        .string({ minLength: 1, maxLength: 20 })
        .filter((text) => !/[\0-\x1f\x7f-\x9f\ufeff\ufffe\uffff\u2028\u2029]/.test(text)),
      (outer, inner, value) => {
        const dataKey = createDataKey(random)
        const text = `${outer}:\n  ${inner}z: ${JSON.stringify(value)}\n`
        const { text: sealed } = seal(text, options({ dataKey }))
        const parsed = parseSealed(/ENC\[[^\]]*\]/.exec(sealed)?.[0] ?? '')
        if (parsed === undefined) throw new Error('nothing was sealed')
        const openAt = (aad: string) => tryOpenValue({ dataKey, sealed: parsed, aad: Buffer.from(aad) })
        expect(openAt(`${outer}:${inner}z:`)?.toString()).toBe(Buffer.from(value).toString())
        for (const aad of [`${outer}:`, `${inner}z:`, `${inner}z:${outer}:`, ':', `${outer}:${inner}z`])
          expect(openAt(aad)).toBeUndefined()
      },
    ),
    runs(50),
  )
})
