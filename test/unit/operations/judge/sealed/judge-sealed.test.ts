import { describe, expect, it } from 'vitest'
import { judgeSealed } from '../../../../../src/operations/judge/sealed/judge-sealed.ts'
import { loadStore } from '../../../../../src/operations/stores.ts'

const [IV, TAG] = [`${'A'.repeat(43)}=`, `${'B'.repeat(22)}==`]
const sealed = ({ data = 'c2VhbGVk', iv = IV, tag = TAG, type = 'str' } = {}) =>
  `ENC[AES256_GCM,data:${data},iv:${iv},tag:${tag},type:${type}]`

async function rulesFor(value: string, mac = sealed()): Promise<string[]> {
  const text = `a: "${value}"\nsops:\n    mac: "${mac}"\n    lastmodified: "2026-01-01T00:00:00Z"\n    version: 3.13.3\n    age:\n        - recipient: age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p\n          enc: x\n`
  const { findings } = await judgeSealed({ file: 'a.yaml', store: await loadStore('yaml'), text })
  return findings.map(({ rule }) => rule)
}

describe('a sealed value', () => {
  it.each([
    ['as sops writes it', sealed()],
    ['with the line break of a block behind it', `${sealed()}\\n`],
  ])('is whole %s', async (_, value) => expect(await rulesFor(value)).toEqual([]))

  it.each([
    ['text behind it, which readers ignore', `${sealed()} hunter2`],
    ['a second one behind it', `${sealed()}${sealed()}`],
    ['an IV that was cut off', sealed({ iv: 'AAAA' })],
    ['a tag that was cut off', sealed({ tag: 'AAAA' })],
    ['no type that sops knows', sealed({ type: 'text' })],
    ['words for data', sealed({ data: 'in clear' })],
  ])('is damaged with %s', async (_, value) => {
    expect(await rulesFor(value)).toContain('broken-ciphertext')
    expect(await rulesFor(sealed(), value)).toEqual(['mac-missing'])
  })
})
