import type { KeyDescription } from '../../config/key-text.ts'
import { readerNames } from '../../config/reader-names.ts'
import { ConfigError, isBullaError, UsageError } from '../../errors.ts'
import { DEFAULT_SELECTOR, type KeyEntry } from '../../format/metadata.ts'
import type { Store } from '../../format/store.ts'
import { decodeText } from '../../format/text.ts'
import type { StoreName } from '../../format/tree.ts'
import type { KeyPlace } from '../../keys/master-key.ts'
import { inFile } from '../in-file.ts'
import { isHousekeeping, selectInputs } from '../inputs.ts'
import { isForeign, readSealed, type SealedSource } from '../open.ts'
import { PolicyFinder } from '../policy.ts'
import type { World } from '../ports.ts'
import { problemsIn } from '../recipients/list.ts'
import { namesOfKeys } from '../recipients/names-of-keys.ts'
import { loadStore, storeNameFor } from '../stores.ts'
import {
  type Opening,
  type Reader,
  ReaderBook,
  type ReaderDrift,
  type Readers,
  readerDrift,
  readersOf,
} from './readers.ts'
import { explainRule, type RuleContent, type RuleExplanation, type Settings } from './rule.ts'
import { countValues, type ValueCounts, WHOLE } from './values.ts'

export interface ExplainOptions {
  /** Files, folders, patterns; none: nothing is read, and `filenameOverride` is explained. */
  readonly paths: readonly string[]
  readonly inputType?: StoreName
  readonly filenameOverride?: string
}

/** All about one file that can be known without a key. No value of it is in here. */
export interface Explanation extends RuleExplanation {
  /** Absolute. */
  readonly file: string
  readonly format: StoreName
  /** `unread`: only its name was looked at. */
  readonly state: 'sealed' | 'plain' | 'unread'
  /** Of a sealed file, else by the selector of the rule; undefined where there is none. */
  readonly values?: ValueCounts
  readonly sealed?: SealedExplanation
}

/** What a sealed file says about itself. */
export interface SealedExplanation extends Settings {
  readonly version: string
  /** RFC 3339. */
  readonly lastModified: string
  readonly readers: Readers
  readonly opening: Opening
  /** How it differs from the rule; undefined without one. */
  readonly drift?: ReaderDrift & { readonly settings: readonly SettingDrift[] }
}

/** A setting that a file has from another time than its rule. */
export interface SettingDrift {
  readonly name: 'selector' | 'mac_only_encrypted' | 'shamir_threshold'
  readonly file: string
  readonly rule: string
}

/** What is said about files, and about the keys of all of them. */
export interface ExplainResult {
  readonly explanations: readonly Explanation[]
  /** Where keys were looked for. */
  readonly places: readonly KeyPlace[]
  readonly failures: readonly unknown[]
}

/**
 * Explain files: which rule is for them and why, who reads them, what is sealed in them, who of us opens them. Nothing is
 * opened, nobody is asked. What goes wrong with single files is in the result.
 *
 * @throws UsageError `ERR_USAGE`; FileError `ERR_NO_FILE`
 */
export async function explain(options: ExplainOptions, world: World): Promise<ExplainResult> {
  const { paths, filenameOverride: override } = options
  if (paths.length === 0 && (override ?? '') === '') {
    throw new UsageError('ERR_NO_FILE', 'no file was named', {
      hint: 'name files; for one that is not there yet --filename-override NAME',
    })
  }
  const accept = async (path: string) => !isHousekeeping(path)
  const { inputs } = await selectInputs({ ...world, paths, override, accept, missing: undefined })
  const places = await world.keyring.survey()
  const explainer = new Explainer(options, world, new ReaderBook(world.keyring, places))
  const explanations: Explanation[] = []
  const failures: unknown[] = []
  for (const { path, name = path ?? '', named } of inputs) {
    try {
      const { explanation, failure } = await explainer.explain(path, name)
      if (failure !== undefined) failures.push(failure)
      // in a folder most files are nobody's business
      if (named || explanation.rule !== undefined || explanation.state === 'sealed') explanations.push(explanation)
    } catch (error) {
      failures.push(error)
    }
  }
  return { explanations, places, failures }
}

class Explainer {
  private readonly options: ExplainOptions
  private readonly world: World
  private readonly finder: PolicyFinder
  private readonly book: ReaderBook

  constructor(options: ExplainOptions, world: World, book: ReaderBook) {
    this.options = options
    this.world = world
    this.finder = new PolicyFinder(world.files, world.cwd, world.configPath)
    this.book = book
  }

  /**
   * @param path - of the file; undefined to look at no more than its name
   * @returns with a failure where the policy cannot be read: what a sealed file says of itself needs none
   */
  async explain(path: string | undefined, name: string): Promise<{ explanation: Explanation; failure?: unknown }> {
    const format = this.options.inputType ?? storeNameFor(name)
    try {
      return { explanation: await this.byPolicy(path, name, format) }
    } catch (error) {
      const failure = inFile(error, path ?? name, format)
      const explanation = path === undefined ? undefined : await this.withoutPolicy(path, format, error)
      if (explanation === undefined) throw failure
      return { explanation, failure }
    }
  }

