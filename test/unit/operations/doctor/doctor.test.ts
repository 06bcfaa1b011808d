import { describe, expect, it } from 'vitest'
import packageJson from '../../../../package.json' with { type: 'json' }
import { AgeProvider } from '../../../../src/keys/age/provider.ts'
import { Keyring } from '../../../../src/keys/keyring.ts'
import { doctor, OLDEST_NODE } from '../../../../src/operations/doctor/doctor.ts'
import type { GitFacts, Machine } from '../../../../src/operations/doctor/machine.ts'
import type { World } from '../../../../src/operations/ports.ts'
import { type FakeMachine, fakeEnvironment, newIdentity } from '../../../helpers/age.ts'
import { memoryFiles } from '../../../helpers/memory-files.ts'
import { memoryRecipients } from '../../../helpers/memory-recipients.ts'
import { random } from '../../../helpers/random.ts'

const { identity, recipient } = newIdentity()
const GIT: GitFacts = { version: '2.45.0', root: '/w', lastCommitSeconds: Date.parse('2026-01-01T00:00:00Z') / 1000 }

interface Setting {
  readonly machine?: Partial<Machine>
  readonly keys?: FakeMachine
  readonly files?: Record<string, string>
  readonly overrides?: readonly string[]
}

async function checks({ machine = {}, keys, files, overrides = [] }: Setting = {}) {
  const environment = fakeEnvironment(keys ?? { variables: { SOPS_AGE_KEY: identity, HOME: '/h' } })
  const world: World = {
    files: memoryFiles(files ?? { '/w/.sops.yaml': `creation_rules: [{ age: ${recipient} }]` }),
    git: { committedVersions: async () => new Map() },
    keyring: new Keyring([new AgeProvider(environment, random)], random),
    recipients: async () => memoryRecipients({}),
    random,
    progress: { update: () => undefined, finish: () => undefined },
    confirm: async () => undefined,
    now: () => '2026-01-01T00:00:00Z',
    cwd: '/w',
    configPath: undefined,
  }
  const usual: Machine = {
    nodeVersion: '24.1.0',
    git: async () => GIT,
    access: async () => ({ mode: 0o600 }),
    scratch: async () => ({ folder: '/dev/shm', isInMemory: true }),
    setup: async () => undefined,
    leftScratch: async () => [],
    leftWrites: async () => [],
    removeLeft: async () => undefined,
    codeCache: async () => ({ file: '/h/.cache/bulla/v8' }),
    hasTerminal: async () => true,
  }
  return doctor({ version: '1.2.3', overrides }, world, { ...usual, ...machine })
}

const unfine = async (setting: Setting) => {
  const found = (await checks(setting)).filter(({ state }) => state !== 'fine')
  return found.map(({ name, state, found: text }) => [name, state, text])
}

