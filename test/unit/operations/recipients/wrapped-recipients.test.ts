import { beforeEach, describe, expect, it } from 'vitest'
import { AgeProvider } from '../../../../src/keys/age/provider.ts'
import { Keyring } from '../../../../src/keys/keyring.ts'
import { unwrapIdentity } from '../../../../src/keys/wrapped/unwrap-identity.ts'
import type { MachineWorld } from '../../../../src/operations/ports.ts'
import { addRecipient } from '../../../../src/operations/recipients/add.ts'
import { createRecipient } from '../../../../src/operations/recipients/create.ts'
import { listRecipients, showRecipient } from '../../../../src/operations/recipients/list.ts'
import { removeRecipient } from '../../../../src/operations/recipients/remove.ts'
import { renameRecipient } from '../../../../src/operations/recipients/rename.ts'
import { rewrapRecipient } from '../../../../src/operations/recipients/rewrap.ts'
import { addWrappings } from '../../../../src/operations/recipients/wrap.ts'
import { RecipientBook } from '../../../../src/recipients/directory.ts'
import { keysOf } from '../../../../src/recipients/recipient-file.ts'
import { fakeEnvironment, newIdentity } from '../../../helpers/age.ts'
import { expectNoSecret } from '../../../helpers/canary.ts'
import { rejection } from '../../../helpers/failure.ts'
import { type FakeServices, fakeServices, fakeTools, localKey } from '../../../helpers/fake-services.ts'
import { type MemoryFiles, memoryFiles } from '../../../helpers/memory-files.ts'
import { memoryPlaces } from '../../../helpers/memory-recipients.ts'
import { random } from '../../../helpers/random.ts'

const PROD = '/repo/.bulla/recipients/prod.yaml'

let services: FakeServices
let files: MemoryFiles
let world: MachineWorld
beforeEach(() => setUp(fakeServices()))

function setUp(given: FakeServices): void {
  services = given
  files = memoryFiles({ '/repo/.git/HEAD': '', '/repo/.sops.yaml': 'creation_rules: []' })
  const book = new RecipientBook(memoryPlaces(files.contents), '/repo')
  const tools = fakeTools(services)
  world = {
    files,
    git: { committedVersions: async () => new Map() },
    keyring: new Keyring([new AgeProvider(fakeEnvironment(), random)], random),
    recipients: async () => book,
    wrapping: tools,
    random,
    progress: { update: () => undefined, finish: () => undefined },
    confirm: async () => undefined,
    now: tools.now,
    cwd: '/repo',
    configPath: undefined,
  }
}

/** What the wrappings of a recipient give, each on its own. */
async function identitiesOf(name: string): Promise<string[]> {
  const recipient = await (await world.recipients()).byName(name)
  const all = keysOf(recipient).flatMap((key) => key.wrappings.map((wrapping) => ({ ...key, wrapping })))
  return Promise.all(
    all.map(async ({ recipient: publicKey, wrapping }) => {
      const wrapped = { name, recipient: publicKey, wrappings: [wrapping], path: recipient.path }
      return (await unwrapIdentity(wrapped, world.wrapping)).text
    }),
  )
}

const made = () => createRecipient({ name: 'prod', keys: [localKey('a'), localKey('b')] }, world)

describe('creating a recipient', () => {
  it('writes one file, in which the identity stands only wrapped', async () => {
    const { path, recipient } = await made()
    expect(path).toBe(PROD)
    expect(files.written.map((write) => write.path)).toEqual([PROD])
    const [first, second] = await identitiesOf('prod')
    expect(first).toBe(second)
    expect(first).toMatch(/^AGE-SECRET-KEY-1/)
    expectNoSecret(files.contents.get(PROD) ?? '', first ?? '')
    expect((await showRecipient('prod', world)).keys[0]?.recipient).toBe(recipient.recipient)
  })

  it('makes a post-quantum one when it is asked to', async () => {
    const { recipient } = await createRecipient({ name: 'prod', keys: [localKey('a')], isPostQuantum: true }, world)
    expect(recipient.recipient).toMatch(/^age1pq1/)
    expect((await identitiesOf('prod'))[0]).toMatch(/^AGE-SECRET-KEY-PQ-1/)
  })

  it('writes nothing when one of the keys does not wrap', async () => {
    for (const fault of ['denied', 'forbidden'] as const) {
      services.faults.set('b', fault)
      expect((await rejection(made())).code).toBe(fault === 'denied' ? 'ERR_KEY_SERVICE' : 'ERR_NOT_ALLOWED')
    }
    expect(files.written).toEqual([])
  })

  it('calls nobody for a name that cannot be, or is taken', async () => {
    await made()
    services.calls.length = 0
    for (const name of ['prod', '../x', 'CON', 'Prod', '']) {
      const creating = createRecipient({ name, keys: [localKey('a')] }, world)
      expect((await rejection(creating)).code).toBe('ERR_RECIPIENT_NAME')
    }
    expect((await rejection(createRecipient({ name: 'x', keys: [] }, world))).code).toBe('ERR_NO_RECIPIENT')
    expect(services.calls).toEqual([])
  })
})

