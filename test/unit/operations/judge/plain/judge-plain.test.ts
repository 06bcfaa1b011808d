import { describe, expect, it } from 'vitest'
import { parseConfig } from '../../../../../src/config/config.ts'
import { judgePlain } from '../../../../../src/operations/judge/plain/judge-plain.ts'
import { loadStore, storeNameFor } from '../../../../../src/operations/stores.ts'
import { dice } from '../../../../helpers/credentials/draw.ts'
import { withChecksum } from '../../../../helpers/credentials/kinds.ts'

const AGE = 'age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p'

async function judge(file: string, text: string, expression = '^(data|stringData)$'): Promise<string[]> {
  const policy = `creation_rules:\n  - path_regex: \\.(yaml|json)$\n    encrypted_regex: ${expression}\n    age: ${AGE}\n`
  const [rule] = parseConfig(Buffer.from(policy), '/repository/.sops.yaml').rules ?? []
  if (rule === undefined) throw new Error('the policy has no rule')
  const findings = await judgePlain({ file, store: await loadStore(storeNameFor(file)), text, rule, isAtRoot: true })
  return findings.map(({ rule: id, keyPath }) => `${id} ${keyPath}`)
}

const HEAD = 'apiVersion: v1\nkind: Secret\nmetadata:\n  name: a\n'

describe('a plain manifest under a rule for the data of all', () => {
  it.each([
    ['as it is', `${HEAD}data:\n  a: c2VjcmV0\n`],
    ['behind a word with the same letters', `${HEAD}metadata2: x\ndata: { a: c2VjcmV0 }\n`],
    ['in quotes', `${HEAD}"data":\n  a: c2VjcmV0\n`],
    ['with an explicit key', `${HEAD}? data\n: a: c2VjcmV0\n`],
    ['with an escape', `${HEAD}"d\\x61ta":\n  a: c2VjcmV0\n`],
    ['from an anchor', `${HEAD}x: &a data\n*a : { a: c2VjcmV0 }\n`],
  ])('is found with its key %s', async (_, text) => {
    expect(await judge('secret.yaml', text)).toEqual(['unsealed-file data.a'])
  })

  it('is not told with a key that is a credential itself', async () => {
    const token = withChecksum('ghp_', dice(5))
    expect(await judge('secret.yaml', `${HEAD}data:\n  ${token}: c2VjcmV0\n`)).toEqual(['unsealed-file data.…'])
  })

  it('is found in JSON, also with an escape', async () => {
    expect(await judge('secret.json', '{"kind":"Secret","data":{"a":"c2VjcmV0"}}')).toEqual(['unsealed-file data.a'])
    expect(await judge('secret.json', '{"kind":"Secret","\\u0064ata":{"a":"c2VjcmV0"}}')).toEqual([
      'unsealed-file data.a',
    ])
  })

  it('passes without such a key, and where it cannot be read', async () => {
    expect(await judge('app.yaml', 'kind: Deployment\nmetadata:\n  name: database\n')).toEqual([])
    expect(await judge('app.yaml', '{{ if .Values.data }}\na: b: c\n')).toEqual([])
    expect(await judge('app.yaml', 'a: b: metadata\n')).toEqual([])
  })

  it('is found by other expressions', async () => {
    expect(await judge('secret.yaml', `${HEAD}data:\n  a: c2VjcmV0\n`, '(?i)^DATA$')).toEqual(['unsealed-file data.a'])
    expect(await judge('secret.yaml', `${HEAD}data:\n  a: c2VjcmV0\n`, '^da')).toEqual(['unsealed-file data.a'])
  })
})

describe('a file whose name says that it is to be sealed', () => {
  it('is refused when it cannot be read, whatever it holds', async () => {
    expect(await judge('app.enc.yaml', 'a: b: metadata\n')).toEqual(['unreadable undefined'])
  })
})

const EVERYTHING = '.*'

/** Ids of what is found in a plain file under a rule. */
async function judgedUnder(file: string, text: string, pathRegex: string, isAtRoot = false, ...fields: string[]) {
  const lines = [`path_regex: '${pathRegex}'`, ...fields, `age: ${AGE}`].join('\n    ')
  const [rule] = parseConfig(Buffer.from(`creation_rules:\n  - ${lines}\n`), '/r/.sops.yaml').rules ?? []
  if (rule === undefined) throw new Error('no rule')
  const findings = await judgePlain({ file, text, rule, isAtRoot, store: await loadStore(storeNameFor(file)) })
  return findings.map(({ level, rule: id }) => `${level} ${id}`)
}

describe('a plain file under a rule', () => {
  it('is found in JSON behind a mark of the order of bytes', async () => {
    expect(await judgedUnder('a.json', '\ufeff{ "a": "winter" }', '\\.json$')).toEqual(['block unsealed-file'])
  })

  it('that cannot be read stops where the rule wants all of it', async () => {
    const template = '{{- if .x }}\na: b\n'
    expect(await judgedUnder('secrets/a.yaml', template, '^secrets/', true)).toEqual(['block unreadable'])
    expect(await judgedUnder('a.yaml', template, EVERYTHING)).toEqual(['block unreadable'])
  })

  it('that cannot be read passes under a rule for everything, at the root or for some keys', async () => {
    const template = '{{- if .x }}\na: b\n'
    expect(await judgedUnder('a.yaml', template, EVERYTHING, true)).toEqual([])
    expect(await judgedUnder('a.yaml', template, EVERYTHING, false, 'encrypted_regex: ^data$')).toEqual([])
  })
})
