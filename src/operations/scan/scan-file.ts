import { scanText } from '../../scan/engine.ts'
import type { Finding as Found } from '../../scan/finding.ts'
import { fingerprintsOf } from '../../scan/fingerprint.ts'
import type { Detector } from '../../scan/page.ts'
import type { Repository } from '../git-port.ts'
import type { WeighedFinding } from '../judge/exceptions.ts'
import type { Finding } from '../judge/finding.ts'
import type { TextScanner } from '../judge/judge-files.ts'
import { BASELINE, MORE_RULES } from '../judge/settings.ts'
import { type KnownScanner, weighKnown, weighStanding } from '../known/known-scanner.ts'
import { showPath } from '../values/tree-path.ts'
import { isBinary, textOf } from './text-of.ts'

/** What is looked for. */
export interface Wanted {
  /** Copies of values that are sealed here. */
  readonly known: KnownScanner | undefined
  /** Of the repository. */
  readonly rules: readonly Detector[]
}

/** A finding, and the longest line of the value, which is never printed. */
export interface Spotted {
  readonly finding: WeighedFinding
  readonly line: string
}

/** What a baseline names would be told by the names of its keys, and its fingerprints look drawn by chance. */
function byRules(file: string, text: string, rules: readonly Detector[]): Found[] {
  // a rule may find itself where it stands
  const found = scanText(text, { fileName: file, rules: file === MORE_RULES ? [] : rules })
  return file === BASELINE ? found.filter(({ rule }) => !rule.startsWith('generic-')) : found
}

/** Plaintext secrets in a text, by rules that know nothing of any policy, and copies of values that are sealed here. */
export function spotted(file: string, text: string, { known, rules }: Wanted): Spotted[] {
  if (isBinary(text)) return []
  const found = [...byRules(file, text, rules), ...weighStanding(known?.find(text) ?? [], text)]
  return toFindings(file, text, found).map((finding, index) => {
    const { start, end } = found[index]?.span ?? { start: 0, end: 0 }
    const lines = text.slice(start, end).split(/\r\n|\n|\r/)
    return { finding, line: lines.reduce((longest, line) => (line.length > longest.length ? line : longest), '') }
  })
}

/** Tells which findings stand on lines that were there before. @param before - undefined for a new file */
export function marked(found: readonly Spotted[], text: string, before: Uint8Array | undefined): Spotted[] {
  const isOld = lookup(text, before)
  return found.map((one) => (isOld(one.finding) ? { ...one, finding: { ...one.finding, wasThere: true } } : one))
}

/**
 * What a commit changes: what stood there before, on a line that is the same, is not its doing.
 *
 * @param known - finds copies of values that are sealed here
 */
export function changeScanner(repository: Repository, known?: KnownScanner): TextScanner {
  return {
    scope: 'change',
    find: async ({ path, before }, text, rules) => {
      if (isBinary(text)) return []
      const found = [...byRules(path, text, rules), ...(known?.find(text) ?? [])]
      if (found.length === 0) return []
      const isOld = lookup(text, before === undefined ? undefined : await repository.blob(before))
      const added = found.filter((finding) => !isOld(finding))
      if (added.length === 0) return []
      const old = toFindings(path, text, found.filter(isOld))
      const weighed = toFindings(path, text, await weighKnown(added, text, repository))
      return [...weighed, ...old.map((finding) => ({ ...finding, wasThere: true }))]
    },
  }
}

/** What stands somewhere, whoever put it there. */
export function treeScanner(known?: KnownScanner): TextScanner {
  return {
    scope: 'tree',
    id: () => known?.id ?? '',
    find: async ({ path }, text, rules) => spotted(path, text, { known, rules }).map(({ finding }) => finding),
  }
}

/** Whether a finding stands on a line that was there before. */
function lookup(text: string, before: Uint8Array | undefined): (finding: { readonly line?: number }) => boolean {
  if (before === undefined) return () => false
  const old = new Set(textOf(before).split('\n'))
  const lines = text.split('\n')
  return ({ line }) => old.has(lines[(line ?? 1) - 1] ?? '')
}

function toFindings(file: string, text: string, found: readonly Found[]): Finding[] {
  if (found.length === 0) return []
  const fingerprints = fingerprintsOf(found, file, text)
  return found.map((one) => {
    const { rule, level, line, column, path, message } = one
    const fingerprint = fingerprints.get(one)
    return {
      ...{ rule, level, file, line, column, message },
      ...(path === undefined ? {} : { keyPath: showPath(path) }),
      ...(fingerprint === undefined ? {} : { fingerprint }),
    }
  })
}
