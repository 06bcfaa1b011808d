import { BullaError, ConfigError } from '../errors.ts'
import { decodeText } from '../format/text.ts'
import { readPlainYaml } from '../format/yaml/plain.ts'
import { validateHookPolicy } from '../schema/hook-policy.ts'

/** A `.bulla/policy.yaml`: how hooks and check judge this repository. */
export interface HookPolicy {
  /** Whether readers and selectors that differ from their rule block. */
  readonly isStrict: boolean
  /** The oldest sops whose files are not told to be stale: `3.9.0`. */
  readonly minVersion?: string
}

interface Data {
  readonly strict?: boolean | null
  readonly min_version?: string | null
}

/**
 * Read a `.bulla/policy.yaml`.
 *
 * @param path - where it stands, for errors
 * @throws ConfigError `ERR_CONFIG` with line and field
 */
export function parseHookPolicy(bytes: Uint8Array, path: string): HookPolicy {
  const yaml = readYaml(bytes, path)
  const data = yaml.value ?? {}
  const [problem] = validateHookPolicy(data)
  if (problem !== undefined) {
    throw new ConfigError('ERR_CONFIG', problem.message, {
      where: { file: path, ...yaml.locate(problem.path) },
      hint: problem.hint ?? 'the fields are strict: true or false, and min_version: 3.9.0',
    })
  }
  const { strict, min_version: minVersion } = data as Data // the schema has just said so
  return { isStrict: strict ?? false, ...(minVersion == null ? {} : { minVersion }) }
}

function readYaml(bytes: Uint8Array, path: string) {
  try {
    return readPlainYaml(decodeText(bytes), (name) => name !== 'strict')
  } catch (error) {
    if (!(error instanceof BullaError)) throw error
    throw new ConfigError('ERR_CONFIG', error.message, {
      where: { ...error.where, file: path },
      hint: error.hint ?? 'repair the file there',
    })
  }
}
