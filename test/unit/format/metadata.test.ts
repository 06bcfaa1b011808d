import { describe, expect, it } from 'vitest'
import { jsonStore } from '../../../src/format/json/store.ts'
import {
  type KeyEntry,
  type Metadata,
  metadataBranch,
  parseMetadata,
  withReaders,
} from '../../../src/format/metadata.ts'
import type { Branch } from '../../../src/format/tree.ts'
import { expectNoSecret, MARKER } from '../../helpers/canary.ts'
import { failure } from '../../helpers/failure.ts'
import { branch, plainTree } from '../../helpers/fake-seal.ts'

const block = (json: string): Branch => jsonStore.parse(json).documents[0] ?? branch({})
const AT = '"lastmodified":"2026-01-02T03:04:05Z"'
const parse = (fields: string): Metadata => parseMetadata(block(`{${AT}${fields === '' ? '' : `,${fields}`}}`))
/** All that a block needs. */
const WHOLE = `${AT},"age":[{"recipient":"a"}]`
const codeOf = (json: string): string => failure(() => parseMetadata(block(json))).code

const AGE: KeyEntry = { type: 'age', enc: 'e\n', fields: { recipient: 'age1x' } }
const PGP: KeyEntry = { type: 'pgp', enc: 'p', createdAt: '2026-01-01T00:00:00Z', fields: { fp: 'ABC' } }
const KMS: KeyEntry = {
  type: 'kms',
  enc: 'k',
  createdAt: '2026-01-01T00:00:00Z',
  fields: { arn: 'arn:x', aws_profile: '', role: 'r' },
  context: { b: '1', a: null },
}

const META: Metadata = {
  groups: [[AGE]],
  shamirThreshold: 0,
  lastModified: '2026-01-02T03:04:05Z',
  mac: 'ENC[x]',
  selector: { field: 'encrypted_regex', pattern: '^data$' },
  macOnlyEncrypted: false,
  version: '3.13.3',
}

describe('the metadata block', () => {
  it.each<[string, Metadata]>([
    ['one group', META],
    ['every kind of field', { ...META, groups: [[KMS, PGP, AGE]], macOnlyEncrypted: true, shamirThreshold: 1 }],
    ['several groups', { ...META, groups: [[AGE], [KMS, PGP]], shamirThreshold: 2 }],
    ['no selector', { ...META, selector: undefined }],
  ])('with %s is read as it was written', (_, metadata) => {
    expect(parseMetadata(metadataBranch(metadata))).toEqual(metadata)
  })

  it('is written in ascending order, with what sops always writes', () => {
    const written = metadataBranch({ ...META, groups: [[AGE], [KMS]], shamirThreshold: 2, macOnlyEncrypted: true })
    expect(plainTree(written)).toEqual([
      ['encrypted_regex', '^data$'],
      [
        'key_groups',
        [
          [
            [
              'age',
              [
                [
                  ['enc', 'e\n'],
                  ['recipient', 'age1x'],
                ],
              ],
            ],
            ['hc_vault', []],
          ],
          [
            ['age', []],
            ['hc_vault', []],
            [
              'kms',
              [
                [
                  ['arn', 'arn:x'],
                  ['aws_profile', ''],
                  [
                    'context',
                    [
                      ['a', null],
                      ['b', '1'],
                    ],
                  ],
                  ['created_at', '2026-01-01T00:00:00Z'],
                  ['enc', 'k'],
                  ['role', 'r'],
                ],
              ],
            ],
          ],
        ],
      ],
      ['lastmodified', '2026-01-02T03:04:05Z'],
      ['mac', 'ENC[x]'],
      ['mac_only_encrypted', { bool: 'True' }],
      ['shamir_threshold', { int: '2' }],
      ['version', '3.13.3'],
    ])
  })

  it('is read with other capitals, weak types and unknown fields, as by sops', () => {
    const metadata = parseMetadata(
      block(
        '{"LastModified":"2026-01-02T03:04:05.5+02:00","Age":{"Recipient":"age1x","enc":5},"shamir_threshold":"3","mac_only_encrypted":"1","x":[]}',
      ),
    )
    expect(metadata).toMatchObject({
      lastModified: '2026-01-02T03:04:05.5+02:00',
      groups: [[{ type: 'age', enc: '5', fields: { recipient: 'age1x' } }]],
      shamirThreshold: 3,
      macOnlyEncrypted: true,
      mac: '',
      version: '',
    })
  })

  it('reads the empty lists of old versions as nothing', () => {
    expect(parse('"kms":null,"pgp":[],"age":[{"recipient":"a","enc":"b"}]').groups).toHaveLength(1)
  })

  it('ignores key groups beside keys of its own', () => {
    expect(parse('"age":[{"recipient":"a"}],"key_groups":[{"age":[]},{"age":[]}]').groups).toHaveLength(1)
  })

  it.each([
    ['no time', '{}'],
    ['a time that is none', '{"lastmodified":"yesterday"}'],
    ['a number as time', '{"lastmodified":5}'],
    ['a list as time', '{"lastmodified":[]}'],
    ['two selectors', `{${WHOLE},"encrypted_regex":"a","unencrypted_suffix":"b"}`],
    ['a key without time', `{${WHOLE},"pgp":[{"fp":"x","enc":"y"}]}`],
    ['keys that are no mappings', `{${AT},"age":["x"]}`],
    ['a context that is no mapping', `{${WHOLE},"kms":[{"created_at":"2026-01-02T03:04:05Z","context":"x"}]}`],
    ['a threshold that is no number', `{${WHOLE},"shamir_threshold":"many"}`],
    ['a flag that is neither', `{${WHOLE},"mac_only_encrypted":"maybe"}`],
    ['no key', `{${AT}}`],
    ['an empty list of keys', `{${AT},"age":[],"key_groups":[]}`],
  ])('is refused with %s', (_, json) => {
    expect(parseMetadata(block(`{${WHOLE}}`)).groups).toHaveLength(1)
    expect(codeOf(json)).toBe('ERR_METADATA')
  })

  it('says so when git gave a sealed dotenv file the line ends of Windows', () => {
    const error = failure(() => parseMetadata(block('{"lastmodified":"2026-01-02T03:04:05Z\\r"}')))
    expect(error).toMatchObject({ code: 'ERR_METADATA', hint: expect.stringContaining('eol=lf') })
  })

  it('does not show what it refuses', () => {
    const error = failure(() => parse(`"shamir_threshold":"${MARKER}-secret"`))
    expect(error.code).toBe('ERR_METADATA')
    expectNoSecret(error)
  })
})

