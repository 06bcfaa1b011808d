import { describe, expect, it } from 'vitest'
import { readFixedSources, readKeyCommand } from '../../../../src/keys/age/sources.ts'
import { type FakeMachine, fakeEnvironment, mistyped, newIdentity } from '../../../helpers/age.ts'
import { expectNoSecret, MARKER } from '../../../helpers/canary.ts'

const [a, b, c] = [newIdentity(), newIdentity(), newIdentity()]

/** What each place gave: `place: recipients`, `place: problem`, `place: absent` or `place: locked`. */
async function read(machine: FakeMachine): Promise<string[]> {
  const environment = fakeEnvironment(machine)
  const readings = await readFixedSources(environment)
  expectNoSecret(readings, a.identity, b.identity, c.identity)
  return readings.map(({ place, identities, locked, problem, absent }) => {
    const recipients = identities.map(({ recipient }) => recipient)
    return [
      place,
      ...recipients,
      ...(locked ? ['locked'] : []),
      ...(absent ? ['absent'] : []),
      ...(problem ? [problem] : []),
    ].join(': ')
  })
}

describe('readFixedSources', () => {
  it('reads the variable, the file it names and the default file, all three', async () => {
    const found = await read({
      variables: { HOME: '/home/u', SOPS_AGE_KEY: a.identity, SOPS_AGE_KEY_FILE: '/k' },
      files: { '/k': `# comment\n${b.identity}\n`, '/home/u/.config/sops/age/keys.txt': c.identity },
    })
    expect(found).toEqual([
      `SOPS_AGE_KEY: ${a.recipient}`,
      `SOPS_AGE_KEY_FILE: ${b.recipient}`,
      `/home/u/.config/sops/age/keys.txt: ${c.recipient}`,
    ])
  })

  it('says which places are not there', async () => {
    expect(await read({ variables: { HOME: '/home/u' } })).toEqual([
      'SOPS_AGE_KEY: absent',
      'SOPS_AGE_KEY_FILE: absent',
      '/home/u/.config/sops/age/keys.txt: absent',
    ])
  })

  it('takes several identities from the variable, separated by blanks or lines', async () => {
    const [first] = await read({ variables: { SOPS_AGE_KEY: `${a.identity} ${b.identity}\n${c.identity}` } })
    expect(first).toBe(`SOPS_AGE_KEY: ${a.recipient}: ${b.recipient}: ${c.recipient}`)
  })

  it.each<[string, string, Record<string, string>, string]>([
    ['Linux', 'linux', { HOME: '/h' }, '/h/.config/sops/age/keys.txt'],
    ['Linux with XDG_CONFIG_HOME', 'linux', { HOME: '/h', XDG_CONFIG_HOME: '/x' }, '/x/sops/age/keys.txt'],
    [
      'Linux with an empty XDG_CONFIG_HOME',
      'linux',
      { HOME: '/h', XDG_CONFIG_HOME: '' },
      '/h/.config/sops/age/keys.txt',
    ],
    ['macOS', 'darwin', { HOME: '/h' }, '/h/Library/Application Support/sops/age/keys.txt'],
    ['macOS with XDG_CONFIG_HOME', 'darwin', { HOME: '/h', XDG_CONFIG_HOME: '/x' }, '/x/sops/age/keys.txt'],
    [
      'Windows',
      'win32',
      { AppData: 'C:\\Users\\u\\AppData\\Roaming', HOME: '/h' },
      'C:\\Users\\u\\AppData\\Roaming\\sops\\age\\keys.txt',
    ],
  ])('finds the default file on %s', async (_, platform, variables, path) => {
    const environment = fakeEnvironment({ platform, variables, files: { [path]: a.identity } })
    const readings = await readFixedSources(environment)
    expect(readings.at(-1)).toMatchObject({ place: path, identities: [{ recipient: a.recipient }] })
    expect(environment.calls).toEqual([`read ${path}`])
  })

  it.each<[string, string, Record<string, string>]>([
    ['there is no home', 'linux', {}],
    ['XDG_CONFIG_HOME is relative', 'linux', { HOME: '/h', XDG_CONFIG_HOME: 'x' }],
    ['AppData is not set', 'win32', { HOME: '/h' }],
  ])('says that the folder of the default file is not known when %s', async (_, platform, variables) => {
    expect((await read({ platform, variables })).at(-1)).toBe(
      'the default key file: the folder for configuration files is not known',
    )
  })

  it.each<[string, FakeMachine, string]>([
    [
      'a mistyped identity',
      { variables: { SOPS_AGE_KEY: mistyped(a.identity, 30) } },
      'SOPS_AGE_KEY: line 1 holds an age identity that is mistyped or cut off',
    ],
    [
      'a missing file',
      { variables: { SOPS_AGE_KEY_FILE: '/none' } },
      'SOPS_AGE_KEY_FILE: the file it names does not exist',
    ],
    [
      'a file without a name',
      { variables: { SOPS_AGE_KEY_FILE: '' } },
      'SOPS_AGE_KEY_FILE: the file it names does not exist',
    ],
    [
      'a file that may not be read',
      { variables: { SOPS_AGE_KEY_FILE: '/k' }, files: { '/k': Object.assign(new Error(MARKER), { code: 'EACCES' }) } },
      'SOPS_AGE_KEY_FILE: the file cannot be read (EACCES)',
    ],
    [
      'a file that fails in a way nobody knows',
      {
        variables: { SOPS_AGE_KEY_FILE: '/k' },
        files: { '/k': Object.assign(new Error(MARKER), { code: `${MARKER} 1` }) },
      },
      'SOPS_AGE_KEY_FILE: the file cannot be read',
    ],
    [
      'an identity where a path belongs',
      { variables: { SOPS_AGE_KEY_FILE: a.identity } },
      'SOPS_AGE_KEY_FILE: it holds an identity where a path belongs; use SOPS_AGE_KEY for the identity itself',
    ],
    [
      'plugin identities beside others',
      { variables: { SOPS_AGE_KEY: `AGE-PLUGIN-YUBIKEY-1QQQQ ${a.identity}` } },
      `SOPS_AGE_KEY: ${a.recipient}: identities of age plugins cannot be used yet`,
    ],
    [
      'an SSH key file',
      { variables: { SOPS_AGE_SSH_PRIVATE_KEY_FILE: '/ssh' } },
      'SOPS_AGE_SSH_PRIVATE_KEY_FILE: SSH keys cannot be used yet',
    ],
    [
      'an SSH key command',
      { variables: { SOPS_AGE_SSH_PRIVATE_KEY_CMD: 'x' } },
      'SOPS_AGE_SSH_PRIVATE_KEY_CMD: SSH keys cannot be used yet',
    ],
  ])('says what is wrong with %s, and goes on', async (_, machine, line) => {
    const files = { ...machine.files, '/home/u/.config/sops/age/keys.txt': c.identity }
    const found = await read({ files, variables: { HOME: '/home/u', ...machine.variables } })
    expect(found).toContain(line)
    expect(found).toContain(`/home/u/.config/sops/age/keys.txt: ${c.recipient}`)
  })

  it('refuses a file of 16 MiB', async () => {
    const found = await read({
      variables: { SOPS_AGE_KEY_FILE: '/k' },
      files: { '/k': new Uint8Array(16 * 1024 * 1024) },
    })
    expect(found).toContain('SOPS_AGE_KEY_FILE: it is too long for an identity file')
  })

  it.each([
    ['binary', 'age-encryption.org/v1\n'],
    ['armored', '-----BEGIN AGE ENCRYPTED FILE-----\n'],
  ])('recognises an %s age file, and asks for no passphrase yet', async (_, text) => {
    expect(await read({ variables: { SOPS_AGE_KEY_FILE: '/k' }, files: { '/k': text } })).toContain(
      'SOPS_AGE_KEY_FILE: locked',
    )
  })

  it('runs no program and asks nobody', async () => {
    const environment = fakeEnvironment({
      variables: { SOPS_AGE_KEY_CMD: 'x', SOPS_AGE_SSH_PRIVATE_KEY_CMD: 'y', HOME: '/h' },
    })
    await readFixedSources(environment)
    expect(environment.calls.filter((call) => !call.startsWith('read'))).toEqual([])
  })

  it('wipes the bytes of a file after it was read', async () => {
    const bytes = Buffer.from(a.identity)
    const environment = { ...fakeEnvironment({ variables: { SOPS_AGE_KEY_FILE: '/k' } }), readFile: async () => bytes }
    await readFixedSources(environment)
    expect(bytes.every((byte) => byte === 0)).toBe(true)
  })
})

