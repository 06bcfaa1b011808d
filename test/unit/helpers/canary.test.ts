import { describe, expect, it } from 'vitest'
import { expectNoSecret, MARKER } from '../../helpers/canary.ts'

const IDENTITY = 'AGE-SECRET-KEY-1G0Q5K9TV4REQ3ZSQRMTMG8NSWQGYT0T7TZ33RAZEE0GYZVZN0APSU24RK7'
const KEY = Uint8Array.from({ length: 32 }, (_, index) => 17 * index + 3)
const leaks = (shown: unknown, ...secrets: (string | Uint8Array)[]) =>
  expect(() => expectNoSecret(shown, ...secrets)).toThrow()

describe('the canary', () => {
  it('finds the marker and whole secrets', () => {
    leaks(`the value is ${MARKER}`)
    leaks(`bad key ${IDENTITY}`, IDENTITY)
    leaks(`bad key ${IDENTITY.toLowerCase()}`, IDENTITY)
  })

  it('finds a piece of a secret', () => {
    leaks(`bad key …${IDENTITY.slice(30, 45)}…`, IDENTITY)
    leaks(`near ${Buffer.from(KEY).toString('hex').slice(8, 24)}`, KEY)
  })

  it('finds a secret wherever an error carries it', () => {
    leaks(new Error('outer', { cause: new Error(IDENTITY) }), IDENTITY)
    leaks(Object.assign(new Error('outer'), { details: { deep: { deeper: { deepest: { key: KEY } } } } }), KEY)
    leaks(Object.assign(new Error('outer'), { toJSON: () => ({ key: Buffer.from(KEY).toString('base64') }) }), KEY)
  })

  it('lets through what shows no secret', () => {
    expect(() => expectNoSecret(new Error('an identity starts with AGE-SECRET-KEY-1'), IDENTITY, KEY)).not.toThrow()
  })

  it('refuses to look for a secret that is too short to be told from other text', () => {
    expect(() => expectNoSecret('text', 'abc')).toThrow(RangeError)
  })
})
