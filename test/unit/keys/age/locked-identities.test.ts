import { armor, Encrypter } from 'age-encryption'
import { describe, expect, it } from 'vitest'
import { LockedIdentities } from '../../../../src/keys/age/locked-identities.ts'
import { type FakeMachine, fakeEnvironment, newIdentity } from '../../../helpers/age.ts'
import { ageVectors } from '../../../helpers/age-vectors.ts'
import { expectNoSecret, MARKER } from '../../../helpers/canary.ts'

const { identity, recipient } = newIdentity()
const PASSPHRASE = `${MARKER}-correct-horse`

async function lock(content: string): Promise<Uint8Array> {
  const encrypter = new Encrypter()
  encrypter.setPassphrase(PASSPHRASE)
  encrypter.setScryptWorkFactor(2)
  return await encrypter.encrypt(content)
}

const binary = (file: Uint8Array) => Buffer.from(file).toString('latin1')

function locked(text: string, passphrase: FakeMachine['passphrase']) {
  const environment = fakeEnvironment(passphrase === undefined ? {} : { passphrase })
  return { environment, file: new LockedIdentities('SOPS_AGE_KEY_FILE', text, environment) }
}

describe('an identity file behind a passphrase', () => {
  it('opens in both forms, and keeps comments apart', async () => {
    const content = await lock(`# created: today\n${identity}\n`)
    for (const text of [binary(content), armor.encode(content)]) {
      const { file } = locked(text, () => PASSPHRASE)
      expect(await file.unlock()).toMatchObject([{ recipient }])
      expect(file.problem).toBeUndefined()
      expectNoSecret({ file }, identity, PASSPHRASE)
    }
  })

  it('asks once, however many callers wait', async () => {
    const { file, environment } = locked(binary(await lock(identity)), () => PASSPHRASE)
    await Promise.all(Array.from({ length: 10 }, () => file.unlock()))
    expect(environment.calls).toEqual(['ask SOPS_AGE_KEY_FILE 1'])
  })

  it('asks again when the passphrase was wrong, three times in all', async () => {
    const text = binary(await lock(identity))
    const second = locked(text, ({ attempt }) => (attempt === 2 ? PASSPHRASE : 'wrong'))
    expect(await second.file.unlock()).toHaveLength(1)
    const never = locked(text, () => 'wrong')
    expect(await never.file.unlock()).toEqual([])
    expect(never.environment.calls).toHaveLength(3)
    expect(never.file.problem).toBe('the passphrase was wrong')
  })

  it('names the entry of gpg-agent as sops does: 25 bytes of the SHA-256 of the binary file in base32', async () => {
    const vector = ageVectors().find(({ name }) => name === 'armor_scrypt')
    const ids: string[] = []
    const { file } = locked(Buffer.from(vector?.file ?? []).toString('latin1'), ({ cacheId }) => {
      ids.push(cacheId)
      return undefined
    })
    await file.unlock()
    expect(ids).toEqual(['SopsAge62ZNMLAT33R3HPTGEIWRGBDLBYXCTCO7SPHWGW3K'])
  })

  it.each<[string, FakeMachine['passphrase'], string]>([
    ['nobody answers', () => undefined, 'it is protected, and no passphrase was given'],
    ['the answer is empty', () => '', 'it is protected, and no passphrase was given'],
    [
      'asking fails',
      () => {
        throw new TypeError(PASSPHRASE)
      },
      'internal error (TypeError)',
    ],
  ])('gives nothing when %s', async (_, passphrase, problem) => {
    const { file } = locked(binary(await lock(identity)), passphrase)
    expect(await file.unlock()).toEqual([])
    expect(file.problem).toBe(problem)
    expectNoSecret({ file }, identity, PASSPHRASE)
  })

  it.each([
    ['a mistyped identity', `${identity.slice(0, -1)}`, 'line 1 holds an age identity that is mistyped or cut off'],
    ['no identity', '# nothing\n', 'it holds no identity'],
  ])('says so when there is %s inside', async (_, content, problem) => {
    const { file } = locked(binary(await lock(content)), () => PASSPHRASE)
    expect(await file.unlock()).toEqual([])
    expect(file.problem).toBe(problem)
    expectNoSecret({ file }, identity)
  })

  it('asks for no passphrase when one would not help', async () => {
    const encrypter = new Encrypter()
    encrypter.addRecipient(recipient)
    const cases = [
      [binary(await encrypter.encrypt(identity)), 'it is encrypted, but not with a passphrase'],
      ['age-encryption.org/v2\n', 'it is damaged: it does not start with the version line of age'],
      ['-----BEGIN AGE ENCRYPTED FILE-----\nAAAA', 'it is damaged: it does not end with the armor line'],
    ] as const
    for (const [text, problem] of cases) {
      const { file, environment } = locked(text, () => PASSPHRASE)
      expect(await file.unlock()).toEqual([])
      expect(file.problem).toBe(problem)
      expect(environment.calls).toEqual([])
    }
  })
})
