import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { asDataKey, createDataKey } from '../../../src/crypto/data-key.ts'
import { combineShares } from '../../../src/crypto/shamir.ts'
import { KeyError } from '../../../src/errors.ts'
import { unwrapDataKey } from '../../../src/keys/unwrap-data-key.ts'
import { wrapDataKey } from '../../../src/keys/wrap-data-key.ts'
import { expectNoSecret } from '../../helpers/canary.ts'
import { fakeProvider, masterKeys } from '../../helpers/keys.ts'
import { random } from '../../helpers/random.ts'
import { runs } from '../../helpers/runs.ts'

const dataKey = asDataKey(Uint8Array.from({ length: 32 }, (_, index) => 200 - index))

async function failure(run: Promise<unknown>): Promise<KeyError> {
  const error = await run.then(() => undefined).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(KeyError)
  return error as KeyError
}

describe('wrapDataKey with one group', () => {
  it('wraps the whole data key for every key, in order', async () => {
    const provider = fakeProvider('pgp')
    const wrapped = await wrapDataKey({ dataKey, groups: [masterKeys(provider, 'A', 'B')], shamirThreshold: 0, random })
    const enc = Buffer.from(dataKey).toString('hex')
    expect(wrapped).toEqual({
      groups: [
        [
          { type: 'pgp', fields: { fp: 'A' }, enc },
          { type: 'pgp', fields: { fp: 'B' }, enc },
        ],
      ],
      shamirThreshold: 0,
    })
  })

  it('keeps the threshold it was given, without effect', async () => {
    const groups = [masterKeys(fakeProvider('pgp'), 'A')]
    expect((await wrapDataKey({ dataKey, groups, shamirThreshold: 3, random })).shamirThreshold).toBe(3)
  })

  it('leaves the data key to the caller', async () => {
    const own = createDataKey(random)
    const before = Buffer.from(own).toString('hex')
    await wrapDataKey({ dataKey: own, groups: [masterKeys(fakeProvider('pgp'), 'A')], shamirThreshold: 0, random })
    expect(Buffer.from(own).toString('hex')).toBe(before)
  })
})

describe('wrapDataKey with several groups', () => {
  it('gives share i to every key of group i', async () => {
    const provider = fakeProvider('pgp')
    const groups = [masterKeys(provider, 'A', 'B'), masterKeys(provider, 'C'), masterKeys(provider, 'D')]
    const wrapped = await wrapDataKey({ dataKey, groups, shamirThreshold: 2, random })
    const shares = wrapped.groups.map((group) => group.map(({ enc }) => new Uint8Array(Buffer.from(enc, 'hex'))))
    expect(shares.map((group) => group.map((share) => [share.length, share[32]]))).toEqual([
      [
        [33, 1],
        [33, 1],
      ],
      [[33, 2]],
      [[33, 3]],
    ])
    expect(shares[0]?.[0]).toEqual(shares[0]?.[1])
    const [c, d] = [shares[1]?.[0], shares[2]?.[0]]
    expect(c !== undefined && d !== undefined && Buffer.compare(combineShares([d, c]), dataKey)).toBe(0)
  })

  it('needs all groups when the threshold is 0, and records their number', async () => {
    const provider = fakeProvider('pgp')
    const groups = ['A', 'B', 'C'].map((name) => masterKeys(provider, name))
    expect((await wrapDataKey({ dataKey, groups, shamirThreshold: 0, random })).shamirThreshold).toBe(3)
  })

  it('wipes the shares, also when a key fails', async () => {
    for (const errors of [{}, { B: new KeyError('ERR_WRAP', 'no') }]) {
      const provider = fakeProvider('pgp', { errors })
      const groups = ['A', 'B'].map((name) => masterKeys(provider, name))
      await wrapDataKey({ dataKey, groups, shamirThreshold: 0, random }).catch(() => undefined)
      expect(provider.shares).toHaveLength(2)
      expect(provider.shares.every((share) => share.every((byte) => byte === 0))).toBe(true)
    }
  })

  it('is undone by unwrapDataKey with any groups that reach the threshold', async () => {
    const shapes = fc
      .integer({ min: 2, max: 6 })
      .chain((count) =>
        fc.tuple(fc.constant(count), fc.integer({ min: 2, max: count }), fc.uniqueArray(fc.nat({ max: count - 1 }))),
      )
    await fc.assert(
      fc.asyncProperty(shapes, async ([count, shamirThreshold, lost]) => {
        const provider = fakeProvider('pgp', { foreign: lost.map(String) })
        const groups = Array.from({ length: count }, (_, index) => masterKeys(provider, String(index)))
        const wrapped = await wrapDataKey({ dataKey, groups, shamirThreshold, random })
        const opened = unwrapDataKey(wrapped, new Map([['pgp', provider]]))
        if (count - lost.length >= shamirThreshold) expect(Buffer.compare(await opened, dataKey)).toBe(0)
        else expect((await failure(opened)).code).toBe('ERR_NO_DATA_KEY')
      }),
      runs(50),
    )
  })

  it.each([
    [2, 1],
    [2, 3],
    [3, -1],
    [3, 1.5],
    [256, 2],
  ])(
    'refuses %i groups with a threshold of %d with ERR_KEY_GROUPS, before anything is wrapped',
    async (count, shamirThreshold) => {
      const provider = fakeProvider('pgp')
      const groups = Array.from({ length: count }, (_, index) => masterKeys(provider, String(index)))
      expect((await failure(wrapDataKey({ dataKey, groups, shamirThreshold, random }))).code).toBe('ERR_KEY_GROUPS')
      expect(provider.calls).toEqual([])
    },
  )
})

describe('wrapDataKey when it cannot', () => {
  it.each([
    ['no group', [], 'no master key was given'],
    ['one empty group', [[]], 'no master key was given'],
    ['an empty group among others', [masterKeys(fakeProvider('pgp'), 'A'), []], 'key group 1 is empty'],
  ])('refuses %s with ERR_NO_RECIPIENT', async (_, groups, said) => {
    const error = await failure(wrapDataKey({ dataKey, groups, shamirThreshold: 0, random }))
    expect(error).toMatchObject({ code: 'ERR_NO_RECIPIENT', message: expect.stringContaining(said) })
  })

  it('fails as a whole with ERR_WRAP when one key fails, and lists every failure with its reason', async () => {
    const errors = {
      B: new KeyError('ERR_WRAP', 'the service is not there'),
      C: new TypeError(Buffer.from(dataKey).toString('hex')),
    }
    const provider = fakeProvider('pgp', { errors })
    const groups = [masterKeys(provider, 'A', 'B'), masterKeys(provider, 'C')]
    const error = await failure(wrapDataKey({ dataKey, groups, shamirThreshold: 0, random }))
    expect(error.code).toBe('ERR_WRAP')
    expect(error.message.split('\n').slice(1)).toEqual([
      '  pgp B: the service is not there',
      '  pgp C: internal error (TypeError)',
    ])
    expectNoSecret(error, dataKey)
  })
})
