import { describe, expect, it } from 'vitest'
import { splitSecret } from '../../../src/crypto/shamir.ts'
import { KeyError } from '../../../src/errors.ts'
import type { KeyType } from '../../../src/format/metadata.ts'
import type { KeyProvider } from '../../../src/keys/master-key.ts'
import { canUnwrapDataKey, unwrapDataKey } from '../../../src/keys/unwrap-data-key.ts'
import { expectNoSecret, MARKER } from '../../helpers/canary.ts'
import { fakeEntry, fakeProvider } from '../../helpers/keys.ts'
import { random } from '../../helpers/random.ts'

const dataKey = Uint8Array.from({ length: 32 }, (_, index) => 200 - index)

function providers(...list: KeyProvider[]): ReadonlyMap<KeyType, KeyProvider> {
  return new Map(list.map((provider) => [provider.type, provider]))
}

async function failure(run: Promise<unknown>): Promise<KeyError> {
  const error = await run.then(() => undefined).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(KeyError)
  return error as KeyError
}

describe('unwrapDataKey with one group', () => {
  it('tries key after key until one opens', async () => {
    const pgp = fakeProvider('pgp', { foreign: ['A'], errors: { B: new KeyError('ERR_NO_DATA_KEY', 'broken') } })
    const group = ['A', 'B', 'C', 'D'].map((name) => fakeEntry('pgp', name, dataKey))
    expect(await unwrapDataKey({ groups: [group], shamirThreshold: 0 }, providers(pgp))).toEqual(dataKey)
    expect(pgp.calls).toEqual(['unwrap A', 'unwrap B', 'unwrap C'])
  })

  it('tries age and pgp before other types, unless told otherwise', async () => {
    const order: string[] = []
    const watch = (type: KeyType): KeyProvider => ({
      ...fakeProvider(type),
      unwrap: async () => {
        order.push(type)
        return null
      },
    })
    const group = (['kms', 'pgp', 'age'] as const).map((type) => fakeEntry(type, type, dataKey))
    const all = providers(watch('kms'), watch('pgp'), watch('age'))
    await failure(unwrapDataKey({ groups: [group], shamirThreshold: 0 }, all))
    await failure(unwrapDataKey({ groups: [group], shamirThreshold: 0, order: ['pgp', 'kms'] }, all))
    expect(order).toEqual(['age', 'pgp', 'kms', 'pgp', 'kms', 'age'])
  })

  it('tries a key that is surely at hand before others of its type, but not before another type', async () => {
    const age = fakeProvider('age', { foreign: ['A', 'B', 'C'], held: ['C'] })
    const pgp = fakeProvider('pgp', { held: ['P'] })
    const group = [...['A', 'B', 'C'].map((name) => fakeEntry('age', name, dataKey)), fakeEntry('pgp', 'P', dataKey)]
    await unwrapDataKey({ groups: [group], shamirThreshold: 0 }, providers(age, pgp))
    expect([...age.calls, ...pgp.calls]).toEqual(['unwrap C', 'unwrap A', 'unwrap B', 'unwrap P'])
  })

  it('takes the whole data key whatever the threshold says', async () => {
    const pgp = fakeProvider('pgp')
    const groups = [[fakeEntry('pgp', 'A', dataKey)]]
    for (const shamirThreshold of [0, 1, 7]) {
      expect(await unwrapDataKey({ groups, shamirThreshold }, providers(pgp))).toEqual(dataKey)
    }
  })

  it('passes over an entry that holds something else than a data key', async () => {
    const pgp = fakeProvider('pgp')
    const group = [fakeEntry('pgp', 'A', dataKey.subarray(1)), fakeEntry('pgp', 'B', dataKey)]
    expect(await unwrapDataKey({ groups: [group], shamirThreshold: 0 }, providers(pgp))).toEqual(dataKey)
    const error = await failure(unwrapDataKey({ groups: [group.slice(0, 1)], shamirThreshold: 0 }, providers(pgp)))
    expect(error.code).toBe('ERR_NO_DATA_KEY')
    expect(error.message).toContain('pgp A: it holds 31 bytes where a data key of 32 is expected')
  })
})

