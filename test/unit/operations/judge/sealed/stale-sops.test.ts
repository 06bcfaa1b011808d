import { describe, expect, it } from 'vitest'
import type { KeyEntry, Metadata } from '../../../../../src/format/metadata.ts'
import type { StoreName } from '../../../../../src/format/tree.ts'
import { stale } from '../../../../../src/operations/judge/sealed/stale-sops.ts'

const kms = (context: KeyEntry['context']): KeyEntry => ({
  ...{ type: 'kms', enc: '', fields: { arn: 'arn:aws:kms:eu-west-1:1:key/a' } },
  ...(context === undefined ? {} : { context }),
})

function told(version: string, store: StoreName, { min, key }: { min?: string; key?: KeyEntry } = {}): string[] {
  const metadata: Metadata = {
    ...{ groups: [key === undefined ? [] : [key]], shamirThreshold: 0, lastModified: '', mac: '' },
    ...{ selector: undefined, macOnlyEncrypted: false, version },
  }
  return stale('a', store, metadata, min).map(({ rule, message }) => `${rule}: ${message}`)
}

describe('files that an old sops wrote', () => {
  it.each<[string, StoreName, Parameters<typeof told>[2], string]>([
    ['2.0.8', 'yaml', {}, 'before 3.0.0 comments were left in clear'],
    ['1.14', 'yaml', {}, 'before 3.0.0'],
    ['v2.0.0', 'yaml', {}, 'before 3.0.0'],
    ['3.2.0', 'json', { key: kms({ a: '1', b: '2' }) }, 'before 3.3.0'],
    ['3.13.1', 'ini', {}, '3.13.0 and 3.13.1 wrote INI metadata'],
    ['3.8.1', 'json', { min: '3.9' }, '.bulla/policy.yaml wants 3.9'],
    ['3.9.9', 'json', { min: '3.10.0' }, '.bulla/policy.yaml wants 3.10.0'],
    ['', 'json', {}, 'it names no version'],
  ])('%s, %s are told', (version, store, more, message) => {
    const [first, ...others] = told(version, store, more)
    expect(first).toContain('stale-version: ')
    expect(first).toContain(message)
    expect(others).toEqual([])
  })

  it.each<[string, StoreName, Parameters<typeof told>[2]]>([
    ['3.0.0', 'yaml', {}],
    ['2.0.8', 'json', {}],
    ['3.2.0', 'json', { key: kms({ a: '1' }) }],
    ['3.3.0', 'json', { key: kms({ a: '1', b: '2' }) }],
    ['3.12.2', 'ini', {}],
    ['3.13.2', 'ini', {}],
    ['3.9.0', 'json', { min: '3.9' }],
    ['3.10.0', 'json', { min: '3.9.4' }],
    ['4.0.0', 'json', { min: '3.9.4' }],
    ['no version', 'json', { min: '3.9.4' }],
  ])('%s, %s are not', (version, store, more) => {
    expect(told(version, store, more)).toEqual([])
  })
})
