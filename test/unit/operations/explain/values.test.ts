import { describe, expect, it } from 'vitest'
import type { SelectorSpec } from '../../../../src/format/metadata.ts'
import { yamlStore } from '../../../../src/format/yaml/store.ts'
import { countValues } from '../../../../src/operations/explain/values.ts'
import { rejection } from '../../../helpers/failure.ts'

const ENC = 'ENC[AES256_GCM,data:eA==,iv:eA==,tag:eA==,type:str]'
const COMMENT = ENC.replace('str', 'comment')
const ONLY_A: SelectorSpec = { field: 'encrypted_regex', pattern: '^a$' }

const count = (text: string, spec: SelectorSpec, isSealed = false) =>
  countValues(yamlStore.parse(text).documents, spec, isSealed)

describe('what a selector seals', () => {
  it('is counted in a plain file as sealing would do it, without empty values', async () => {
    const text = 'a: x\nb: {c: 1, a: [1, 2]}\n# note\nd: ""\ne: null\nf: [y, z]\n'
    expect(await count(text, ONLY_A)).toEqual({
      ...{ sealed: 3, clear: 3, sealedComments: 0, unsealedPaths: [] },
      clearPaths: [['b', 'c'], ['f']],
    })
  })

  it('counts comments that are sealed with their values', async () => {
    const text = 'a:\n  # note\n  b: 1\n# other\nc: 1\n'
    expect(await count(text, ONLY_A)).toMatchObject({ sealed: 1, clear: 1, sealedComments: 1 })
  })

  it('follows comments where the selector looks at them', async () => {
    const spec: SelectorSpec = { field: 'encrypted_comment_regex', pattern: 'seal' }
    expect(await count('# seal\na: 1\nb: 1\n', spec)).toMatchObject({ sealed: 1, clear: 1, clearPaths: [['b']] })
  })

  it('is counted in a sealed file by what is sealed there, and names what is not although it should be', async () => {
    const text = `#${COMMENT}\na: ${ENC}\nb: 1\nlist:\n  - ${COMMENT}\n  - ${ENC}\nc: {a: forgotten}\n`
    expect(await count(text, ONLY_A, true)).toEqual({
      ...{ sealed: 2, clear: 2, sealedComments: 2 },
      clearPaths: [['b'], ['list']],
      unsealedPaths: [['c', 'a']],
    })
  })

  it('names a key with repeated values once, whatever it is called', async () => {
    const text = '__proto__: [x, y]\n"b.c": 1\n"": 1\n'
    const { clearPaths } = await count(text, ONLY_A)
    expect(clearPaths).toEqual([['__proto__'], ['b.c'], ['']])
  })

  it('cannot be known of an expression that does not compile: ERR_SELECTOR', async () => {
    const broken = count('a: 1\n', { field: 'encrypted_regex', pattern: '(' })
    expect(await rejection(broken)).toMatchObject({ code: 'ERR_SELECTOR' })
  })
})