describe('unwrapDataKey with several groups', () => {
  const shares = splitSecret(dataKey, { shares: 3, threshold: 2, random })
  const groups = shares.map((share, index) => [fakeEntry('pgp', `G${index + 1}`, share)])

  it('stops as soon as enough groups have answered', async () => {
    const pgp = fakeProvider('pgp')
    expect(await unwrapDataKey({ groups, shamirThreshold: 2 }, providers(pgp))).toEqual(dataKey)
    expect(pgp.calls).toEqual(['unwrap G1', 'unwrap G2'])
  })

  it('goes on with the next group when one does not open', async () => {
    const pgp = fakeProvider('pgp', { foreign: ['G1'] })
    expect(await unwrapDataKey({ groups, shamirThreshold: 2 }, providers(pgp))).toEqual(dataKey)
  })

  it('needs all groups when the file has no threshold', async () => {
    const pgp = fakeProvider('pgp', { foreign: ['G3'] })
    expect((await failure(unwrapDataKey({ groups, shamirThreshold: 0 }, providers(pgp)))).code).toBe('ERR_NO_DATA_KEY')
    expect(await unwrapDataKey({ groups, shamirThreshold: 0 }, providers(fakeProvider('pgp')))).toEqual(dataKey)
  })

  it('needs two groups even when the file says one, because no share is the data key', async () => {
    const pgp = fakeProvider('pgp')
    expect(await unwrapDataKey({ groups, shamirThreshold: 1 }, providers(pgp))).toEqual(dataKey)
    expect(pgp.calls).toHaveLength(2)
  })

  it.each([4, -1])('refuses a threshold of %i for three groups with ERR_KEY_GROUPS', async (shamirThreshold) => {
    expect((await failure(unwrapDataKey({ groups, shamirThreshold }, providers(fakeProvider('pgp'))))).code).toBe(
      'ERR_KEY_GROUPS',
    )
  })

  it('fails with ERR_KEY_GROUPS when two groups hold the same share', async () => {
    const [first] = shares
    const same = [first, first].map((share, index) => [fakeEntry('pgp', String(index), share ?? dataKey)])
    expect(
      (await failure(unwrapDataKey({ groups: same, shamirThreshold: 2 }, providers(fakeProvider('pgp'))))).code,
    ).toBe('ERR_KEY_GROUPS')
  })

  it('does not take a whole data key for a share', async () => {
    const mixed = [[fakeEntry('pgp', 'A', dataKey)], ...groups.slice(0, 1)]
    const error = await failure(unwrapDataKey({ groups: mixed, shamirThreshold: 2 }, providers(fakeProvider('pgp'))))
    expect(error.code).toBe('ERR_NO_DATA_KEY')
  })
})

