import { armor, Encrypter, generateHybridIdentity, identityToRecipient } from 'age-encryption'
import { describe, expect, it } from 'vitest'
import { HybridIdentity } from '../../../../src/keys/age/hybrid.ts'
import { AgeIdentityStore } from '../../../../src/keys/age/identity-store.ts'
import { type FakeMachine, fakeEnvironment, mistyped, newIdentity } from '../../../helpers/age.ts'
import { expectNoSecret } from '../../../helpers/canary.ts'

const [a, b, c, d] = [newIdentity(), newIdentity(), newIdentity(), newIdentity()]

async function lock(content: string): Promise<string> {
  const encrypter = new Encrypter()
  encrypter.setPassphrase('open')
  encrypter.setScryptWorkFactor(2)
  return armor.encode(await encrypter.encrypt(content))
}

function setUp(machine: FakeMachine) {
  const environment = fakeEnvironment(machine)
  return { environment, store: new AgeIdentityStore(environment) }
}

async function candidates(store: AgeIdentityStore, recipient: string): Promise<string[]> {
  const names = new Map([a, b, c, d].map((pair, index) => [pair.recipient, 'abcd'[index] ?? '']))
  const found: string[] = []
  for await (const identity of store.candidates(recipient)) {
    found.push(identity instanceof HybridIdentity ? 'hybrid' : (names.get(identity.recipient) ?? '?'))
  }
  return found
}

