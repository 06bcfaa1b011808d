import { type CreationRule, parseConfig, type SopsConfig } from '../../config/config.ts'
import type { PolicyEdit } from '../../config/edit/check-edit.ts'
import { grantKey, type RuleEdit, ungrantKey } from '../../config/edit/edit-policy.ts'
import { nearestConfig } from '../../config/find.ts'
import { bareRecipient } from '../../config/key-text.ts'
import { findRule } from '../../config/match.ts'
import { isRecipientName } from '../../recipients/names.ts'
import type { BatchResult } from '../batch.ts'
import { isHousekeeping } from '../inputs.ts'
import type { FileVersion, World } from '../ports.ts'
import { type UpdateReport, updateKeys } from '../readers/update-keys.ts'
import { checkPublicKey } from './add.ts'
import { whichRule } from './which-rule.ts'

export interface GrantOptions {
  readonly verb: 'grant' | 'ungrant'
  /** Of a recipient; or a public key. */
  readonly name: string
  /** See `whichRule`. */
  readonly target: string
  /** 0-based key group of the rule. Default: the only one to add to, all to remove from. */
  readonly group?: number
  /** Accept that other rules change, which repeat the keys by an alias. */
  readonly isSharedAllowed?: boolean
  /** Accept a rule that names nobody any more. */
  readonly isEmptyAllowed?: boolean
  /** Give the sealed files their new readers too. */
  readonly apply?: boolean
  /** Write nothing. */
  readonly dryRun?: boolean
  readonly allowLockout?: boolean
  /** Asked before sealed files are changed; undefined: nobody could be asked. */
  readonly approve: (plan: GrantPlan) => Promise<boolean | undefined>
}

/** What is about to be done. */
export interface GrantPlan {
  /** Absolute path of the policy. */
  readonly policy: string
  readonly rule: CreationRule
  /** The public keys that were added to the rule, or taken out. */
  readonly keys: readonly string[]
  /** 1-based numbers of other rules that change too. */
  readonly alsoRules: readonly number[]
  /** Whether the policy is other than before. */
  readonly isChanged: boolean
  readonly notes: readonly string[]
  /** Sealed files of these rules whose readers are not those of the rule. */
  readonly files: readonly UpdateReport[]
}

export interface GrantResult {
  readonly plan: GrantPlan
  /** What became of the sealed files. */
  readonly update: BatchResult<UpdateReport>
  readonly isPolicyWritten: boolean
}

/**
 * Let a recipient read what a rule seals, or no longer. The policy is changed in place; sealed files get their new readers
 * with `apply`, all or none of them, after the policy: what is interrupted is finished by running it again.
 *
 * @throws KeyError `ERR_RECIPIENT_NAME`, `ERR_LOCKOUT`; ConfigError `ERR_CONFIG`, `ERR_NO_RULE`, `ERR_NO_RECIPIENT`;
 *   UsageError `ERR_USAGE`, `ERR_NOT_CONFIRMED`. What goes wrong with single files is in the result
 */
export async function grant(options: GrantOptions, world: World): Promise<GrantResult> {
  const { config, rule, notes } = await whichRule(options.target, world)
  const policy = await world.files.open(config.path)
  const { edit, keys } = await editPolicy(options, policy, rule, world)
  const rules = new Set([rule.index, ...edit.alsoRules.map((number) => number - 1)])
  const edited = parseConfig(edit.bytes, config.path)
  const plan = (files: readonly UpdateReport[]): GrantPlan => ({
    policy: config.path,
    rule,
    keys,
    alsoRules: edit.alsoRules,
    isChanged: edit.isChanged,
    notes: [...notes, ...unusableNotes(options, keys), ...emptyNotes(edited, rules)],
    files: files.filter(({ outcome }) => outcome === 'changed'),
  })
  const write = async () => {
    if (edit.isChanged) await world.files.write({ path: policy.path, bytes: edit.bytes, expected: policy })
  }
  const { apply = false, dryRun = false, allowLockout = false } = options
  const after = withPolicy(world, policy.path, edit.bytes)
  const isOurs = filesOf(edited, rules, world)
  const settings = { paths: [config.folder], accept: isOurs, allowLockout }
  if (!apply || dryRun) {
    const update = await updateKeys({ ...settings, dryRun: true, approve: async () => false }, after)
    if (!dryRun) await write()
    return { plan: plan(update.reports), update, isPolicyWritten: !dryRun && edit.isChanged }
  }
  let isWritten = false
  const beforeWriting = async () => {
    await write()
    isWritten = edit.isChanged
  }
  const approve = (reports: readonly UpdateReport[]) => options.approve(plan(reports))
  const update = await updateKeys({ ...settings, approve, beforeWriting }, after)
  const isDeclined = update.reports.some(({ outcome }) => outcome === 'declined')
  // no sealed file has to change
  if (!isWritten && !isDeclined && update.failures.length === 0) await beforeWriting()
  return { plan: plan(update.reports), update, isPolicyWritten: isWritten }
}

