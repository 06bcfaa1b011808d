import { dirname } from 'node:path'
import { BullaError, ConfigError } from '../errors.ts'
import { SELECTOR_FIELDS, type SelectorSpec } from '../format/metadata.ts'
import { decodeText } from '../format/text.ts'
import { readPlainYaml } from '../format/yaml/plain.ts'
import type { Problem } from '../schema/problem.ts'
import { validateSopsConfig } from '../schema/sops-config.ts'
import { suggest } from '../schema/suggest.ts'
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
  readonly indent: Indents
  /** What is probably not meant so; texts for the user. */
  readonly notes: readonly string[]
}

/** Columns per level, by store; undefined where nothing is said. */
export interface Indents {
  readonly yaml: number | undefined
  readonly json: number | undefined
  readonly binary: number | undefined
}

export interface CreationRule {
  /** 0-based position among the rules. */
  readonly index: number
  /** 1-based place of a field in the file; of the rule when it does not have that field. */
  place(field: string): { readonly line: number; readonly column: number }
  /** RE2; undefined matches every file. */
  readonly pathRegex: string | undefined
  readonly groups: readonly (readonly KeyDescription[])[]
  /** 0: all groups. */
  readonly shamirThreshold: number
  readonly selector: SelectorSpec | undefined
  readonly macOnlyEncrypted: boolean
  /** Whether readers and a selector that differ from the rule are to block. Not read by sops. */
  readonly isStrict: boolean
  /** Whether what matches may not be in clear; false: the rule only says how to seal. Not read by sops. */
  readonly mustEncrypt: boolean
}

/** Fields that are not text; every other scalar is text however it is written, as in sops. */
const TYPED_FIELDS = [
  'shamir_threshold',
  'mac_only_encrypted',
  'strict',
  'must_encrypt',
  'indent',
  'omit_extensions',
  'vault_kv_version',
]

/** More problems than this are counted and not listed. */
const MAX_LISTED = 9

const TOP_LEVEL = ['creation_rules', 'destination_rules', 'stores']

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
    const place = (field: string) => yaml.locate(['creation_rules', String(index), field])
    try {
      return readRule(rule, index, place)
    } catch (error) {
      throw error instanceof BullaError ? error.at({ file: path, ...place('') }) : error
    }
  })
  return { path, folder: dirname(path), rules, indent: indentsOf(raw), notes: mistypedNames(data, path) }
}

/**
 * Read of a `.sops.yaml` only how files are laid out. What its rules say does not matter to who opens a file.
 *
 * @throws ConfigError `ERR_CONFIG`
 */
export function parseIndents(bytes: Uint8Array, path: string): Indents {
  const yaml = readConfigYaml(bytes, path)
  const data = Object(yaml.value ?? {})
  const stores = Object.hasOwn(data, 'stores') ? { stores: data.stores } : {}
  const problems = validateSopsConfig(stores)
  if (problems.length > 0) throw configError(problems, path, yaml.locate)
  return indentsOf(stores as RawConfig) // the schema has just said so
}

function indentsOf({ stores }: RawConfig): Indents {
  return {
    yaml: stores?.yaml?.indent ?? undefined,
    json: stores?.json?.indent ?? undefined,
    binary: stores?.json_binary?.indent ?? undefined,
  }
}

/** Unknown names at the top are for other programs and for anchors, unless one looks like a name that counts. */
function mistypedNames(data: object, path: string): string[] {
  const names = Object.keys(data)
  const missing = ['creation_rules', 'stores'].filter((name) => !names.includes(name))
  return names.flatMap((name) => {
    const meant = TOP_LEVEL.includes(name) ? undefined : suggest(name, missing)
    return meant === undefined ? [] : [`${path} has a field ${name} that means nothing; was ${meant} meant?`]
  })
}

function readConfigYaml(bytes: Uint8Array, path: string) {
  try {
    return readPlainYaml(decodeText(bytes), (name) => !TYPED_FIELDS.includes(name))
  } catch (error) {
    if (!(error instanceof BullaError)) throw error
    throw new ConfigError('ERR_CONFIG', error.message, {
      where: { ...error.where, file: path },
      hint: error.hint ?? 'repair the policy there, or name another one with --config',
    })
  }
}

function readRule(rule: RawRule, index: number, place: CreationRule['place']): CreationRule {
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
    place,
    pathRegex: rule.path_regex === null || rule.path_regex === '' ? undefined : rule.path_regex,
    groups: ruleGroups(rule),
    shamirThreshold: rule.shamir_threshold ?? 0,
    selector: selectors[0],
    macOnlyEncrypted: rule.mac_only_encrypted ?? false,
    isStrict: rule.strict ?? false,
    mustEncrypt: rule.must_encrypt ?? true,
  }
}

function configError(
  problems: readonly Problem[],
  path: string,
  locate: (path: readonly string[]) => { line: number; column: number },
): ConfigError {
  const [first, ...others] = problems
  const lines = others
    .slice(0, MAX_LISTED)
    .map(({ path: field, message }) => `  line ${locate(field).line}: ${message}`)
  if (others.length > MAX_LISTED) lines.push(`  and ${others.length - MAX_LISTED} more`)
  return new ConfigError('ERR_CONFIG', [first?.message ?? 'not a valid policy', ...lines].join('\n'), {
    where: { file: path, ...locate(first?.path ?? []) },
    ...(first?.hint === undefined ? {} : { hint: first.hint }),
  })
}
