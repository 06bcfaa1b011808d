import { describe, expect, it } from 'vitest'
import { compileSelector } from '../../../../../src/format/selector.ts'
import type { StoreName } from '../../../../../src/format/tree.ts'
import { ClearParts } from '../../../../../src/operations/judge/sealed/clear-parts.ts'
import { loadStore } from '../../../../../src/operations/stores.ts'
import { dice } from '../../../../helpers/credentials/draw.ts'
import { withChecksum } from '../../../../helpers/credentials/kinds.ts'

const SEALED = 'ENC[AES256_GCM,data:c2VhbGVk,iv:aXY=,tag:dGFn,type:str]'
const METADATA = `sops:\n    mac: ${SEALED}\n    encrypted_regex: ^token$\n    version: 3.13.3\n`

async function clearParts(text: string, name: StoreName = 'yaml') {
  const store = await loadStore(name)
  const selector = await compileSelector({ field: 'encrypted_regex', pattern: '^token$' })
  return ClearParts.of('app.yaml', store.parse(text), selector)
}

describe('what a sealed file leaves in clear', () => {
  it('is its text without ciphertexts and what it says is sealed, each line at its place', async () => {
    const text = `# note\ntoken: ${SEALED}\nb: {token: leaked, c: clear}\n${METADATA}`
    const shown = (await clearParts(text)).text
    expect(shown).toHaveLength(text.length)
    expect(shown.split('\n')).toEqual([
      '# note',
      'token: ENC[AES256_GCM,******************************,type:str]',
      'b: {token:       , c: clear}',
      'sops:',
      '    mac: ENC[AES256_GCM,******************************,type:str]',
      '    encrypted_regex: ^token$',
      '    version: 3.13.3',
      '',
    ])
  })

  it('hides nothing that only looks like a ciphertext', async () => {
    const text = `a: 1 # ENC[AES256_GCM,of words]\n${METADATA}`
    expect((await clearParts(text)).text).toContain('ENC[AES256_GCM,of words]')
  })

  it('holds metadata, where a copy of what is sealed elsewhere is none', async () => {
    const at = (rule: string) => ({
      finding: { rule, level: 'block', file: 'app.yaml', line: 3, column: 10, message: 'x' } as const,
    })
    const parts = await clearParts(`a: b\n${METADATA}`)
    expect(parts.place([at('known-value'), at('github-token')])).toEqual([at('github-token')])
  })

  it.each([
    ['a value', `token: ${SEALED}\na:\n  b: 'clear'\n${METADATA}`, 3, 7, 'bulla set app.yaml a.b'],
    ['a name that a shell would read', `'a b': clear\n${METADATA}`, 1, 8, `bulla set app.yaml '["a b"]'`],
    [
      'a name that may be a credential',
      `${withChecksum('ghp_', dice(5))}: clear\n${METADATA}`,
      1,
      43,
      'bulla edit app.yaml',
    ],
    ['an item of a list', `a:\n  - clear\n${METADATA}`, 2, 5, 'bulla edit app.yaml'],
    ['a comment', `a: b # clear\n${METADATA}`, 1, 8, 'bulla edit app.yaml'],
    ['one of several documents', `a: clear\n${METADATA}---\nb: c\n${METADATA}`, 1, 4, 'bulla edit app.yaml'],
    ['a key', `clear: b\n${METADATA}`, 1, 1, 'bulla edit app.yaml'],
  ])('is changed by a command: %s', async (_, text, line, column, repair) => {
    const finding = { rule: 'x', level: 'block', file: 'app.yaml', line, column, message: 'x' } as const
    expect((await clearParts(text)).place([{ finding }])).toMatchObject([{ finding: { repair } }])
  })
})