describe('a block with other readers', () => {
  /** As JSON of older versions of sops: other order of fields, empty lists, fields that mean nothing. */
  const OLD = `{"kms":[],"pgp":null,${AT},"mac":"ENC[x]","age":[{"recipient":"age1x","enc":"e\\n","note":1}],"other":{"a":[]},"version":"3.7.1"}`
  const before = block(OLD)
  const [[first] = []] = parseMetadata(before).groups
  const added: KeyEntry = { type: 'age', enc: 'f\n', fields: { recipient: 'age1y' } }
  const json = (branchOf: Branch) => plainTree(branchOf)

  it('is the same as long as they are', () => {
    expect(json(withReaders(before, parseMetadata(before)))).toEqual(json(before))
  })

  it('keeps entries that stay as they were written, and everything else', () => {
    const groups = [first === undefined ? [] : [first, added]]
    const after = withReaders(before, { groups, shamirThreshold: 0 })
    const wanted = OLD.replace('"note":1}', '"note":1},{"enc":"f\\n","recipient":"age1y"}')
    expect(json(after)).toEqual(json(block(wanted)))
    expect(after.items.flatMap((item) => (item.kind === 'entry' ? [item.key] : []))).toEqual(
      before.items.flatMap((item) => (item.kind === 'entry' ? [item.key] : [])),
    )
  })

  it('holds groups or a group, and a threshold where there is one', () => {
    const several = withReaders(before, { groups: [[AGE], [PGP, added]], shamirThreshold: 2 })
    expect(parseMetadata(several)).toEqual({
      ...parseMetadata(before),
      groups: [[AGE], [PGP, added]],
      shamirThreshold: 2,
    })
    const single = withReaders(several, { groups: [[AGE]], shamirThreshold: 0 })
    expect(parseMetadata(single)).toEqual({ ...parseMetadata(before), groups: [[AGE]] })
    expect(single.items.some((item) => item.kind === 'entry' && item.key === 'shamir_threshold')).toBe(false)
  })
})