describe('adding a recipient', () => {
  const { identity, recipient } = newIdentity()
  const ssh = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ alice@example.org'

  it.each([recipient, `${recipient}\n`, `# alice\r\n\r\n${recipient}\r\n`])(
    'takes a key, or a file of one: %j',
    async (text) => {
      expect((await addRecipient({ name: 'alice', text, description: 'Alice' }, world)).problem).toBeUndefined()
      expect(files.contents.get('/repo/.bulla/recipients/alice.yaml')).toBe(
        `recipient: ${recipient}\ndescription: Alice\n`,
      )
      expect(services.calls).toEqual([])
    },
  )

  it('takes keys that only sops can use, and says so', async () => {
    expect((await addRecipient({ name: 'alice', text: ssh }, world)).problem).toContain('SSH')
    expect((await listRecipients(world)).recipients.map(({ kind }) => kind)).toEqual(['person'])
  })

  it.each([
    identity,
    `# public key: ${recipient}\n${identity}\n`,
    identity.toLowerCase(),
    '-----BEGIN OPENSSH PRIVATE KEY-----',
  ])('refuses a secret key, and does not show it (%#)', async (text) => {
    const error = await rejection(addRecipient({ name: 'alice', text }, world))
    expect(error.code).toBe('ERR_RECIPIENT')
    expectNoSecret(error, identity)
    expect(files.written).toEqual([])
  })

  it.each(['', '# nothing', `${recipient}\n${ssh}`, 'alice', recipient.slice(0, -1)])(
    'refuses what is not one key: %j',
    async (text) => {
      expect((await rejection(addRecipient({ name: 'alice', text }, world))).code).toBe('ERR_RECIPIENT')
    },
  )

  it('refuses a key that has a name', async () => {
    await addRecipient({ name: 'alice', text: recipient }, world)
    const error = await rejection(addRecipient({ name: 'bob', text: recipient }, world))
    expect(error).toMatchObject({ code: 'ERR_RECIPIENT' })
    expect(error.message).toContain('alice')
  })
})