describe('unwrapDataKey when nothing opens', () => {
  it('says so with ERR_NO_DATA_KEY when the file names no key', async () => {
    expect((await failure(unwrapDataKey({ groups: [], shamirThreshold: 0 }, providers()))).code).toBe('ERR_NO_DATA_KEY')
    expect((await failure(unwrapDataKey({ groups: [[]], shamirThreshold: 0 }, providers()))).code).toBe(
      'ERR_NO_DATA_KEY',
    )
  })

  it('lists every key with its own reason, then where keys were looked for', async () => {
    const age = fakeProvider('age', {
      foreign: ['age1mine'],
      errors: { age1bad: new KeyError('ERR_NO_DATA_KEY', 'its age file cannot be read: it is far too long') },
      report: ['age identities were looked for in', '  SOPS_AGE_KEY: no identity'],
    })
    const group = [
      fakeEntry('kms', 'K', dataKey),
      fakeEntry('age', 'age1mine', dataKey),
      fakeEntry('age', 'age1bad', dataKey),
    ]
    const error = await failure(unwrapDataKey({ groups: [group], shamirThreshold: 0 }, providers(age)))
    expect(error.code).toBe('ERR_NO_DATA_KEY')
    expect(error.message.split('\n')).toEqual([
      'no key at hand opens this file',
      '  age age1mine: no key for it was found here',
      '  age age1bad: its age file cannot be read: it is far too long',
      '  kms (without a name): keys of the kind kms cannot be used by this version of bulla',
      'age identities were looked for in',
      '  SOPS_AGE_KEY: no identity',
    ])
    expect(error.hint).toContain('SOPS_AGE_KEY_FILE')
  })

  it('sends to sops where only sops has a use for the keys', async () => {
    const group = [fakeEntry('pgp', 'P', dataKey), fakeEntry('age', 'ssh-ed25519 AAAA', dataKey)]
    const age = fakeProvider('age', {
      errors: { 'ssh-ed25519 AAAA': new KeyError('ERR_KEY_UNSUPPORTED', 'an SSH key') },
    })
    const error = await failure(unwrapDataKey({ groups: [group], shamirThreshold: 0 }, providers(age)))
    expect(error.hint).toMatch(/^open it with sops/)
  })

  it('lists the groups, and says how many were needed', async () => {
    const shares = splitSecret(dataKey, { shares: 3, threshold: 3, random })
    const groups = shares.map((share, index) => [fakeEntry('pgp', `G${index + 1}`, share)])
    const error = await failure(
      unwrapDataKey({ groups, shamirThreshold: 3 }, providers(fakeProvider('pgp', { foreign: ['G1', 'G3'] }))),
    )
    expect(error.message.split('\n')).toEqual([
      'no data key: 3 of 3 key groups have to open, 1 did',
      '  group 0: did not open',
      '    pgp G1: no key for it was found here',
      '  group 1: opened',
      '  group 2: did not open',
      '    pgp G3: no key for it was found here',
    ])
    expect(error.code).toBe('ERR_NO_DATA_KEY')
    expectNoSecret(error, ...shares)
  })

  it('shows nothing of an error that is not ours', async () => {
    const cause = new Error(`could not parse AGE-SECRET-KEY-1${MARKER}`)
    const pgp = fakeProvider('pgp', { errors: { A: cause, B: `${MARKER}` } })
    const group = ['A', 'B'].map((name) => fakeEntry('pgp', name, dataKey))
    const error = await failure(unwrapDataKey({ groups: [group], shamirThreshold: 0 }, providers(pgp)))
    expect(error.code).toBe('ERR_NO_DATA_KEY')
    expect(error.message).toContain('internal error (Error)')
    expectNoSecret(error, dataKey)
  })
})

describe('canUnwrapDataKey', () => {
  const entries = (...names: readonly string[]) => names.map((name) => [fakeEntry('age', name, dataKey)])

  it('does not try what is surely at hand', async () => {
    const age = fakeProvider('age', { held: ['A'] })
    expect(await canUnwrapDataKey({ groups: entries('A'), shamirThreshold: 0 }, providers(age))).toBe(true)
    const both = fakeProvider('age', { held: ['A', 'C'] })
    expect(await canUnwrapDataKey({ groups: entries('A', 'B', 'C'), shamirThreshold: 2 }, providers(both))).toBe(true)
    expect([...age.calls, ...both.calls].filter((call) => call.startsWith('unwrap'))).toEqual([])
  })

  it('tries what may be at hand', async () => {
    const age = fakeProvider('age')
    expect(await canUnwrapDataKey({ groups: entries('A'), shamirThreshold: 0 }, providers(age))).toBe(true)
    expect(age.calls).toContain('unwrap A')
  })

  it('says no when not enough groups open', async () => {
    const foreign = fakeProvider('age', { foreign: ['A', 'B'] })
    const held = fakeProvider('age', { foreign: ['B'], held: ['A'] })
    expect(await canUnwrapDataKey({ groups: entries('A'), shamirThreshold: 0 }, providers(foreign))).toBe(false)
    expect(await canUnwrapDataKey({ groups: entries('A', 'B'), shamirThreshold: 0 }, providers(held))).toBe(false)
  })
})
