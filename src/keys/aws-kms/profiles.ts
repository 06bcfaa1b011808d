import { KeyError } from '../../errors.ts'
import type { ServiceEnvironment } from '../services/environment.ts'

/** The user's own files of AWS, by the variables that name others. */
const FILES = { AWS_CONFIG_FILE: 'config', AWS_SHARED_CREDENTIALS_FILE: 'credentials' } as const

type Settings = Readonly<Record<string, string>>

/** A profile is named that stands in no file. The SDK alone would go on to the role of the machine. */
export class ProfileMissing extends Error {
  override readonly name = 'ProfileMissing'
}

/** The profile that credentials are looked for in; undefined when nobody named one. */
export function namedProfile(environment: ServiceEnvironment, ofKey: string): string | undefined {
  return [ofKey, environment.variable('AWS_PROFILE') ?? ''].find((name) => name !== '')
}

/**
 * What the user's own files of AWS say about a profile, first that of settings, then that of credentials.
 *
 * @param name - `default` need not be there
 * @throws {@link ProfileMissing}
 */
export async function readProfile(environment: ServiceEnvironment, name: string): Promise<Settings> {
  const titles = name === 'default' ? ['default', 'profile default'] : [`profile ${name}`]
  const found = [
    section(await readText(environment, 'AWS_CONFIG_FILE'), titles),
    section(await readText(environment, 'AWS_SHARED_CREDENTIALS_FILE'), [name]),
  ]
  if (name !== 'default' && found.every((settings) => settings === undefined)) throw new ProfileMissing()
  return Object.assign(Object.create(null), ...found)
}

/**
 * Both files are read more than once, here and by the SDK: a pipe would have nothing to say by then, or leave whoever reads it
 * waiting, beyond every deadline.
 *
 * @throws KeyError `ERR_KEY_SERVICE`
 */
export function refusePipes(environment: ServiceEnvironment): void {
  for (const variable of ['AWS_CONFIG_FILE', 'AWS_SHARED_CREDENTIALS_FILE'] as const) {
    if (!environment.isPipe(pathOf(environment, variable))) continue
    throw new KeyError('ERR_KEY_SERVICE', `the file of ${FILES[variable]} for AWS is a pipe`, {
      hint: `it is read more than once: put a file in its place, or name one in ${variable}`,
    })
  }
}

/** Empty when there is none: then the SDK finds none either. */
async function readText(environment: ServiceEnvironment, variable: keyof typeof FILES): Promise<string> {
  const bytes = await environment.readFile(pathOf(environment, variable)).catch(() => undefined)
  return Buffer.from(bytes ?? []).toString('utf8')
}

function pathOf(environment: ServiceEnvironment, variable: keyof typeof FILES): string {
  const named = environment.variable(variable) ?? ''
  const path = named === '' ? `~/.aws/${FILES[variable]}` : named
  return path.replace(/^~(?=\/)/, environment.homeFolder())
}

/** Of indented lines, which belong to the setting above them, nothing is needed. */
function section(text: string, titles: readonly string[]): Settings | undefined {
  let found: Record<string, string> | undefined
  let isInside = false
  for (const line of text.split(/\r?\n/)) {
    const [, title] = /^\s*\[([^\]]*)\]/.exec(line) ?? []
    if (title !== undefined) {
      isInside = titles.includes(title.trim().replaceAll(/\s+/g, ' ').replaceAll(/["']/g, ''))
      if (isInside) found ??= Object.create(null)
    }
    const [, key, value = ''] = /^([\w-]+)\s*=\s*(.*?)\s*(?:[ \t][#;].*)?$/.exec(line) ?? []
    if (isInside && key !== undefined && found !== undefined) found[key.toLowerCase()] = value
  }
  return found
}
