import { dirname } from 'node:path'
import { BullaError, ConfigError } from '../errors.ts'
import { SELECTOR_FIELDS, type SelectorSpec } from '../format/metadata.ts'
import { decodeText } from '../format/text.ts'
import { readPlainYaml } from '../format/yaml/plain.ts'
import type { Problem } from '../schema/problem.ts'
import { validateSopsConfig } from '../schema/sops-config.ts'
import { ruleGroups } from './key-groups.ts'
import type { KeyDescription } from './key-text.ts'
import type { RawConfig, RawRule } from './raw.ts'

/** A `.sops.yaml`, read and checked. */
export interface SopsConfig {
  /** As it was found, absolute. */
  readonly path: string
  /** Paths of files are matched relative to this folder. */
  readonly folder: string
  /** Undefined when the file has no `creation_rules`: then it counts as no policy at all. An empty list matches nothing. */
  readonly rules: readonly CreationRule[] | undefined
  /** Columns per level, by store; undefined where nothing is said. */
  readonly indent: {
    readonly yaml: number | undefined
    readonly json: number | undefined
    readonly binary: number | undefined
  }
}

export interface CreationRule {
  /** 0-based position among the rules. */
  readonly index: number
  /** 1-based line in the file. */
  readonly line: number
  /** RE2; undefined matches every file. */
  readonly pathRegex: string | undefined
  readonly groups: readonly (readonly KeyDescription[])[]
  /** 0: all groups. */
  readonly shamirThreshold: number
  readonly selector: SelectorSpec | undefined
  readonly macOnlyEncrypted: boolean
}

/** Fields that are not text; every other scalar is text however it is written, as in sops. */
const TYPED_FIELDS = ['shamir_threshold', 'mac_only_encrypted', 'indent', 'omit_extensions', 'vault_kv_version']

/**
 * Read a `.sops.yaml`.
 *
 * @throws ConfigError `ERR_CONFIG` with file, line, column and field of the first problem; the others are in the message
 */
export function parseConfig(bytes: Uint8Array, path: string): SopsConfig {
  const yaml = readConfigYaml(bytes, path)
  const data = yaml.value ?? {}
  const problems = validateSopsConfig(data)
  if (problems.length > 0) throw configError(problems, path, yaml.locate)
  const raw = data as RawConfig // the schema has just said so; a test holds the two together
  const rules = raw.creation_rules?.map((rule, index) => {
    try {
      return readRule(rule, index, yaml.locate(['creation_rules', String(index)]).line)
    } catch (error) {
      throw error instanceof BullaError
        ? error.at({ file: path, ...yaml.locate(['creation_rules', String(index)]) })
        : error
    }
  })
  const stores = raw.stores ?? {}
  return {
    path,
    folder: dirname(path),
    rules,
    indent: {
      yaml: stores.yaml?.indent ?? undefined,
      json: stores.json?.indent ?? undefined,
      binary: stores.json_binary?.indent ?? undefined,
    },
  }
}

function readConfigYaml(bytes: Uint8Array, path: string) {
  try {
    return readPlainYaml(decodeText(bytes), (name) => !TYPED_FIELDS.includes(name))
  } catch (error) {
    if (!(error instanceof BullaError)) throw error
    throw new ConfigError('ERR_CONFIG', error.message, {
      where: { ...error.where, file: path },
      ...(error.hint === undefined ? {} : { hint: error.hint }),
    })
  }
}

function readRule(rule: RawRule, index: number, line: number): CreationRule {
  const selectors = SELECTOR_FIELDS.flatMap((field): SelectorSpec[] => {
    const pattern = rule[field] ?? ''
    return pattern === '' ? [] : [{ field, pattern }]
  })
  if (selectors.length > 1) {
    throw new ConfigError(
      'ERR_SELECTOR',
      `a rule can have one selector, this one has ${selectors.map(({ field }) => field).join(' and ')}`,
      {
        hint: 'keep one of them, or split the rule',
      },
    )
  }
  return {
    index,
    line,
    pathRegex: rule.path_regex === null || rule.path_regex === '' ? undefined : rule.path_regex,
    groups: ruleGroups(rule),
    shamirThreshold: rule.shamir_threshold ?? 0,
    selector: selectors[0],
    macOnlyEncrypted: rule.mac_only_encrypted ?? false,
  }
}

function configError(
  problems: readonly Problem[],
  path: string,
  locate: (path: readonly string[]) => { line: number; column: number },
): ConfigError {
  const [first, ...others] = problems
  const more = others.map(({ path: field, message }) => `\n  line ${locate(field).line}: ${message}`).join('')
  return new ConfigError('ERR_CONFIG', `${first?.message ?? 'not a valid policy'}${more}`, {
    where: { file: path, ...locate(first?.path ?? []) },
    ...(first?.hint === undefined ? {} : { hint: first.hint }),
  })
}
