import { armor, Decrypter, Encrypter, generateHybridIdentity, identityToRecipient } from 'age-encryption'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { KeyError } from '../../../../src/errors.ts'
import type { KeyEntry } from '../../../../src/format/metadata.ts'
import { encodeArmor } from '../../../../src/keys/age/armor.ts'
import { encodeBech32 } from '../../../../src/keys/age/bech32.ts'
import { formatHeader } from '../../../../src/keys/age/header.ts'
import { AgeProvider } from '../../../../src/keys/age/provider.ts'
import { type FakeMachine, fakeEnvironment, newIdentity } from '../../../helpers/age.ts'
import { expectNoSecret } from '../../../helpers/canary.ts'
import { random } from '../../../helpers/random.ts'
import { runs } from '../../../helpers/runs.ts'

const mine = newIdentity()
const stranger = newIdentity()
const share = Buffer.from(Array.from({ length: 33 }, (_, index) => 255 - 5 * index))

function setUp(machine: FakeMachine = { variables: { SOPS_AGE_KEY: mine.identity } }) {
  const environment = fakeEnvironment(machine)
  return { environment, provider: new AgeProvider(environment, random) }
}

const key = (provider: AgeProvider, recipient: string) => provider.masterKey({ type: 'age', fields: { recipient } })

async function failure(run: Promise<unknown>): Promise<KeyError> {
  const error = await run.then(() => undefined).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(KeyError)
  expectNoSecret(error, mine.identity, share)
  return error as KeyError
}

describe('an age master key', () => {
  it('is named by its recipient, and wraps into an armored age file that ends with a line feed', async () => {
    const { provider } = setUp()
    const masterKey = key(provider, `  ${mine.recipient} `)
    expect(masterKey).toMatchObject({ type: 'age', name: mine.recipient })
    const entry = await masterKey.wrap(share)
    expect(entry).toEqual({ type: 'age', fields: { recipient: mine.recipient }, enc: expect.any(String) })
    expect(entry.enc).toMatch(/^-----BEGIN AGE ENCRYPTED FILE-----\n[\s\S]*\n-----END AGE ENCRYPTED FILE-----\n$/)
  })

  it('comes back by unwrapping, whatever was wrapped', async () => {
    const { provider } = setUp()
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 100 }), async (bytes) => {
        const entry = await key(provider, mine.recipient).wrap(bytes)
        expect(Buffer.from((await provider.unwrap(entry)) ?? [])).toEqual(Buffer.from(bytes))
      }),
      runs(20),
    )
  })

  it('wraps for a hybrid recipient, and unwraps with its identity', async () => {
    const identity = await generateHybridIdentity()
    const recipient = await identityToRecipient(identity)
    const { provider } = setUp({ variables: { SOPS_AGE_KEY: `${mine.identity} ${identity}` } })
    const entry = await key(provider, recipient).wrap(share)
    expect(await provider.unwrap(entry)).toEqual(share)
  })

  it('is opened by the age library', async () => {
    const { provider } = setUp()
    const entry = await key(provider, mine.recipient).wrap(share)
    const decrypter = new Decrypter()
    decrypter.addIdentity(mine.identity)
    expect(Buffer.from(await decrypter.decrypt(armor.decode(entry.enc)))).toEqual(share)
  })

  it('leaves the share to its caller', async () => {
    const own = Buffer.from(share)
    await key(setUp().provider, mine.recipient).wrap(own)
    expect(own).toEqual(share)
  })

  it('does not exist for what is no recipient', () => {
    const { provider } = setUp()
    expect(() => key(provider, 'age1xyz')).toThrow(expect.objectContaining({ code: 'ERR_RECIPIENT' }))
    expect(() => provider.masterKey({ type: 'age', fields: {} })).toThrow(
      expect.objectContaining({ code: 'ERR_RECIPIENT' }),
    )
    expect(() => key(provider, 'ssh-ed25519 AAAA')).toThrow(expect.objectContaining({ code: 'ERR_KEY_UNSUPPORTED' }))
  })

  it('does not wrap for a point of low order with ERR_RECIPIENT', async () => {
    const unsafe = encodeBech32('age', new Uint8Array(32))
    expect((await failure(key(setUp().provider, unsafe).wrap(share))).code).toBe('ERR_RECIPIENT')
  })
})