describe('the doctor', () => {
  it('finds nothing wrong where nothing is', async () => {
    expect((await checks()).map(({ name, state }) => `${name} ${state}`)).toEqual(
      ['node', 'bulla', 'git', 'repository', 'clock', 'keys', 'policy', 'memory', 'code cache', 'terminal'].map(
        (name) => `${name} fine`,
      ),
    )
  })

  it('wants the version of Node that the package wants', () => {
    expect(packageJson.engines.node).toBe(`>=${OLDEST_NODE}`)
  })

  it.each(['18.20.0', '20.18.9', '9.99.0'])('calls Node %s too old', async (nodeVersion) => {
    expect(await unfine({ machine: { nodeVersion } })).toEqual([['node', 'problem', nodeVersion]])
  })

  it.each(['20.19.0', '22.0.0', '26.0.0-nightly'])('takes Node %s', async (nodeVersion) => {
    expect(await unfine({ machine: { nodeVersion } })).toEqual([])
  })

  const gits: [string, GitFacts, unknown[]][] = [
    ['none is installed', { ...GIT, version: undefined, root: undefined }, ['git', 'problem', 'not found']],
    ['nothing here', { ...GIT, root: undefined }, ['repository', 'note', 'none here']],
    ['refused', { ...GIT, root: undefined, problem: 'git refuses' }, ['repository', 'problem', 'git refuses']],
    [
      'a commit of tomorrow',
      { ...GIT, lastCommitSeconds: (GIT.lastCommitSeconds ?? 0) + 86400 },
      ['clock', 'problem', '2026-01-01T00:00:00Z, but the last commit is from 1440 minutes later'],
    ],
  ]

  it.each(gits)('says what is wrong with git: %s', async (_name, git, expected) => {
    expect(await unfine({ machine: { git: async () => git } })).toEqual([expected])
  })

  it('does not mind clocks that differ a little, and repositories without commits', async () => {
    const later = { ...GIT, lastCommitSeconds: (GIT.lastCommitSeconds ?? 0) + 200 }
    expect(await unfine({ machine: { git: async () => later } })).toEqual([])
    expect(await unfine({ machine: { git: async () => ({ ...GIT, lastCommitSeconds: undefined }) } })).toEqual([])
  })

  it('does not mind a place that cannot be used where another one gives keys', async () => {
    const variables = { SOPS_AGE_KEY: identity, SOPS_AGE_SSH_PRIVATE_KEY_FILE: '/s' }
    expect(await unfine({ keys: { variables } })).toEqual([
      ['keys', 'note', 'the default key file: the folder for configuration files is not known'],
      ['keys', 'note', 'SOPS_AGE_SSH_PRIVATE_KEY_FILE: SSH keys cannot be used yet'],
    ])
  })

  it('finds what is wrong in a place where somebody meant a key to be', async () => {
    const variables = { HOME: '/h', SOPS_AGE_KEY: identity, SOPS_AGE_KEY_FILE: '/k' }
    expect(await unfine({ keys: { variables, files: { '/k': 'nonsense' } } })).toEqual([
      ['keys', 'problem', 'SOPS_AGE_KEY_FILE (/k): line 1 is not an age identity'],
    ])
  })

  it('counts keys when there are many', async () => {
    const many = Array.from({ length: 6 }, () => newIdentity().identity).join(' ')
    const found = (await checks({ keys: { variables: { HOME: '/h', SOPS_AGE_KEY: many } } })).map(
      (check) => check.found,
    )
    expect(found).toContain('SOPS_AGE_KEY: 6 keys')
  })

  it('looks for a terminal more urgently where a passphrase is needed', async () => {
    const locked = { variables: { SOPS_AGE_KEY_FILE: '/k', HOME: '/h' }, files: { '/k': 'age-encryption.org/v1' } }
    const terminal = async (keys?: FakeMachine) =>
      (await checks({ machine: { hasTerminal: async () => false }, ...(keys === undefined ? {} : { keys }) })).at(-1)
    expect(await terminal(locked)).toMatchObject({ state: 'note', todo: expect.stringContaining('passphrase') })
    expect(await terminal()).toMatchObject({ state: 'note', todo: expect.stringContaining('nothing has to be done') })
  })

  it('says that variables take the place of rules, that plaintext reaches a disk, that code is not kept', async () => {
    const machine = {
      scratch: async () => ({ folder: '/tmp', isInMemory: false }),
      codeCache: async () => ({ off: 'CI is set' }),
    }
    expect(await unfine({ overrides: ['SOPS_PGP_FP'], machine })).toEqual([
      ['environment', 'note', 'SOPS_PGP_FP set: encrypt takes readers from there, not from rules'],
      ['memory', 'note', 'none: plaintext that is edited stands in /tmp, on a disk, and is removed afterwards'],
      ['code cache', 'note', 'off: CI is set'],
    ])
  })

  it('passes on what the policy file is warned about', async () => {
    const files = { '/w/.sops.yaml': `creation_rule: []\n` }
    expect(await unfine({ files })).toEqual([
      ['policy', 'note', '/w/.sops.yaml: no creation_rules'],
      ['policy', 'note', expect.stringContaining('was creation_rules meant?')],
    ])
  })
})
