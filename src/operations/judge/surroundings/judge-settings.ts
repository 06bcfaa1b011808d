import { parseHookPolicy } from '../../../config/hook-policy.ts'
import { isBullaError } from '../../../errors.ts'
import { parseAllowList } from '../../../scan/exceptions/allow-list.ts'
import { parseBaseline } from '../../../scan/exceptions/baseline.ts'
import type { Detector } from '../../../scan/page.ts'
import { Exceptions, type Scope } from '../findings/exceptions.ts'
import type { Finding } from '../findings/finding.ts'

/** Where a repository keeps its exceptions. */
const ALLOW_LIST = '.bulla/allow.yaml'
/** What it had when it was scanned for the first time. */
export const BASELINE = '.bulla/baseline.json'
const HOOK_POLICY = '.bulla/policy.yaml'
/** Of gitleaks. */
export const MORE_RULES = '.gitleaks.toml'

/** Files of a tree that say how it is judged. */
export const SETTINGS: readonly string[] = [HOOK_POLICY, ALLOW_LIST, BASELINE, MORE_RULES]

/** How a tree is judged, besides its policies. */
export interface JudgeSettings {
  readonly isStrict: boolean
  /** The oldest sops whose files are not told to be stale. */
  readonly minVersion: string | undefined
  readonly exceptions: Exceptions
  /** Of the repository, to be looked for beside our own. */
  readonly rules: readonly Detector[]
  /** Of {@link rules}: another text, other rules. */
  readonly rulesId: string
  /** What of the settings cannot be read. */
  readonly problems: readonly Finding[]
}

export interface SettingsSource {
  /** By path: of those in {@link SETTINGS} that are there. */
  readonly contents: ReadonlyMap<string, Uint8Array>
  readonly scope: Scope
  /** `2026-11-22`; asked for where an exception has an end. */
  readonly today: () => string
  /** Content of a file in the branch whose exceptions are the only ones that count. Undefined: those of the tree count. */
  readonly approved?: ((path: string) => Promise<string>) | undefined
  /** The same for {@link SETTINGS}. */
  readonly approvedSettings?: ((path: string) => Promise<Uint8Array | undefined>) | undefined
  /** Leave out the baseline: it is about to be made. */
  readonly withoutBaseline?: boolean
}

/** Read what says how a tree is judged. What cannot be read is told, and excuses nothing. */
export async function readSettings(source: SettingsSource): Promise<JudgeSettings> {
  const { contents, scope, today, approved, approvedSettings } = source
  const inForce = async (path: string) => (approvedSettings === undefined ? contents.get(path) : approvedSettings(path))
  const problems: Finding[] = []
  const read = async <T>(path: string, what: string, bytes: Uint8Array | undefined, parse: Parser<T>) => {
    try {
      return bytes === undefined ? undefined : await parse(bytes, path)
    } catch (error) {
      if (!isBullaError(error)) throw error
      const { line } = error.where ?? {}
      const message = `${what} cannot be read: ${error.message.split('\n')[0] ?? ''}`
      const finding: Finding = { rule: 'policy-broken', level: 'block', file: path, message }
      problems.push(line === undefined ? finding : { ...finding, line })
      return undefined
    }
  }
  const policyBytes = contents.get(HOOK_POLICY)
  const policy = await read(HOOK_POLICY, 'the policy of the repository', policyBytes, parseHookPolicy)
  const entries = await read(ALLOW_LIST, 'the list of exceptions', await inForce(ALLOW_LIST), parseAllowList)
  const before = source.withoutBaseline === true ? undefined : await inForce(BASELINE)
  const baseline = await read(BASELINE, 'the baseline', before, parseBaseline)
  // rules that are new, with a branch that has none yet, only find more
  const rulesBytes = (await inForce(MORE_RULES)) ?? contents.get(MORE_RULES)
  const rules = await read(MORE_RULES, 'the rules of the repository', rulesBytes, rulesOf)
  return {
    isStrict: policy?.isStrict ?? policyBytes !== undefined,
    minVersion: policy?.minVersion,
    exceptions: new Exceptions({
      ...{ scope, today },
      ...(entries === undefined ? {} : { entries }),
      ...(baseline === undefined ? {} : { baseline }),
      ...(approved === undefined ? {} : { approved }),
    }),
    rules: rules ?? [],
    rulesId: rulesBytes === undefined ? '' : Buffer.from(rulesBytes).toString('latin1'),
    problems,
  }
}

type Parser<T> = (bytes: Uint8Array, path: string) => T | Promise<T>

let last: { readonly text: string; readonly rules: readonly Detector[] } | undefined

/** Many commits with the same rules are judged with rules that are made once. */
async function rulesOf(bytes: Uint8Array, path: string): Promise<readonly Detector[]> {
  const text = Buffer.from(bytes).toString('latin1')
  if (last?.text === text) return last.rules
  const { readGitleaksRules } = await import('../../../scan/gitleaks-rules.ts')
  const rules = await readGitleaksRules(bytes, path)
  last = { text, rules }
  return rules
}