describe('unwrapping an age entry', () => {
  it('opens what the age library wrapped', async () => {
    const encrypter = new Encrypter()
    encrypter.addRecipient(mine.recipient)
    const enc = armor.encode(await encrypter.encrypt(share))
    expect(await setUp().provider.unwrap({ type: 'age', enc, fields: { recipient: mine.recipient } })).toEqual(share)
  })

  it('opens an entry that names another recipient than it was wrapped for', async () => {
    const { provider } = setUp()
    const entry = await key(provider, mine.recipient).wrap(share)
    expect(await provider.unwrap({ ...entry, fields: { recipient: stranger.recipient } })).toEqual(share)
    expect(await provider.unwrap({ ...entry, fields: {} })).toEqual(share)
  })

  it('is null when the entry is for somebody else', async () => {
    const { provider } = setUp()
    expect(await provider.unwrap(await key(provider, stranger.recipient).wrap(share))).toBeNull()
  })

  it('is null when the entry claims to be for us and is not', async () => {
    const { provider } = setUp()
    const entry = await key(provider, stranger.recipient).wrap(share)
    expect(await provider.unwrap({ ...entry, fields: { recipient: mine.recipient } })).toBeNull()
  })

  it('says what is wrong with a damaged entry', async () => {
    const { provider } = setUp()
    const good = await key(provider, mine.recipient).wrap(share)
    const lines = good.enc.split('\n')
    const cases = [
      ['', 'it does not start with the armor line'],
      [good.enc.slice(0, 200), 'it does not end with the armor line'],
      [good.enc.replace(lines[1] ?? '', 'A'.repeat(64)), 'it does not start with the version line of age'],
      [lines.toSpliced(lines.length - 3, 1, 'AAAA').join('\n'), 'its content was changed or cut off'],
      [`${good.enc}${' '.repeat(200_000)}`, 'it is far too long'],
    ] as const
    for (const [enc, reason] of cases) {
      const error = await failure(provider.unwrap({ ...good, enc }))
      expect(error.code).toBe('ERR_NO_DATA_KEY')
      expect(error.message).toContain(reason)
    }
  })

  it('opens nothing after any changed character', async () => {
    const { provider } = setUp()
    const good = await key(provider, mine.recipient).wrap(share)
    await fc.assert(
      fc.asyncProperty(
        fc.nat({ max: good.enc.length - 1 }),
        fc.constantFrom(...'AZaz09+/=- \n'),
        async (index, other) => {
          fc.pre(good.enc[index] !== other)
          const enc = good.enc.slice(0, index) + other + good.enc.slice(index + 1)
          const opened = await provider.unwrap({ ...good, enc }).catch((error: unknown) => {
            // a change in the type of the stanza makes it one of a kind that we do not know
            expect(error).toMatchObject({ code: expect.stringMatching(/^ERR_(NO_DATA_KEY|KEY_UNSUPPORTED)$/) })
            return null
          })
          // the last character is a line feed: any other white space does as well
          if (opened !== null) expect(enc.trimEnd()).toBe(good.enc.trimEnd())
        },
      ),
      runs(200),
    )
  })

  it('says of SSH and plugin entries that they cannot be used yet, and runs and asks nothing for them', async () => {
    const { environment, provider } = setUp({ variables: { SOPS_AGE_KEY_CMD: 'give', SOPS_AGE_KEY_FILE: '/k' } })
    const entry = (type: string): KeyEntry => ({
      type: 'age',
      fields: { recipient: 'ssh-ed25519 AAAA' },
      enc: encodeArmor(formatHeader([{ type, args: ['abc'], body: new Uint8Array(32) }], new Uint8Array(16))),
    })
    const ssh = await failure(provider.unwrap(entry('ssh-ed25519')))
    expect(ssh).toMatchObject({
      code: 'ERR_KEY_UNSUPPORTED',
      message: 'it is wrapped for an SSH key, which cannot be used yet',
    })
    expect((await failure(provider.unwrap(entry('piv-p256')))).code).toBe('ERR_KEY_UNSUPPORTED')
    expect(environment.calls).toEqual([])
  })

  it('never stretches a passphrase for a file of the repository', async () => {
    const encrypter = new Encrypter()
    encrypter.setPassphrase('open')
    encrypter.setScryptWorkFactor(2)
    const enc = armor.encode(await encrypter.encrypt(share))
    const { environment, provider } = setUp({ variables: {}, passphrase: () => 'open' })
    expect((await failure(provider.unwrap({ type: 'age', enc, fields: {} }))).code).toBe('ERR_KEY_UNSUPPORTED')
    expect(environment.calls).toEqual([])
  })

  it('knows which entries it can open', async () => {
    const { provider } = setUp()
    const entries = await Promise.all([mine, stranger].map(({ recipient }) => key(provider, recipient).wrap(share)))
    expect(await Promise.all(entries.map((entry) => provider.holds(entry)))).toEqual([true, false])
  })
})
