import { posix, win32 } from 'node:path'
import { looksSecret } from '../looks-secret.ts'
import { reasonOf } from '../reason.ts'
import { splitCommand } from './command-words.ts'
import type { AgeEnvironment } from './environment.ts'
import { type NativeIdentity, parseIdentities } from './identities.ts'
import { isLocked, LockedIdentities } from './locked-identities.ts'

/** What one of the places gave where identities are looked for. */
export interface Reading {
  /** The name of an environment variable, or the path of the default file. */
  readonly place: string
  /** The path of the file that was read. */
  readonly file?: string
  readonly identities: readonly NativeIdentity[]
  readonly locked?: LockedIdentities
  /** What was wrong there. Holds no value of a variable, no path from one, no output. */
  readonly problem?: string
  /** The variable is not set, or the default file does not exist. */
  readonly absent?: true
}

export const KEY_COMMAND = 'SOPS_AGE_KEY_CMD'
const SSH_VARIABLES = ['SOPS_AGE_SSH_PRIVATE_KEY_FILE', 'SOPS_AGE_SSH_PRIVATE_KEY_CMD']
const MAX_BYTES = 16 * 1024 * 1024

/**
 * Read every place that does not depend on the recipient and runs nothing: `SOPS_AGE_KEY`, `SOPS_AGE_KEY_FILE` and the
 * default file, all of them, whatever the others gave. Never rejects.
 *
 * SSH keys are places too, but cannot be used yet: they are named when a variable points to one, and never read.
 *
 * @see sops `age/keysource.go`, `loadIdentities`
 */
export async function readFixedSources(environment: AgeEnvironment): Promise<Reading[]> {
  const ssh = SSH_VARIABLES.filter((name) => environment.variable(name) !== undefined)
  return [
    readKeyVariable(environment),
    ...(await Promise.all([readKeyFile(environment), readDefaultFile(environment)])),
    ...ssh.map((place) => failed(place, 'SSH keys cannot be used yet')),
  ]
}

function readKeyVariable(environment: AgeEnvironment): Reading {
  const place = 'SOPS_AGE_KEY'
  const text = environment.variable(place)
  return text === undefined ? absent(place) : readText(place, text, environment, { wordsPerLine: true })
}

async function readKeyFile(environment: AgeEnvironment): Promise<Reading> {
  const place = 'SOPS_AGE_KEY_FILE'
  const path = environment.variable(place)
  if (path === undefined) return absent(place)
  if (looksSecret(path))
    return failed(place, 'it holds an identity where a path belongs; use SOPS_AGE_KEY for the identity itself')
  return (await readIdentityFile(place, path, environment)) ?? failed(place, 'the file it names does not exist')
}

async function readDefaultFile(environment: AgeEnvironment): Promise<Reading> {
  const folder = configFolder(environment)
  if (folder === undefined) return failed('the default key file', 'the folder for configuration files is not known')
  const place = pathsOf(environment).join(folder, 'sops', 'age', 'keys.txt')
  return (await readIdentityFile(place, place, environment)) ?? absent(place)
}

/** As Go's `os.UserConfigDir`, with `XDG_CONFIG_HOME` on macOS too, where it needs not be absolute. */
function configFolder(environment: AgeEnvironment): string | undefined {
  const paths = pathsOf(environment)
  const set = (name: string) => environment.variable(name) || undefined
  const absolute = (path: string | undefined) => (path !== undefined && paths.isAbsolute(path) ? path : undefined)
  if (environment.platform === 'win32') return absolute(set('AppData'))
  const xdg = set('XDG_CONFIG_HOME')
  if (xdg !== undefined) return environment.platform === 'darwin' ? xdg : absolute(xdg)
  const home = set('HOME')
  if (home === undefined) return undefined
  return environment.platform === 'darwin'
    ? paths.join(home, 'Library', 'Application Support')
    : paths.join(home, '.config')
}

function pathsOf(environment: AgeEnvironment): typeof posix {
  return environment.platform === 'win32' ? win32 : posix
}

/**
 * Run `SOPS_AGE_KEY_CMD`, which is told for whom a key is wanted. Never rejects.
 *
 * @param recipient - of the entry, as the file has it
 * @returns undefined when the variable is not set
 */
export async function readKeyCommand(environment: AgeEnvironment, recipient: string): Promise<Reading | undefined> {
  const commandLine = environment.variable(KEY_COMMAND)
  if (commandLine === undefined) return undefined
  const words = splitCommand(commandLine, { isWindows: environment.platform === 'win32' })
  if (words === undefined) return failed(KEY_COMMAND, 'a quote is not closed, or it ends with a backslash')
  if (words.length === 0) return failed(KEY_COMMAND, 'it is set, but empty')
  try {
    const { exitCode, stdout } = await environment.runCommand(words, { SOPS_AGE_RECIPIENT: safeVariable(recipient) })
    if (exitCode === 0) return readBytes(KEY_COMMAND, stdout, environment)
    stdout.fill(0)
    return failed(
      KEY_COMMAND,
      exitCode === null ? 'the command was ended by a signal' : `the command failed with exit code ${exitCode}`,
    )
  } catch (error) {
    return failed(KEY_COMMAND, `the command could not be started${codeOf(error)}`)
  }
}

/** The recipient comes from a file that anybody may have written; a variable of the environment cannot hold every byte. */
function safeVariable(recipient: string): string {
  return /^[\x20-\x7e]*$/.test(recipient) ? recipient : ''
}

async function readIdentityFile(
  place: string,
  path: string,
  environment: AgeEnvironment,
): Promise<Reading | undefined> {
  try {
    const bytes = await environment.readFile(path)
    return bytes === undefined ? undefined : { ...readBytes(place, bytes, environment), file: path }
  } catch (error) {
    return failed(place, `the file cannot be read${codeOf(error)}`)
  }
}

function readBytes(place: string, bytes: Uint8Array, environment: AgeEnvironment): Reading {
  if (bytes.length >= MAX_BYTES) return failed(place, 'it is too long for an identity file')
  // one character a byte: identities are ASCII, and a locked file is not text at all
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
  // wiped: the strings made of it cannot be
  bytes.fill(0)
  return readText(place, text, environment)
}

function readText(
  place: string,
  text: string,
  environment: AgeEnvironment,
  options?: { wordsPerLine: boolean },
): Reading {
  if (isLocked(text)) return { place, identities: [], locked: new LockedIdentities(place, text, environment) }
  try {
    const { identities, pluginCount } = parseIdentities(text, options)
    return pluginCount === 0
      ? { place, identities }
      : { place, identities, problem: 'identities of age plugins cannot be used yet' }
  } catch (error) {
    return failed(place, reasonOf(error))
  }
}

function failed(place: string, problem: string): Reading {
  return { place, identities: [], problem }
}

function absent(place: string): Reading {
  return { place, identities: [], absent: true }
}

/** The code of a file-system error; its message would quote the path, which may come from a variable. */
function codeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return /^[A-Z_]+$/.test(code) ? ` (${code})` : ''
}