describe('the identity store', () => {
  it('gives the identity that the recipient names first, then all others of the same kind of place', async () => {
    const { store } = setUp({ variables: { SOPS_AGE_KEY: `${a.identity} ${b.identity} ${c.identity}` } })
    expect(await candidates(store, c.recipient)).toEqual(['c', 'a', 'b'])
    expect(await candidates(store, d.recipient)).toEqual(['a', 'b', 'c'])
  })

  it('goes on to the command, then to what is locked, and only as far as it is asked', async () => {
    const { environment, store } = setUp({
      variables: { SOPS_AGE_KEY: a.identity, SOPS_AGE_KEY_FILE: '/locked', SOPS_AGE_KEY_CMD: 'give' },
      files: { '/locked': await lock(c.identity) },
      command: () => ({ exitCode: 0, stdout: Buffer.from(b.identity) }),
      passphrase: () => 'open',
    })
    const all = store.candidates(c.recipient)
    const step = async () => (await all.next()).value?.recipient
    expect(await step()).toBe(a.recipient)
    expect(environment.calls).toEqual(['read /locked'])
    expect(await step()).toBe(b.recipient)
    expect(environment.calls.slice(1)).toEqual([`run give for ${c.recipient}`])
    expect(await step()).toBe(c.recipient)
    expect(environment.calls.slice(2)).toEqual(['ask SOPS_AGE_KEY_FILE 1'])
  })

  it('opens a locked file that a command gave', async () => {
    const text = await lock(d.identity)
    const { store } = setUp({
      variables: { SOPS_AGE_KEY_CMD: 'give' },
      command: () => ({ exitCode: 0, stdout: Buffer.from(text) }),
      passphrase: () => 'open',
    })
    expect(await candidates(store, a.recipient)).toEqual(['d'])
  })

  it('runs the command once for each recipient, one run after the other', async () => {
    let running = 0
    let most = 0
    const { environment, store } = setUp({
      variables: { SOPS_AGE_KEY_CMD: 'give' },
      command: async () => {
        running += 1
        most = Math.max(most, running)
        await new Promise((resolve) => setImmediate(resolve))
        running -= 1
        return { exitCode: 0, stdout: Buffer.from('') }
      },
    })
    const recipients = [a, b, a, b, a].map(({ recipient }) => recipient)
    await Promise.all(recipients.map((recipient) => candidates(store, recipient)))
    expect(environment.calls).toEqual([`run give for ${a.recipient}`, `run give for ${b.recipient}`])
    expect(most).toBe(1)
  })

  it('knows what it holds without running or asking anything', async () => {
    const { environment, store } = setUp({
      variables: { SOPS_AGE_KEY: a.identity, SOPS_AGE_KEY_CMD: 'give', SOPS_AGE_KEY_FILE: '/locked' },
      files: { '/locked': await lock(c.identity) },
    })
    expect([await store.holds(a.recipient), await store.holds(c.recipient)]).toEqual([true, false])
    expect(environment.calls).toEqual(['read /locked'])
  })

  it('knows the recipient of a hybrid identity', async () => {
    const identity = await generateHybridIdentity()
    const { store } = setUp({ variables: { SOPS_AGE_KEY: `${a.identity} ${identity}` } })
    const recipient = await identityToRecipient(identity)
    expect(await store.holds(recipient)).toBe(true)
    expect(await candidates(store, recipient)).toEqual(['hybrid', 'a'])
    expect(await candidates(store, a.recipient)).toEqual(['a', 'hybrid'])
  })

  it('reports what each place gave, by recipients and never by identities', async () => {
    const { store } = setUp({
      variables: {
        HOME: '/h',
        SOPS_AGE_KEY: mistyped(a.identity, 30),
        SOPS_AGE_KEY_FILE: '/k',
        SOPS_AGE_KEY_CMD: 'give',
      },
      files: { '/k': b.identity, '/h/.config/sops/age/keys.txt': await lock(c.identity) },
      command: () => ({ exitCode: 1, stdout: Buffer.from(d.identity) }),
    })
    expect(store.report()).toEqual([])
    await candidates(store, d.recipient)
    await candidates(store, c.recipient)
    expect(store.report()).toEqual([
      'age identities were looked for in',
      '  SOPS_AGE_KEY: line 1 holds an age identity that is mistyped or cut off',
      `  SOPS_AGE_KEY_FILE: the identity of ${b.recipient}`,
      '  /h/.config/sops/age/keys.txt: it is protected, and no passphrase was given',
      '  SOPS_AGE_KEY_CMD: the command failed with exit code 1',
    ])
    expectNoSecret({ store, report: store.report() }, a.identity, b.identity, c.identity, d.identity)
  })

  it('reports what is not set, and counts when there are many', async () => {
    const many = Array.from({ length: 6 }, () => newIdentity().identity).join(' ')
    const { store } = setUp({ variables: { HOME: '/h', SOPS_AGE_KEY: `${many} ${await generateHybridIdentity()}` } })
    await candidates(store, a.recipient)
    expect(store.report()).toEqual([
      'age identities were looked for in',
      '  SOPS_AGE_KEY: 6 identities, 1 post-quantum',
      '  not set or not there: SOPS_AGE_KEY_FILE, /h/.config/sops/age/keys.txt, SOPS_AGE_KEY_CMD',
    ])
  })

  it('surveys all places without running or asking anything', async () => {
    const hybrid = await generateHybridIdentity()
    const { environment, store } = setUp({
      variables: {
        HOME: '/h',
        SOPS_AGE_KEY: `${a.identity} ${hybrid}`,
        SOPS_AGE_KEY_FILE: '/k',
        SOPS_AGE_KEY_CMD: 'give',
        SOPS_AGE_SSH_PRIVATE_KEY_FILE: '/ssh',
      },
      files: { '/k': await lock(b.identity) },
    })
    const survey = await store.survey()
    expect(survey).toEqual([
      { place: 'SOPS_AGE_KEY', names: [a.recipient, await identityToRecipient(hybrid)], isAbsent: false },
      { place: 'SOPS_AGE_KEY_FILE', file: '/k', names: [], needs: 'passphrase', isAbsent: false },
      { place: '/h/.config/sops/age/keys.txt', names: [], isAbsent: true },
      { place: 'SOPS_AGE_SSH_PRIVATE_KEY_FILE', names: [], problem: 'SSH keys cannot be used yet', isAbsent: false },
      { place: 'SOPS_AGE_KEY_CMD', names: [], needs: 'command', isAbsent: false },
    ])
    expect(environment.calls).toEqual(['read /k', 'read /h/.config/sops/age/keys.txt'])
    expectNoSecret({ survey }, a.identity, b.identity, hybrid)
  })

  it('names the file of a place only when it could be read, and no value of a variable otherwise', async () => {
    const missing = await setUp({ variables: { SOPS_AGE_KEY_FILE: '/gone' } }).store.survey()
    expect(missing.slice(0, 2)).toEqual([
      { place: 'SOPS_AGE_KEY', names: [], isAbsent: true },
      { place: 'SOPS_AGE_KEY_FILE', names: [], problem: 'the file it names does not exist', isAbsent: false },
    ])
    const broken = await setUp({ variables: { SOPS_AGE_KEY_FILE: '/k' }, files: { '/k': 'no key' } }).store.survey()
    expect(broken[1]).toMatchObject({ file: '/k', names: [], problem: 'line 1 is not an age identity' })
  })

  it('forgets everything when it is disposed of', async () => {
    const { environment, store } = setUp({ variables: { SOPS_AGE_KEY_FILE: '/k' }, files: { '/k': a.identity } })
    await candidates(store, a.recipient)
    store.dispose()
    expect(store.report()).toEqual([])
    expect(await candidates(store, a.recipient)).toEqual(['a'])
    expect(environment.calls).toEqual(['read /k', 'read /k'])
  })
})
