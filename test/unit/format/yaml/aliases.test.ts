import { describe, expect, it } from 'vitest'
import type { DataKey } from '../../../../src/crypto/data-key.ts'
import { createDataKey } from '../../../../src/crypto/data-key.ts'
import { openTree } from '../../../../src/crypto/open-tree.ts'
import { type SealOptions, sealComments, sealValues } from '../../../../src/crypto/seal-tree.ts'
import { applyEdits } from '../../../../src/format/edits.ts'
import type { SelectorSpec } from '../../../../src/format/metadata.ts'
import { compileSelector } from '../../../../src/format/selector.ts'
import { yamlStore } from '../../../../src/format/yaml/store.ts'
import { plainTree } from '../../../helpers/fake-seal.ts'
import { random } from '../../../helpers/random.ts'

const ALL: SelectorSpec = { field: 'unencrypted_suffix', pattern: '_clear' }
const FEW: SelectorSpec = { field: 'encrypted_regex', pattern: '^secret' }

interface Sealed {
  /** Sealed values are shown as `<plaintext>`. */
  readonly shown: string
  readonly text: string
  readonly opened: string
}

/** Seal values and comments as an operation does, and open again. */
async function sealAndOpen(text: string, spec: SelectorSpec): Promise<Sealed> {
  const dataKey: DataKey = createDataKey(random)
  const selector = await compileSelector(spec)
  const options: SealOptions = { dataKey, selector, macOnlyEncrypted: false, random }
  const source = yamlStore.parse(text)
  const values = sealValues(source, options)
  const withValues = yamlStore.parse(applyEdits(text, values.edits))
  const sealed = applyEdits(withValues.text, sealComments(withValues, values.outcomes, options))
  const again = yamlStore.parse(sealed)
  const tree = openTree(again, { dataKey, selector, macOnlyEncrypted: false })
  expect(tree.digest).toBe(values.digest)
  expect(tree.unopenedComments).toBe(0)
  let shown = sealed
  for (const [leaf, opened] of tree.opened) {
    const ciphertext = leaf.kind === 'comment' ? leaf.text : leaf.value.trimEnd()
    shown = shown.replaceAll(ciphertext, `<${opened.kind === 'comment' ? opened.text : opened.value}>`)
  }
  return { shown, text: sealed, opened: applyEdits(sealed, tree.edits) }
}