describe('readKeyCommand', () => {
  const run = async (machine: FakeMachine) => {
    const environment = fakeEnvironment(machine)
    const reading = await readKeyCommand(environment, a.recipient)
    expectNoSecret(reading, a.identity)
    return { reading, calls: environment.calls }
  }
  const output = (text: string, exitCode: number | null = 0) => ({ exitCode, stdout: Buffer.from(text) })

  it('is nothing when the variable is not set', async () => {
    expect((await run({})).reading).toBeUndefined()
  })

  it('runs the words of the command, tells it the recipient, and reads its output', async () => {
    const { reading, calls } = await run({
      variables: { SOPS_AGE_KEY_CMD: `pass "age key" 'of me'` },
      command: (words) => output(words.length === 3 ? a.identity : ''),
    })
    expect(calls).toEqual([`run pass age key of me for ${a.recipient}`])
    expect(reading).toMatchObject({ place: 'SOPS_AGE_KEY_CMD', identities: [{ recipient: a.recipient }] })
  })

  it.each<[string, FakeMachine, string]>([
    ['is empty', { variables: { SOPS_AGE_KEY_CMD: ' ' } }, 'it is set, but empty'],
    [
      'has an open quote',
      { variables: { SOPS_AGE_KEY_CMD: 'a "b' } },
      'a quote is not closed, or it ends with a backslash',
    ],
    ['does not exist', { variables: { SOPS_AGE_KEY_CMD: 'a' } }, 'the command could not be started (ENOENT)'],
    [
      'fails',
      { variables: { SOPS_AGE_KEY_CMD: 'a' }, command: () => output(a.identity, 3) },
      'the command failed with exit code 3',
    ],
    [
      'is killed',
      { variables: { SOPS_AGE_KEY_CMD: 'a' }, command: () => output('', null) },
      'the command was ended by a signal',
    ],
    [
      'writes something else',
      { variables: { SOPS_AGE_KEY_CMD: 'a' }, command: () => output(`${MARKER}`) },
      'line 1 is not an age identity',
    ],
  ])('says what is wrong when it %s', async (_, machine, problem) => {
    expect((await run(machine)).reading).toMatchObject({ identities: [], problem })
  })

  it.each([0, 1])('wipes the output of a command that ended with %i', async (exitCode) => {
    const stdout = Buffer.from(a.identity)
    await run({ variables: { SOPS_AGE_KEY_CMD: 'a' }, command: () => ({ exitCode, stdout }) })
    expect(stdout.every((byte) => byte === 0)).toBe(true)
  })

  it('does not hand a recipient to the command that no variable of the environment could hold', async () => {
    const environment = fakeEnvironment({ variables: { SOPS_AGE_KEY_CMD: 'a' }, command: () => output('') })
    await readKeyCommand(environment, 'age1\u0000\n')
    expect(environment.calls).toEqual(['run a for '])
  })
})
