import { BullaError, ConfigError } from '../../errors.ts'
import { decodeText } from '../../format/text.ts'
import { readPlainYaml } from '../../format/yaml/plain.ts'
import { validateAllowList } from '../../schema/allow-list.ts'

/** An exception of `.bulla/allow.yaml`: for files that a pattern names, or for the finding of one fingerprint. */
export interface AllowEntry {
  readonly rule: string
  readonly path?: string
  readonly fingerprint?: string
  readonly reason: string
  /** Last day on which it counts, `2026-12-31`. */
  readonly expires?: string
}

/**
 * Read a `.bulla/allow.yaml`.
 *
 * @param path - where it stands, for errors
 * @throws ConfigError `ERR_CONFIG` with line and field: an exception that cannot be read must not pass for none
 */
export function parseAllowList(bytes: Uint8Array, path: string): readonly AllowEntry[] {
  const yaml = readYaml(bytes, path)
  const data = yaml.value ?? { allow: [] }
  const [problem] = validateAllowList(data)
  if (problem !== undefined) {
    throw new ConfigError('ERR_CONFIG', problem.message, {
      where: { file: path, ...yaml.locate(problem.path) },
      hint: problem.hint ?? 'each entry needs rule, reason, and path or fingerprint',
    })
  }
  return (data as { allow: AllowEntry[] }).allow // the schema has just said so
}

function readYaml(bytes: Uint8Array, path: string) {
  try {
    return readPlainYaml(decodeText(bytes), () => true)
  } catch (error) {
    if (!(error instanceof BullaError)) throw error
    throw new ConfigError('ERR_CONFIG', error.message, {
      where: { ...error.where, file: path },
      hint: error.hint ?? 'repair the allow-list there',
    })
  }
}
