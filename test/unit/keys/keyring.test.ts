import { describe, expect, it } from 'vitest'
import { createDataKey } from '../../../src/crypto/data-key.ts'
import { KeyError } from '../../../src/errors.ts'
import { AgeProvider } from '../../../src/keys/age/provider.ts'
import { Keyring } from '../../../src/keys/keyring.ts'
import { fakeEnvironment, newIdentity } from '../../helpers/age.ts'
import { expectNoSecret } from '../../helpers/canary.ts'
import { random } from '../../helpers/random.ts'

const KEYS_FILE = '/home/u/.config/sops/age/keys.txt'

function setUp() {
  const { identity, recipient } = newIdentity()
  const environment = fakeEnvironment({
    variables: { HOME: '/home/u' },
    files: { [KEYS_FILE]: `# mine\n${identity}\n` },
  })
  const keyring = new Keyring([new AgeProvider(environment, random)], random)
  return { identity, recipient, environment, keyring }
}

describe('a keyring', () => {
  it('opens what it wrapped, in one group and in several', async () => {
    const { recipient, keyring } = setUp()
    const dataKey = createDataKey(random)
    const key = keyring.masterKey({ type: 'age', fields: { recipient } })
    for (const groups of [[[key]], [[key], [key], [key]]]) {
      const wrapped = await keyring.wrap({ dataKey, groups, shamirThreshold: 0 })
      expect(Buffer.compare(await keyring.unwrap(wrapped), dataKey)).toBe(0)
    }
  })

  it('looks for identities once for a thousand files, also when all are opened at the same time', async () => {
    const { recipient, environment, keyring } = setUp()
    const key = keyring.masterKey({ type: 'age', fields: { recipient } })
    const wrapped = await keyring.wrap({ dataKey: createDataKey(random), groups: [[key]], shamirThreshold: 0 })
    await Promise.all(Array.from({ length: 1000 }, () => keyring.unwrap(wrapped)))
    expect(environment.calls).toEqual([`read ${KEYS_FILE}`])
  })

  it('gives every caller a data key of its own', async () => {
    const { recipient, keyring } = setUp()
    const key = keyring.masterKey({ type: 'age', fields: { recipient } })
    const wrapped = await keyring.wrap({ dataKey: createDataKey(random), groups: [[key]], shamirThreshold: 0 })
    const [a, b] = await Promise.all([keyring.unwrap(wrapped), keyring.unwrap(wrapped)])
    a.fill(0)
    expect(b.some((byte) => byte !== 0)).toBe(true)
  })

  it('forgets its identities when it is disposed of, and then looks for them anew', async () => {
    const { recipient, environment, keyring } = setUp()
    const key = keyring.masterKey({ type: 'age', fields: { recipient } })
    const wrapped = await keyring.wrap({ dataKey: createDataKey(random), groups: [[key]], shamirThreshold: 0 })
    await keyring.unwrap(wrapped)
    keyring.dispose()
    await keyring.unwrap(wrapped)
    expect(environment.calls).toHaveLength(2)
  })

  it('surveys where keys of each kind are', async () => {
    const { recipient, keyring } = setUp()
    const places = (await keyring.survey()).filter(({ isAbsent }) => !isAbsent)
    expect(places).toEqual([{ type: 'age', place: KEYS_FILE, file: KEYS_FILE, names: [recipient], isAbsent: false }])
  })

  it('shows no identity when it is printed', async () => {
    const { identity, recipient, keyring } = setUp()
    const key = keyring.masterKey({ type: 'age', fields: { recipient } })
    await keyring.unwrap(await keyring.wrap({ dataKey: createDataKey(random), groups: [[key]], shamirThreshold: 0 }))
    expectNoSecret({ keyring }, identity)
  })

  it('refuses a key of a kind that it has no provider for with ERR_KEY_UNSUPPORTED', () => {
    const { keyring } = setUp()
    try {
      keyring.masterKey({ type: 'hckms', fields: { key_id: 'eu:1' } })
      expect.unreachable()
    } catch (error) {
      expect(error).toBeInstanceOf(KeyError)
      expect(error).toMatchObject({ code: 'ERR_KEY_UNSUPPORTED' })
    }
  })
})
