import { describe, expect, it } from 'vitest'
import { shownNode } from '../../../../src/cli/show/node-text.ts'
import { loadStore } from '../../../../src/operations/stores.ts'

async function shown(yaml: string): Promise<string> {
  const store = await loadStore('yaml')
  return shownNode(store.parse(yaml).documents[0])
}

describe('a side of a conflict', () => {
  it('that is a document is shown by its keys, without their values', async () => {
    expect(await shown('db:\n  password: secret # why\n  hosts: [secret, secret]\nport: 1\n')).toBe(
      '(a mapping: db.password, db.hosts[0], db.hosts[1], port)',
    )
    const many = Array.from({ length: 11 }, (_, index) => `k${index}: secret\n`).join('')
    expect(await shown(many)).toBe('(a mapping: k0, k1, k2, k3, k4, k5, k6, k7 and 3 more)')
    expect(await shown('{}\n')).toBe('(an empty mapping)')
  })

  it('that is taken away says so', () => {
    expect(shownNode(undefined)).toBe('(taken away)')
  })
})
