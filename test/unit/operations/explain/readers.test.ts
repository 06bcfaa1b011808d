import { describe, expect, it } from 'vitest'
import { AgeProvider } from '../../../../src/keys/age/provider.ts'
import { Keyring } from '../../../../src/keys/keyring.ts'
import type { KeyPlace } from '../../../../src/keys/master-key.ts'
import { type Reader, ReaderBook, readerDrift, readersOf } from '../../../../src/operations/explain/readers.ts'
import { fakeEnvironment, newIdentity } from '../../../helpers/age.ts'
import { random } from '../../../helpers/random.ts'

const [mine, hers] = [newIdentity().recipient, newIdentity().recipient]
const AT_HAND: KeyPlace = { type: 'age', place: 'SOPS_AGE_KEY', names: [mine], isAbsent: false }
const LOCKED: KeyPlace = { type: 'age', place: '/k', names: [], needs: 'passphrase', isAbsent: false }

const bookWith = (...places: KeyPlace[]) =>
  new ReaderBook(new Keyring([new AgeProvider(fakeEnvironment(), random)], random), places)
const book = bookWith(AT_HAND)
const age = (recipient: string): Reader => book.reader({ type: 'age', fields: { recipient } }, { names: new Map() })
const pgp = book.reader({ type: 'pgp', fields: { fp: 'ABC' } }, { names: new Map([['ABC', 'old key']]) })

describe('a reader', () => {
  it('is told with its name, whether it is ours, and whether it can be used', () => {
    expect(age(mine)).toEqual({ type: 'age', key: mine, shown: `age ${mine}`, mine: ['SOPS_AGE_KEY'] })
    expect(pgp).toMatchObject({ name: 'old key', mine: [], problem: expect.stringContaining('cannot be used') })
    expect(age('age1wrong').problem).toMatch(/mistyped/)
  })
})

describe('whether a file opens here', () => {
  const cases: [string, readonly (readonly string[])[], number, readonly KeyPlace[], string][] = [
    ['one of the readers is ours', [[hers, mine]], 0, [AT_HAND], 'yes'],
    ['none is ours', [[hers]], 0, [AT_HAND], 'no'],
    ['none is ours, but something is locked', [[hers]], 0, [LOCKED], 'maybe'],
    ['all groups are needed, and one is ours', [[mine], [hers]], 0, [AT_HAND], 'no'],
    ['two of three groups are needed', [[mine], [hers], [mine]], 2, [AT_HAND], 'yes'],
    ['one more group is needed, and something is locked', [[mine], [hers]], 2, [AT_HAND, LOCKED], 'maybe'],
    ['there are no places', [[mine]], 0, [], 'no'],
  ]

  it.each(cases)('is known without trying: %s', (_name, groups, threshold, places, expected) => {
    const used = bookWith(...places)
    const read = (recipient: string) => used.reader({ type: 'age', fields: { recipient } }, { names: new Map() })
    expect(
      used.opening(
        readersOf(
          groups.map((group) => group.map(read)),
          threshold,
        ),
      ),
    ).toBe(expected)
  })

  it('is not hoped for where only keys are left that cannot be used', () => {
    expect(bookWith(LOCKED).opening(readersOf([[pgp]], 0))).toBe('no')
  })
})

describe('the drift of readers', () => {
  it('is told group by group', () => {
    const [a, b] = [age(mine), age(hers)]
    expect(readerDrift(readersOf([[a], [b]], 0), readersOf([[a, b], [a], [b]], 0))).toEqual({
      added: [
        { group: 0, reader: b },
        { group: 1, reader: a },
        { group: 2, reader: b },
      ],
      removed: [{ group: 1, reader: b }],
    })
    expect(readerDrift(readersOf([[a, b]], 0), readersOf([[b, a]], 0))).toEqual({ added: [], removed: [] })
  })
})
