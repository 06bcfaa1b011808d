import type { ServiceEnvironment } from '../services/environment.ts'

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
    section(await readText(environment, 'AWS_CONFIG_FILE', 'config'), titles),
    section(await readText(environment, 'AWS_SHARED_CREDENTIALS_FILE', 'credentials'), [name]),
  ]
  if (name !== 'default' && found.every((settings) => settings === undefined)) throw new ProfileMissing()
  return Object.assign(Object.create(null), ...found)
}

/** Empty when there is none: then the SDK finds none either. */
async function readText(environment: ServiceEnvironment, variable: string, file: string): Promise<string> {
  const named = environment.variable(variable) ?? ''
  const path = named === '' ? `~/.aws/${file}` : named
  const bytes = await environment.readFile(path.replace(/^~(?=\/)/, environment.homeFolder())).catch(() => undefined)
  return Buffer.from(bytes ?? []).toString('utf8')
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