describe('wrapping a recipient for another key', () => {
  it('unwraps its identity once, and keeps what stands in its file', async () => {
    await made()
    files.contents.set(PROD, `# our machine\n${files.contents.get(PROD)}`)
    ;(await world.recipients()).forget()
    services.calls.length = 0
    await addWrappings('prod', { keys: [localKey('c'), localKey('d')] }, world)
    expect(services.calls.filter((call) => call.startsWith('unwrap'))).toEqual(['unwrap a'])
    expect(files.contents.get(PROD)).toMatch(/^# our machine\nrecipient: /)
    expect(new Set(await identitiesOf('prod')).size).toBe(1)
    expect((await showRecipient('prod', world)).keys[0]?.wrappings).toHaveLength(4)
  })

  it('calls nobody and writes nothing in a dry run, but says what is not allowed', async () => {
    await made()
    services.calls.length = 0
    const steps = await addWrappings('prod', { keys: [localKey('c')], dryRun: true }, world)
    expect(steps).toMatchObject([{ to: 'local key c', how: 'planned' }])
    services.faults.set('d', 'forbidden')
    const forbidden = { keys: [localKey('d')], dryRun: true }
    expect((await rejection(addWrappings('prod', forbidden, world))).code).toBe('ERR_NOT_ALLOWED')
    expect([services.calls, files.written.length]).toEqual([[], 1])
  })

  it('is refused for a key that wraps it already, and for a person', async () => {
    await made()
    expect((await rejection(addWrappings('prod', { keys: [localKey('a')] }, world))).code).toBe('ERR_RECIPIENT')
    await addRecipient({ name: 'alice', text: newIdentity().recipient }, world)
    expect((await rejection(addWrappings('alice', { keys: [localKey('a')] }, world))).code).toBe('ERR_RECIPIENT')
  })
})

describe('a key that is named twice', () => {
  it('is refused, before anybody is called', async () => {
    const twice = { name: 'prod', keys: [localKey('a'), localKey('b'), localKey('a')] }
    expect((await rejection(createRecipient(twice, world))).code).toBe('ERR_RECIPIENT')
    expect([services.calls, files.written]).toEqual([[], []])
    await made()
    services.calls.length = 0
    const again = { keys: [localKey('c'), localKey('c')] }
    expect((await rejection(addWrappings('prod', again, world))).code).toBe('ERR_RECIPIENT')
    const other = { keys: [localKey('b')], from: 'key a' }
    expect((await rejection(rewrapRecipient('prod', other, world))).code).toBe('ERR_RECIPIENT')
    expect(services.calls).toEqual([])
  })
})

describe('rewrapping a recipient', () => {
  it('moves inside of the service where it can: nothing is unwrapped, and only the ciphertext changes', async () => {
    await made()
    const before = await (await world.recipients()).byName('prod')
    services.calls.length = 0
    const steps = await rewrapRecipient('prod', { keys: [localKey('new')], from: 'key a' }, world)
    expect(services.calls).toEqual(['rewrap a new'])
    expect(steps).toMatchObject([{ from: 'local key a', to: 'local key new', how: 'moved' }])
    const after = await (await world.recipients()).byName('prod')
    expect(after.wrappings[0]?.payload).toBe(before.wrappings[0]?.payload)
    expect(after.wrappings[1]).toEqual(before.wrappings[1])
    expect(new Set(await identitiesOf('prod')).size).toBe(1)
  })

  it('unwraps and wraps where the service cannot move, by another wrapping where this one no longer works', async () => {
    setUp(fakeServices({ moves: false }))
    await made()
    services.faults.set('a', 'denied')
    services.calls.length = 0
    await rewrapRecipient('prod', { keys: [localKey('new')], from: 'key a' }, world)
    expect(services.calls).toEqual(['unwrap a', 'unwrap b', 'wrap new'])
    expect(new Set(await identitiesOf('prod')).size).toBe(1)
  })

  it('wraps by the same keys when no other is named', async () => {
    await made()
    services.calls.length = 0
    await rewrapRecipient('prod', { keys: [] }, world)
    expect(services.calls).toEqual(['rewrap a a', 'rewrap b b'])
  })

  it('does nothing in a dry run', async () => {
    await made()
    services.calls.length = 0
    const steps = await rewrapRecipient('prod', { keys: [], dryRun: true }, world)
    expect(steps.map(({ how }) => how)).toEqual(['planned', 'planned'])
    expect(services.calls).toEqual([])
    expect(files.written).toHaveLength(1)
  })

  it('asks which wrapping is meant when it is not clear', async () => {
    await made()
    for (const from of [undefined, 'key z']) {
      const options = { keys: [localKey('new')], ...(from === undefined ? {} : { from }) }
      expect((await rejection(rewrapRecipient('prod', options, world))).code).toBe('ERR_USAGE')
    }
  })
})

describe('renaming a recipient', () => {
  it('binds its identity to the new name', async () => {
    const { recipient } = await made()
    const [before] = await identitiesOf('prod')
    const { path } = await renameRecipient('prod', 'production', world)
    expect(path).toBe('/repo/.bulla/recipients/production.yaml')
    expect(files.contents.has(PROD)).toBe(false)
    expect(new Set(await identitiesOf('production'))).toEqual(new Set([before]))
    expect((await showRecipient('production', world)).keys[0]?.recipient).toBe(recipient.recipient)
  })

  it('is finished by running it again', async () => {
    await made()
    const old = files.contents.get(PROD) ?? ''
    await renameRecipient('prod', 'production', world)
    files.contents.set(PROD, old)
    ;(await world.recipients()).forget()
    await renameRecipient('prod', 'production', world)
    expect((await listRecipients(world)).recipients.map(({ name }) => name)).toEqual(['production'])
  })

  it('of a person calls nobody', async () => {
    await addRecipient({ name: 'alice', text: newIdentity().recipient }, world)
    expect((await renameRecipient('alice', 'alice-laptop', world)).identityCount).toBe(0)
    expect(services.calls).toEqual([])
  })

  it('to a name that is taken is refused', async () => {
    await made()
    await addRecipient({ name: 'alice', text: newIdentity().recipient }, world)
    expect((await rejection(renameRecipient('alice', 'prod', world))).code).toBe('ERR_RECIPIENT_NAME')
  })

  it('to its own name is refused, and its file stays', async () => {
    await made()
    expect((await rejection(renameRecipient('prod', 'prod', world))).code).toBe('ERR_RECIPIENT_NAME')
    expect(files.contents.has(PROD)).toBe(true)
  })
})

describe('a recipient whose file was copied', () => {
  it('is listed with what is wrong', async () => {
    await made()
    files.contents.set('/repo/.bulla/recipients/prod2.yaml', files.contents.get(PROD) ?? '')
    ;(await world.recipients()).forget()
    const { recipients, problems } = await listRecipients(world)
    expect(recipients.map(({ name }) => name)).toEqual(['prod', 'prod2'])
    expect(problems).toMatchObject([
      { code: 'ERR_RECIPIENT_FILE', where: { file: '/repo/.bulla/recipients/prod2.yaml' } },
    ])
  })
})

describe('removing a recipient', () => {
  it('says first what still has its public key', async () => {
    const { recipient } = await made()
    files.contents.set('/repo/.sops.yaml', `creation_rules:\n  - path_regex: x\n    age: ${recipient.recipient}\n`)
    const removed = await removeRecipient('prod', async () => true, world)
    expect(removed).toMatchObject({
      rules: [{ file: '/repo/.sops.yaml', rule: 1, line: 3 }],
      files: [],
      isMachine: true,
    })
    expect(files.contents.has(PROD)).toBe(false)
  })

  it('needs somebody who says yes', async () => {
    await made()
    expect(await removeRecipient('prod', async () => false, world)).toBeUndefined()
    expect((await rejection(removeRecipient('prod', async () => undefined, world).then(() => undefined))).code).toBe(
      'ERR_NOT_CONFIRMED',
    )
    expect(files.contents.has(PROD)).toBe(true)
  })
})
