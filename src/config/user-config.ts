import { BullaError, ConfigError } from '../errors.ts'
import { decodeText } from '../format/text.ts'
import { readPlainYaml } from '../format/yaml/plain.ts'
import type { CallSettings } from '../keys/services/call-policy.ts'
import { validateUserConfig } from '../schema/user-config.ts'
import { hostsOfTools, normalHost } from './allowed-hosts.ts'
import type { RawUserConfig } from './raw-user-config.ts'
import { pathsOf, type UserMachine, userConfigPath } from './user-config-path.ts'

/** What a user says about key services, in a file and in variables; never in a repository. */
export interface UserConfig {
  readonly calls: CallSettings
  readonly timeouts: {
    /** For one key, with all its retries and wrappings. */
    readonly totalMs: number
    /** For one wrapping of an identity while others remain. */
    readonly eachMs: number
  }
}

export interface UserConfigFiles {
  /** The content of a file; undefined when there is none. @throws FileError `ERR_READ` */
  read(path: string, anyKind?: boolean): Promise<Uint8Array | undefined>
  /** What a path is; undefined when nothing is there. */
  kind(path: string): Promise<'file' | 'folder' | 'stream' | undefined>
}

const DEFAULT_TOTAL_SECONDS = 30
const DEFAULT_EACH_SECONDS = 5
const MAX_SECONDS = 3600

/**
 * Read what the user allows: `BULLA_CONFIG` or the default file, and the variables, which add to it.
 *
 * @param cwd - absolute; a default file in the repository around it is refused
 * @throws ConfigError `ERR_CONFIG`, `ERR_CONFIG_NOT_FOUND`; FileError `ERR_READ`
 */
export async function readUserConfig(machine: UserMachine, files: UserConfigFiles, cwd: string): Promise<UserConfig> {
  const raw = await readFile(machine, files, cwd)
  const variable = (name: string) => machine.variable(name)
  const accounts = [...(raw.data.allow?.accounts ?? []), ...commaList(variable('BULLA_ALLOW_ACCOUNTS'))]
  const restricts = raw.data.allow?.accounts != null || variable('BULLA_ALLOW_ACCOUNTS') !== undefined
  const totalSeconds = secondsOf(variable('BULLA_KEY_TIMEOUT')) ?? raw.data.timeouts?.total ?? DEFAULT_TOTAL_SECONDS
  return {
    calls: {
      hosts: [
        ...(raw.data.allow?.hosts ?? []).map((text, index) =>
          checkedHost(text, raw.place(['allow', 'hosts', `${index}`])),
        ),
        ...commaList(variable('BULLA_ALLOW_HOSTS')).map((text) => checkedHost(text, undefined)),
        ...hostsOfTools(variable),
      ],
      accounts: restricts ? accounts.map((id) => id.trim().toLowerCase()) : undefined,
    },
    timeouts: {
      totalMs: totalSeconds * 1000,
      eachMs: Math.min(raw.data.timeouts?.each ?? DEFAULT_EACH_SECONDS, totalSeconds) * 1000,
    },
  }
}

type Place = { readonly file: string; readonly line: number; readonly column: number }

interface ReadConfig {
  readonly data: RawUserConfig
  place(path: readonly string[]): Place
}

async function readFile(machine: UserMachine, files: UserConfigFiles, cwd: string): Promise<ReadConfig> {
  const { path, isNamed } = userConfigPath(machine)
  const bytes = await files.read(path, isNamed)
  if (bytes === undefined && isNamed) {
    throw new ConfigError('ERR_CONFIG_NOT_FOUND', 'the configuration that was named does not exist', {
      where: { file: path },
      hint: 'check BULLA_CONFIG',
    })
  }
  if (bytes !== undefined && !isNamed) await checkOutside(path, machine, files, cwd)
  return parse(bytes ?? new Uint8Array(), path)
}

/** Some build servers make the checked out repository the home folder: then it would be what allows. */
async function checkOutside(path: string, machine: UserMachine, files: UserConfigFiles, cwd: string): Promise<void> {
  const { dirname, join, relative, isAbsolute } = pathsOf(machine.platform)
  const isWithin = (folder: string, inner: string) => {
    const below = relative(folder, inner)
    return below === '' || !(below.startsWith('..') || isAbsolute(below))
  }
  const home = machine.homeFolder()
  for (let folder = dirname(path); dirname(folder) !== folder; folder = dirname(folder)) {
    const isRepository = (await files.kind(join(folder, '.git'))) !== undefined
    if (!isRepository || !(isWithin(folder, cwd) || isWithin(folder, home))) continue
    throw new ConfigError('ERR_CONFIG', 'this configuration lies in a repository, which could allow itself anything', {
      where: { file: path },
      hint: `if it is your own, say so: set BULLA_CONFIG to its path`,
    })
  }
}

function parse(bytes: Uint8Array, path: string): ReadConfig {
  try {
    const yaml = readPlainYaml(decodeText(bytes), (name) => !['total', 'each'].includes(name))
    const data = yaml.value ?? {}
    const [problem] = validateUserConfig(data)
    const place = (field: readonly string[]) => ({ file: path, ...yaml.locate(field) })
    if (problem === undefined) return { data: data as RawUserConfig, place } // the schema has just said so
    const hint = problem.hint ?? 'correct it there'
    throw new ConfigError('ERR_CONFIG', problem.message, { where: place(problem.path), hint })
  } catch (error) {
    if (!(error instanceof BullaError) || error instanceof ConfigError) throw error
    const hint = 'repair your own bulla configuration there'
    throw new ConfigError('ERR_CONFIG', error.message, { where: { ...error.where, file: path }, hint })
  }
}

function checkedHost(text: string, where: Place | undefined): string {
  const host = normalHost(text)
  if (host !== undefined) return host
  throw new ConfigError(
    'ERR_CONFIG',
    `${where === undefined ? 'BULLA_ALLOW_HOSTS' : 'allow.hosts'} names something that is no host`,
    {
      hint: 'name whole hosts: host or host:port, or http://host:port where it may be in clear; there are no wildcards',
      ...(where === undefined ? {} : { where }),
    },
  )
}

function commaList(text: string | undefined): string[] {
  return (text ?? '').split(',').flatMap((part) => (part.trim() === '' ? [] : [part.trim()]))
}

function secondsOf(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined
  const seconds = /^[0-9]{1,4}$/.test(text) ? Number(text) : 0
  if (seconds >= 1 && seconds <= MAX_SECONDS) return seconds
  throw new ConfigError('ERR_CONFIG', `BULLA_KEY_TIMEOUT must be a number of seconds from 1 to ${MAX_SECONDS}`, {
    hint: 'correct it, or leave it away for 30 seconds',
  })
}
