import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import schema from '../../../schemas/user-config.schema.json' with { type: 'json' }
import { readUserConfig } from '../../../src/config/user-config.ts'
import { userConfigPath } from '../../../src/config/user-config-path.ts'
import { rejection } from '../../helpers/failure.ts'
import { Comparison, readInterfaces } from '../../helpers/interfaces.ts'

const DEFAULT_FILE = '/home/u/.config/bulla/config.yaml'

type Variables = Readonly<Record<string, string>>

function machine(variables: Variables, platform = 'linux') {
  const homeFolder = () => (platform === 'win32' ? 'C:\\Users\\u' : '/home/u')
  return { platform, variable: (name: string) => variables[name], homeFolder }
}

function read(files: Readonly<Record<string, string>>, variables: Variables = {}, cwd = '/repo') {
  return readUserConfig(
    machine(variables),
    {
      read: async (path) => (files[path] === undefined ? undefined : Buffer.from(files[path])),
      kind: async (path) => (files[path] === undefined ? undefined : 'folder'),
    },
    cwd,
  )
}

describe("a user's own configuration", () => {
  it('is found where systems keep such files', () => {
    const path = (variables: Variables, platform?: string) => userConfigPath(machine(variables, platform)).path
    expect(path({})).toBe(DEFAULT_FILE)
    expect(path({ XDG_CONFIG_HOME: '/xdg' })).toBe('/xdg/bulla/config.yaml')
    expect(path({ BULLA_CONFIG: '/own.yaml', XDG_CONFIG_HOME: '/xdg' })).toBe('/own.yaml')
    expect(path({ APPDATA: 'D:\\Data', XDG_CONFIG_HOME: '/xdg' }, 'win32')).toBe('D:\\Data\\bulla\\config.yaml')
    expect(path({}, 'win32')).toBe('C:\\Users\\u\\AppData\\Roaming\\bulla\\config.yaml')
  })

  it('has defaults for everything', async () => {
    expect(await read({})).toEqual({
      calls: { hosts: [], accounts: undefined },
      timeouts: { totalMs: 30_000, eachMs: 5000 },
    })
  })

  it('is what the file and the variables say together', async () => {
    const file = `
      allow:
        hosts: [Vault.Example.com, "https://kms.example.com:8443/x", http://10.0.0.1:8200]
        accounts: [111122223333, My-Project]
      timeouts: { total: 20, each: 3 }
    `
    const variables = {
      BULLA_ALLOW_HOSTS: ' KMS.example.org:443 ,, [::1]:9000',
      BULLA_ALLOW_ACCOUNTS: '444455556666',
    }
    expect(await read({ [DEFAULT_FILE]: file }, variables)).toEqual({
      calls: {
        hosts: [
          'vault.example.com',
          'kms.example.com:8443',
          'http://10.0.0.1:8200',
          'kms.example.org:443',
          '[::1]:9000',
        ],
        accounts: ['111122223333', 'my-project', '444455556666'],
      },
      timeouts: { totalMs: 20_000, eachMs: 3000 },
    })
  })

  it('takes the endpoints of the variables of sops and of the clouds for the word of the user', async () => {
    const variables = {
      AWS_ENDPOINT_URL_KMS: 'http://localhost:4566',
      VAULT_ADDR: 'https://Vault.example.com/',
      SOPS_GCP_KMS_ENDPOINT: 'kms.example.com:443',
      AWS_ENDPOINT_URL: 'no address at all',
    }
    const { calls } = await read({}, variables)
    expect(calls.hosts).toEqual(['http://localhost:4566', 'kms.example.com:443', 'vault.example.com:443'])
  })

  it.each([
    [{ BULLA_ALLOW_ACCOUNTS: '' }, ''],
    [{}, 'allow: { accounts: [] }'],
  ])('that names no account allows none', async (variables, file) => {
    expect((await read({ [DEFAULT_FILE]: file }, variables)).calls.accounts).toEqual([])
  })

  it('takes the time from BULLA_KEY_TIMEOUT, and then gives one wrapping no more', async () => {
    const { timeouts } = await read({ [DEFAULT_FILE]: 'timeouts: { total: 60 }' }, { BULLA_KEY_TIMEOUT: '2' })
    expect(timeouts).toEqual({ totalMs: 2000, eachMs: 2000 })
  })

  it.each([
    [{ BULLA_KEY_TIMEOUT: '0' }, ''],
    [{ BULLA_KEY_TIMEOUT: '5s' }, ''],
    [{ BULLA_KEY_TIMEOUT: '4000' }, ''],
    [{ BULLA_ALLOW_HOSTS: '*' }, ''],
    [{ BULLA_ALLOW_HOSTS: '*.example.com' }, ''],
    [{ BULLA_ALLOW_HOSTS: 'user@example.com' }, ''],
    [{ BULLA_ALLOW_HOSTS: 'ftp://example.com' }, ''],
    [{ BULLA_CONFIG: 'config.yaml' }, ''],
    [{}, 'allow: { hosts: ["*"] }'],
    [{}, 'allow: { host: [a] }'],
    [{}, 'allow: { hosts: a }'],
    [{}, 'timeouts: { total: 0 }'],
    [{}, 'allow: ['],
  ])('is refused when it is wrong: %j %s', async (variables: Variables, file) => {
    const failure = await rejection(read({ [DEFAULT_FILE]: file }, variables))
    expect(failure).toMatchObject({ code: 'ERR_CONFIG', hint: expect.any(String) })
    if (file !== '') expect(failure).toMatchObject({ where: { file: DEFAULT_FILE, line: 1 } })
  })

  it('has to be there when it was named', async () => {
    expect(await rejection(read({}, { BULLA_CONFIG: '/own.yaml' }))).toMatchObject({
      code: 'ERR_CONFIG_NOT_FOUND',
    })
  })

  it.each([
    ['the home folder is the repository', { '/home/u/.git': '' }, '/tmp'],
    ['the home folder is in the repository', { '/home/.git': '' }, '/tmp'],
    ['its folder is the repository that is worked on', { '/home/u/.config/.git': '' }, '/home/u/.config/x'],
  ])('is never taken from a repository: %s', async (_, files, cwd) => {
    const all = { ...files, [DEFAULT_FILE]: 'allow: { hosts: [evil.example] }' }
    expect(await rejection(read(all, {}, cwd))).toMatchObject({ code: 'ERR_CONFIG' })
    const own = await read(all, { BULLA_CONFIG: DEFAULT_FILE }, cwd)
    expect(own.calls.hosts).toEqual(['evil.example'])
  })

  it('may be kept under version control by its user', async () => {
    const files = { '/home/u/.config/.git': '', [DEFAULT_FILE]: 'allow: { hosts: [a.example] }' }
    expect((await read(files)).calls.hosts).toEqual(['a.example'])
  })

  it('is not looked for where a relative XDG_CONFIG_HOME leads', async () => {
    const files = { 'xdg/bulla/config.yaml': 'allow: { hosts: [evil.example] }' }
    expect((await read(files, { XDG_CONFIG_HOME: 'xdg' })).calls.hosts).toEqual([])
  })

  it('has types that say the same as its schema', () => {
    const source = readFileSync(join(import.meta.dirname, '../../../src/config/raw-user-config.ts'), 'utf8')
    const comparison = new Comparison(schema, readInterfaces(source))
    comparison.type('RawUserConfig | null', schema, 'RawUserConfig')
    expect(comparison.differences).toEqual([])
  })
})
