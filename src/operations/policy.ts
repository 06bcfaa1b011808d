import { dirname } from 'node:path'
import { type CreationRule, type Indents, parseConfig, parseIndents, type SopsConfig } from '../config/config.ts'
import { type ConfigFiles, findConfig } from '../config/find.ts'
import type { KeyDescription } from '../config/key-text.ts'
import { matchRule } from '../config/match.ts'
import { BullaError, ConfigError, type ErrorCode, UsageError, type Where } from '../errors.ts'
import { DEFAULT_SELECTOR, type SelectorSpec } from '../format/metadata.ts'
import type { StoreName } from '../format/tree.ts'
import type { SealPolicy } from './seal.ts'

/** What a caller says about keys and selectors; everything else comes from the policy file. */
export interface PolicyOptions {
  /** When there is one, the keys of the rule are not used. */
  readonly keys?: readonly KeyDescription[]
  readonly selectors?: readonly SelectorSpec[]
  readonly macOnlyEncrypted?: boolean
  /** 0: from the rule, else all groups. */
  readonly shamirThreshold?: number
}

export interface FoundPolicy {
  readonly policy: SealPolicy
  readonly config: SopsConfig | undefined
  readonly rule: CreationRule | undefined
  readonly notes: readonly string[]
  /** Where in the policy file keys and selector stand; undefined when they were given otherwise. */
  readonly keysAt: Where | undefined
  readonly selectorAt: Where | undefined
}

const KEY_CODES: readonly ErrorCode[] = ['ERR_RECIPIENT', 'ERR_KEY_UNSUPPORTED', 'ERR_KEY_GROUPS', 'ERR_NO_RECIPIENT']

/** Place an error that keys or selector of a policy caused where they stand. */
export function atItsSource(error: unknown, { keysAt, selectorAt }: FoundPolicy): unknown {
  if (!(error instanceof BullaError)) return error
  const place = KEY_CODES.includes(error.code) ? keysAt : error.code === 'ERR_SELECTOR' ? selectorAt : undefined
  return place === undefined ? error : error.at(place)
}

/** Finds the policy of files; reads each policy file once. */
export class PolicyFinder {
  private readonly files: ConfigFiles
  private readonly cwd: string
  private readonly explicit: string | undefined
  private readonly parsed = new Map<string, SopsConfig>()
  private readonly read = new Map<string, Promise<Uint8Array | undefined>>()
  /** By the folder of the file. */
  private readonly found = new Map<string | undefined, ReturnType<typeof findConfig>>()

  constructor(files: ConfigFiles, cwd: string, explicit: string | undefined) {
    this.files = files
    this.cwd = cwd
    this.explicit = explicit
  }

  /** The policy file for `file`, absolute, if there is one. @throws ConfigError */
  async config(
    file: string | undefined,
  ): Promise<{ readonly config: SopsConfig | undefined; readonly notes: readonly string[] }> {
    const found = await this.find(file)
    if (found.path === undefined) return { config: undefined, notes: found.notes }
    const config = this.parsed.get(found.path) ?? parseConfig(found.bytes, found.path)
    this.parsed.set(found.path, config)
    return { config, notes: [...found.notes, ...config.notes] }
  }

  /** What the policy file for `file` says about layout; its rules are not looked at. @throws ConfigError */
  async indents(file: string | undefined): Promise<Indents | undefined> {
    const found = await this.find(file)
    return found.path === undefined ? undefined : parseIndents(found.bytes, found.path)
  }

  /** The files of one folder have the same one. */
  private find(file: string | undefined): ReturnType<typeof findConfig> {
    const folder = file === undefined ? undefined : dirname(file)
    const known = this.found.get(folder) ?? this.search(file)
    this.found.set(folder, known)
    return known
  }

  private search(file: string | undefined): ReturnType<typeof findConfig> {
    const cached: ConfigFiles = {
      read: (path, anyKind) => {
        const known = this.read.get(path) ?? this.files.read(path, anyKind)
        this.read.set(path, known)
        return known
      },
    }
    return findConfig(cached, { cwd: this.cwd, file, explicit: this.explicit })
  }

