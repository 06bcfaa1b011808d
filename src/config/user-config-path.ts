import { posix, win32 } from 'node:path'
import { ConfigError } from '../errors.ts'

/** What finding the user's own configuration needs of the machine. */
export interface UserMachine {
  /** As `process.platform`. */
  readonly platform: string
  /** An environment variable; undefined when it is not set. */
  variable(name: string): string | undefined
  /** Absolute. */
  homeFolder(): string
}

/** The folder of the user's own settings of bulla. Relative places in variables are passed over, as their standard says. */
export function userFolder({ platform, variable, homeFolder }: UserMachine): string {
  const { isAbsolute, join } = pathsOf(platform)
  const first = variable(platform === 'win32' ? 'APPDATA' : 'XDG_CONFIG_HOME') ?? ''
  const fallback = platform === 'win32' ? ['AppData', 'Roaming'] : ['.config']
  return join(isAbsolute(first) ? first : join(homeFolder(), ...fallback), 'bulla')
}

/**
 * Where the user's own configuration is.
 *
 * @throws ConfigError `ERR_CONFIG` when `BULLA_CONFIG` is relative: what it names would depend on the repository
 */
export function userConfigPath(machine: UserMachine): { readonly path: string; readonly isNamed: boolean } {
  const { isAbsolute, join } = pathsOf(machine.platform)
  const named = machine.variable('BULLA_CONFIG') ?? ''
  if (named === '') return { path: join(userFolder(machine), 'config.yaml'), isNamed: false }
  if (isAbsolute(named)) return { path: named, isNamed: true }
  throw new ConfigError('ERR_CONFIG', 'BULLA_CONFIG is a relative path: any repository could have a file there', {
    hint: 'set it to the absolute path of your own configuration',
  })
}

export function pathsOf(platform: string): typeof posix {
  return platform === 'win32' ? win32 : posix
}