async function editPolicy(
  { verb, name, group, isSharedAllowed = false, isEmptyAllowed = false }: GrantOptions,
  { bytes, path }: FileVersion,
  rule: CreationRule,
  { recipients }: World,
): Promise<{ edit: PolicyEdit; keys: readonly string[] }> {
  const known = isRecipientName(name) ? await (await recipients()).byNameAlone(name, path) : undefined
  const current = known?.recipient ?? name
  const base = { path, rule: rule.index, group, isSharedAllowed, isEmptyAllowed, name: known?.name }
  const request = (key: string, edited: Uint8Array): RuleEdit => ({ ...base, key, bytes: edited })
  const inRule = new Set(rule.groups.flat().flatMap(({ fields }) => fields['recipient'] ?? []))
  // as they are spelled there: behind an SSH key another comment may stand
  const spelled = (key: string) => [...inRule].filter((one) => bareRecipient(one) === bareRecipient(key))
  if (verb === 'grant') {
    const key = spelled(current)[0] ?? current
    return { edit: grantKey(request(key, bytes)), keys: [key] }
  }
  const keys = [current, ...(known?.previous ?? []).map(({ recipient }) => recipient)].flatMap(spelled)
  let edit: PolicyEdit = { bytes, isChanged: false, alsoRules: [] }
  for (const key of keys) {
    const next = ungrantKey(request(key, edit.bytes))
    const alsoRules = [...new Set([...edit.alsoRules, ...next.alsoRules])].sort((a, b) => a - b)
    edit = { bytes: next.bytes, isChanged: edit.isChanged || next.isChanged, alsoRules }
  }
  return { edit, keys }
}

/** From now on only sops can seal by this rule: better said here than by the next `encrypt`. */
function unusableNotes({ verb, name }: GrantOptions, keys: readonly string[]): string[] {
  if (verb === 'ungrant') return []
  const problems = keys.flatMap((key) => checkPublicKey(key) ?? [])
  return problems.map((problem) => `${problem} (${name}): by this rule only sops seals from now on, bulla refuses`)
}

/** The same world, in which the policy was written already. */
function withPolicy(world: World, path: string, bytes: Uint8Array): World {
  const read: World['files']['read'] = async (file, anyKind) =>
    file === path ? bytes : world.files.read(file, anyKind)
  return { ...world, configPath: path, files: { ...world.files, read } }
}

/** Files keep the readers that they have: whom else should they get? */
function emptyNotes({ rules: all = [] }: SopsConfig, rules: ReadonlySet<number>): string[] {
  return all
    .filter((rule) => rules.has(rule.index) && !namesReaders(rule))
    .map(({ index, groups }) => {
      const what = groups.some((group) => group.length > 0) ? `a key group of rule ${index + 1}` : `rule ${index + 1}`
      return `${what} names nobody now: nothing can be sealed by the rule, and its sealed files keep their readers`
    })
}

function namesReaders({ groups }: CreationRule): boolean {
  return groups.length > 0 && groups.every((group) => group.length > 0)
}

/**
 * Which files the changed rules are for, where they name somebody. Files that have a policy of their own nearer to them keep to
 * it, unless a policy was named: whom that one does not name shall not read them.
 */
function filesOf(
  config: SopsConfig,
  rules: ReadonlySet<number>,
  { files, configPath }: World,
): (file: string) => Promise<boolean> {
  const known = new Map<string, Promise<Uint8Array | undefined>>()
  const read = (path: string) => {
    const reading = known.get(path) ?? files.read(path)
    known.set(path, reading)
    return reading
  }
  return async (file) => {
    if (isHousekeeping(file)) return false
    if (configPath === undefined && (await nearestConfig({ read }, file)) !== config.path) return false
    const { rule } = await findRule(config, file)
    return rule !== undefined && rules.has(rule.index) && namesReaders(rule)
  }
}