  /**
   * How `file` is to be sealed: options first, then the first rule that matches.
   *
   * @throws ConfigError `ERR_NO_RULE`, `ERR_NO_RECIPIENT`, `ERR_CONFIG`; UsageError `ERR_CONFLICT` for two selectors
   */
  async policy(file: string, store: StoreName, options: PolicyOptions): Promise<FoundPolicy> {
    const { config, notes } = await this.config(file)
    const rule = config === undefined ? undefined : await matchRule(config, file)
    const groups = chooseGroups(options, { rule, config, notes }, file)
    const binary = store === 'binary'
    const policy: SealPolicy = {
      groups,
      shamirThreshold: (options.shamirThreshold ?? 0) || (rule?.shamirThreshold ?? 0),
      selector: binary ? undefined : chooseSelector(options.selectors ?? [], rule?.selector),
      macOnlyEncrypted: !binary && (options.macOnlyEncrypted === true || rule?.macOnlyEncrypted === true),
    }
    const at = (field: string) =>
      config === undefined || rule === undefined ? undefined : placeIn(config, rule, field)
    return {
      policy,
      config,
      rule,
      notes,
      keysAt: (options.keys ?? []).length > 0 ? undefined : at(keyField(groups)),
      selectorAt:
        policy.selector === rule?.selector && rule?.selector !== undefined ? at(rule.selector.field) : undefined,
    }
  }
}

function chooseGroups(
  { keys = [] }: PolicyOptions,
  { rule, config, notes }: Pick<FoundPolicy, 'rule' | 'config' | 'notes'>,
  file: string,
): readonly (readonly KeyDescription[])[] {
  if (keys.length > 0) return [keys]
  const ofRule = rule?.groups ?? []
  if (ofRule.length > 0 && ofRule.every((group) => group.length > 0)) return ofRule
  const where = rule === undefined || config === undefined ? { file } : placeIn(config, rule, 'key_groups')
  const message =
    rule === undefined
      ? 'nobody is named who could open the file'
      : 'the rule that matches names no keys, or has an empty key group'
  const [misnamed] = config === undefined ? notes : []
  throw new ConfigError('ERR_NO_RECIPIENT', message, {
    where,
    hint:
      misnamed ??
      `name recipients with --age, in SOPS_AGE_RECIPIENTS, or in a creation rule of .sops.yaml${config === undefined ? ' (bulla init makes one)' : ''}`,
  })
}

/** The field with the keys of a rule; empty, for the rule itself, where several have some: which one is at fault is not known. */
function keyField(groups: readonly (readonly KeyDescription[])[]): string {
  const [kind = '', ...others] = new Set(groups.flat().map(({ type }) => type))
  return others.length === 0 ? kind : ''
}

function placeIn(config: SopsConfig, rule: CreationRule, field: string): Where {
  return { file: config.path, ...rule.place(field) }
}

/** An option wins over the same field of the rule; two different fields are one too many. */
function chooseSelector(given: readonly SelectorSpec[], ofRule: SelectorSpec | undefined): SelectorSpec {
  const chosen = [...given]
  if (ofRule !== undefined && !given.some(({ field }) => field === ofRule.field)) chosen.push(ofRule)
  const [first, second] = chosen
  if (second !== undefined) {
    const fromRule = second === ofRule ? ' of the rule' : ''
    throw new UsageError(
      'ERR_CONFLICT',
      `a file can have one selector, not ${first?.field} and ${second.field}${fromRule}`,
      {
        hint:
          fromRule === '' ? 'give one of them' : 'give the same kind of selector as the rule has, or change the rule',
      },
    )
  }
  return first ?? DEFAULT_SELECTOR
}

/** Why nothing can be sealed with so many key groups; undefined when it can. @param threshold - 0: all groups */
export function thresholdProblem(groups: number, threshold: number): string | undefined {
  if (groups < 2 || threshold === 0 || (threshold > 1 && threshold <= groups)) return undefined
  return `shamir_threshold is ${threshold}, with ${groups} key groups: it lies between 2 and their number`
}