  private async withoutPolicy(path: string, format: StoreName, error: unknown): Promise<Explanation | undefined> {
    if (!(error instanceof ConfigError)) return undefined
    const nothing = { policyFile: undefined, ruleCount: 0, matchedAs: path, passed: [], rule: undefined, notes: [] }
    try {
      const content = await this.content(path, format, nothing)
      if (content.state !== 'sealed') return undefined
      const problem = 'the policy cannot be read'
      return { file: path, format, ...nothing, policyFile: error.where?.file, problem, ...content }
    } catch (other) {
      // the policy comes first
      if (isBullaError(other)) return undefined
      throw other
    }
  }

  private async byPolicy(path: string | undefined, name: string, format: StoreName): Promise<Explanation> {
    const rule = await explainRule(name, format, this.finder, (groups, config) =>
      this.readers(groups, config?.path, name),
    )
    const notes = [...rule.notes, ...(await unknownRecipients(name, this.world))]
    const base = { file: path ?? name, format, ...rule, notes }
    if (path === undefined) return { ...base, state: 'unread' }
    return { ...base, ...(await this.content(path, format, rule)) }
  }

  private async content(path: string, format: StoreName, rule: RuleExplanation) {
    const { says } = rule
    const [{ bytes }, store] = await Promise.all([this.world.files.open(path), loadStore(format)])
    const found = sealedOrPlain(store, bytes)
    if (found !== undefined) return this.sealed(found, path, format, rule)
    const state = 'plain' as const
    if (says === undefined) return { state }
    const isBinary = says.selector === undefined
    const values = isBinary ? WHOLE : await countValues(store.parse(decodeText(bytes)).documents, says.selector, false)
    return { state, values }
  }

  private async sealed(
    { source, metadata }: SealedSource,
    path: string,
    format: StoreName,
    { says, policyFile }: RuleExplanation,
  ): Promise<Pick<Explanation, 'state' | 'values' | 'sealed'>> {
    const { version, lastModified, macOnlyEncrypted } = metadata
    const selector = format === 'binary' ? undefined : (metadata.selector ?? DEFAULT_SELECTOR)
    const readers = readersOf(await this.readers(metadata.groups, policyFile, path), metadata.shamirThreshold)
    const file = { version, lastModified, selector, macOnlyEncrypted, readers }
    const values = selector === undefined ? WHOLE : await countValues(source.documents, selector, true)
    const opening = this.book.opening(readers)
    if (says === undefined) return { state: 'sealed', values, sealed: { ...file, opening } }
    const drift = { ...readerDrift(readers, says.readers), settings: settingDrift(file, says) }
    return { state: 'sealed', values, sealed: { ...file, opening, drift } }
  }

  /** @param policyFile - whose text may call them something */
  private async readers(
    groups: readonly (readonly (KeyDescription | KeyEntry)[])[],
    policyFile: string | undefined,
    file: string,
  ): Promise<Reader[][]> {
    const texts = groups.flat().flatMap(({ fields }) => Object.values(fields))
    const bytes = policyFile === undefined ? undefined : await this.world.files.read(policyFile, true)
    const guessed = bytes === undefined ? new Map<string, string>() : readerNames(decodeText(bytes), texts)
    const names = new Map([...guessed, ...(await namesOfKeys(this.world, file))])
    return Promise.all(groups.map((group) => this.group(group, names, file)))
  }

  /** The entries that name us come first: when one opens, nothing is to be tried on those of the others. */
  private async group(
    keys: readonly (KeyDescription | KeyEntry)[],
    names: ReadonlyMap<string, string>,
    file: string,
  ): Promise<Reader[]> {
    const { keyring } = this.world
    const read = async (key: KeyDescription | KeyEntry, triesAll: boolean) =>
      this.book.reader(key, {
        names,
        call: await keyring.about(key, { file }),
        facts: 'enc' in key ? await keyring.inspect(key, triesAll) : undefined,
      })
    const readers = await Promise.all(keys.map((key) => read(key, false)))
    if (readers.some(({ mine }) => mine.length > 0)) return readers
    return Promise.all(keys.map((key) => read(key, true)))
  }
}

/** Recipients who may be among the readers, and cannot be named: their wrapped identities are not counted either. */
async function unknownRecipients(file: string, { recipients }: World): Promise<string[]> {
  try {
    const found = await (await recipients()).all(file)
    const problems = found === undefined ? [] : problemsIn(found)
    return problems.map(({ where, message }) => `${where?.file ?? ''}: ${message}: it may be about one of the readers`)
  } catch (error) {
    if (isBullaError(error)) return [error.message]
    throw error
  }
}

/** Undefined for a plain file. */
function sealedOrPlain(store: Store, bytes: Uint8Array): SealedSource | undefined {
  try {
    return readSealed(store, bytes)
  } catch (error) {
    const isPlain = isBullaError(error) && error.code === 'ERR_NOT_SEALED'
    if (isPlain || (store.name === 'binary' && isForeign(error, store, bytes))) return undefined
    throw error
  }
}

function settingDrift(file: RuleContent, rule: RuleContent): SettingDrift[] {
  const pairs: SettingDrift[] = [
    { name: 'selector', file: selectorText(file), rule: selectorText(rule) },
    { name: 'mac_only_encrypted', file: `${file.macOnlyEncrypted}`, rule: `${rule.macOnlyEncrypted}` },
    { name: 'shamir_threshold', file: `${file.readers.needed}`, rule: `${rule.readers.needed}` },
  ]
  return pairs.filter((pair) => pair.file !== pair.rule)
}

function selectorText({ selector }: Settings): string {
  return selector === undefined ? 'everything' : `${selector.field} ${selector.pattern}`
}