const valuesOf = (text: string): string =>
  JSON.stringify(yamlStore.parse(text).documents.map(plainTree))
    .replace(/\{"comment":"[^"]*"\},?/g, '')
    .replaceAll(',]', ']')

describe('an alias in a sealed file', () => {
  it.each<[string, SelectorSpec, string, string]>([
    ['stays when it repeats what is clear', FEW, 'a: &x 1\nb: *x\nsecret: 2\n', 'a: &x 1\nb: *x\nsecret: <2>\n'],
    ['stays in the list of what it repeats: the path is the same', ALL, 'l:\n- &x 1\n- *x\n', 'l:\n- &x <1>\n- *x\n'],
    [
      'stays when it repeats nothing that can be sealed',
      ALL,
      'a: &x ~\nb: *x\nc: &y {}\nd: *y\n',
      'a: &x ~\nb: *x\nc: &y {}\nd: *y\n',
    ],
    ['stays when it repeats a key and is clear', FEW, '&x a: 1\nb: *x\n', '&x a: 1\nb: *x\n'],
    ['is written out at another path', ALL, 'a: &x 1\nb: *x\n', 'a: &x <1>\nb: <1>\n'],
    ['is written out where only the other is sealed', FEW, 'secret: &x 1\nb: *x\n', 'secret: &x <1>\nb: 1\n'],
    ['is written out where only it is sealed', FEW, 'a: &x 1\nsecret: *x\n', 'a: &x 1\nsecret: <1>\n'],
    ['is written out when it repeats a key and is sealed', FEW, '&x a: 1\nsecret: *x\n', '&x a: 1\nsecret: <a>\n'],
    ['is written out with a mapping', ALL, 'a: &x\n  b: 1\nc: *x\n', 'a: &x\n  b: <1>\nc:\n    b: <1>\n'],
    ['is written out with a list', ALL, 'a: &x [1, 2]\nc: *x\n', "a: &x ['<1>', '<2>']\nc:\n    - <1>\n    - <2>\n"],
    ['is written out as an element', ALL, 'a: &x {b: 1}\nc:\n- *x\n- 2\n', "a: &x {b: '<1>'}\nc:\n- b: <1>\n- <2>\n"],
    [
      'is written out as an element that stands further behind its dash',
      ALL,
      'a: &x\n  b: 1\n  d: 2\nc:\n-   *x\n- -   *x\n',
      'a: &x\n  b: <1>\n  d: <2>\nc:\n-   b: <1>\n    d: <2>\n- -   b: <1>\n      d: <2>\n',
    ],
    [
      'is written out as an element on the line below its dash',
      ALL,
      'a: &x\n  b: 1\n  d: 2\nc:\n-\n   *x\n',
      'a: &x\n  b: <1>\n  d: <2>\nc:\n-\n   b: <1>\n   d: <2>\n',
    ],
    [
      'is written out in a flow list',
      ALL,
      'a: &x {b: [1]}\nc: [*x, 2]\n',
      "a: &x {b: ['<1>']}\nc: [{b: ['<1>']}, '<2>']\n",
    ],
    [
      'is written out below <<',
      ALL,
      'a: &x {b: 1}\nc:\n  <<: *x\n  d: 2\n',
      "a: &x {b: '<1>'}\nc:\n  <<:\n    b: <1>\n  d: <2>\n",
    ],
    [
      'is written out when an alias inside it is',
      FEW,
      'a: &x 1\nsecret: &y\n  b: *x\nc: *y\n',
      'a: &x 1\nsecret: &y\n  b: <1>\nc:\n    b: 1\n',
    ],
    [
      'keeps the comment behind it on its line',
      ALL,
      'a: &x\n  b: 1\nc: *x # d\n',
      'a: &x\n  b: <1>\nc: #< d>\n    b: <1>\n',
    ],
    [
      'keeps the comment behind an element outside of it',
      ALL,
      'a: &x\n- 1\nc:\n- *x # d\n',
      'a: &x\n- <1>\nc:\n#< d>\n- - <1>\n',
    ],
    [
      'repeats the comments of what it repeats',
      ALL,
      'a: &x\n  # c\n  b: 1\nd: *x\n',
      'a: &x\n  #< c>\n  b: <1>\nd:\n    #< c>\n    b: <1>\n',
    ],
    [
      'quotes clear lines that would swallow what follows',
      FEW,
      'a: &x\n  b: "c\\n\\n"\n  secret: 1\nd: *x\n\n# e\n',
      'a: &x\n  b: "c\\n\\n"\n  secret: <1>\nd:\n    b: "c\\n\\n"\n    secret: <1>\n\n# e\n',
    ],
    [
      'writes clear bytes out as such',
      FEW,
      'a: &x\n  b: !!binary /w==\n  secret: 1\nd: *x\ne: [*x]\n',
      'a: &x\n  b: !!binary /w==\n  secret: <1>\nd:\n    b: !!binary /w==\n    secret: <1>\ne: [{b: !!binary "/w==", secret: \'<1>\'}]\n',
    ],
    [
      'writes a quoted << out so that nothing is merged',
      FEW,
      'a: &x\n  "<<": 1\n  secret: 2\nb: *x\nc: [*x]\n',
      'a: &x\n  "<<": 1\n  secret: <2>\nb:\n    "<<": 1\n    secret: <2>\nc: [{"<<": 1, secret: \'<2>\'}]\n',
    ],
  ])('%s', async (_, spec, text, shown) => {
    const sealed = await sealAndOpen(text, spec)
    expect(sealed.shown.replaceAll(/"(<[^>]*>)"/g, '$1').replaceAll("#'<", '#<')).toBe(shown)
    expect(valuesOf(sealed.opened)).toBe(valuesOf(text))
  })

  it('that stays comes back byte for byte', async () => {
    const text = 'a: &x\n  b: 1\nc: *x\nl: &l\n- &y 2\n- *y\nsecret: 3\n'
    expect((await sealAndOpen(text, FEW)).opened).toBe(text)
  })

  it('as a key of a text that is sealed is refused: the key would change', async () => {
    const error = await sealAndOpen('a: &x b\n*x : c\n', ALL).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'ERR_UNSUPPORTED_VALUE' })
    const { text } = await sealAndOpen('a: &x b\n*x : c\n', FEW)
    expect(text).toBe('a: &x b\n*x : c\n')
  })

  it('ends with its anchor: a later anchor of the same name is another one', async () => {
    const { shown } = await sealAndOpen('a: &x 1\nb: &x 2\nl: [*x]\n', ALL)
    expect(shown).toBe("a: &x <1>\nb: &x <2>\nl: ['<2>']\n")
  })
})
