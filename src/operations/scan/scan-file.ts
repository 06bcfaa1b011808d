import { scanText } from '../../scan/engine.ts'
import { fingerprintsOf } from '../../scan/exceptions/fingerprint.ts'
import type { Finding as Found } from '../../scan/finding.ts'
import type { Detector } from '../../scan/page.ts'
import type { Repository } from '../git-port.ts'
import type { WeighedFinding } from '../judge/findings/exceptions.ts'
import type { Finding } from '../judge/findings/finding.ts'
import { valueName } from '../judge/findings/value-name.ts'
import { BASELINE, MORE_RULES } from '../judge/surroundings/judge-settings.ts'
import type { TextScanner } from '../judge/tree-port.ts'
import { type KnownScanner, weighKnown, weighStanding } from '../known/known-scanner.ts'
import { fileWord } from '../shell-word.ts'
import { showPath } from '../values/tree-path.ts'
import { clearText } from './clear-text.ts'
import { oldFindings } from './old-findings.ts'
import { holdsNoText } from './text-of.ts'

/** As its bytes would be. */
const isBinary = (text: string) => text.slice(0, 8000).includes('\0') && holdsNoText(Buffer.from(text.slice(0, 8000)))

const LINE_END = /\r\n|\n|\r/

/** What is looked for. */
export interface Wanted {
  /** Copies of values that are sealed here. */
  readonly known: KnownScanner | undefined
  /** Of the repository. */
  readonly rules: readonly Detector[]
}

/** A finding, and the value, or the line that tells it from others; it is never printed. */
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
export function spotted(file: string, text: string, wanted: Wanted): Spotted[] {
  return toSpotted(file, text, weighStanding(allIn(file, text, wanted), text))
}

/**
 * What a commit changes: what stood there before is not its doing.
 *
 * @param known - finds copies of values that are sealed here
 * @param publishedIn - revisions of which everybody has what stands there; asked once, when a copy was found
 */
export function changeScanner(
  repository: Repository,
  known: KnownScanner | undefined,
  publishedIn: () => Promise<readonly string[]>,
): TextScanner {
  let revisions: Promise<readonly string[]> | undefined
  const published = async (texts: readonly string[]) => {
    revisions ??= publishedIn()
    return repository.standingIn(texts, await revisions)
  }
  return {
    scope: 'change',
    find: async ({ path, before }, text, rules) => {
      const wanted = { known, rules }
      const all = allIn(path, text, wanted)
      if (all.length === 0) return []
      const found = toSpotted(path, text, all)
      const old = before === undefined ? undefined : await repository.blob(before)
      const wereThere =
        old === undefined ? undefined : await oldFindings({ text, found }, await asItWas(path, old, wanted))
      const added = all.filter((_, index) => {
        const finding = found[index]?.finding
        return finding === undefined || wereThere?.has(finding) !== true
      })
      if (added.length === 0) return []
      const weighed = named(path, text, await weighKnown(added, text, published))
      return [...weighed, ...[...(wereThere ?? [])].map((finding) => ({ ...finding, wasThere: true }))]
    },
  }
}

/** A file before a change. */
async function asItWas(path: string, bytes: Uint8Array, wanted: Wanted) {
  const { text } = await clearText(path, bytes)
  return { text, find: () => toSpotted(path, text, allIn(path, text, wanted)) }
}

/** Findings that can be found again elsewhere. */
function named(path: string, text: string, found: readonly Found[]): Finding[] {
  return toFindings(path, text, found).map((finding, index) => {
    const { start, end } = found[index]?.span ?? { start: 0, end: 0 }
    return { ...finding, values: [valueName(finding.keyPath, text.slice(start, end))] }
  })
}

/** What stands somewhere, whoever put it there. */
export function treeScanner(known?: KnownScanner): TextScanner {
  return {
    scope: 'tree',
    id: () => known?.id ?? '',
    hasCopies: (text) => known !== undefined && known.find(text).length > 0,
    find: async ({ path }, text, rules) => {
      const found = weighStanding(allIn(path, text, { known, rules }), text)
      return toFindings(path, text, found).map((finding, index) => withOtherValue(finding, found[index]?.sealedIn))
    },
  }
}

/** A copy that has been committed cannot be taken back: only another value helps. */
function withOtherValue(finding: Finding, sealedIn: string | undefined): Finding {
  return sealedIn === undefined ? finding : { ...finding, repair: `bulla edit ${fileWord(sealedIn)}` }
}

function allIn(file: string, text: string, { known, rules }: Wanted): Found[] {
  if (isBinary(text)) return []
  // a zero byte ends a value, as a blank does
  const plain = text.includes('\0') ? text.replaceAll('\0', ' ') : text
  return [...byRules(file, plain, rules), ...(known?.find(plain) ?? [])]
}

function toSpotted(file: string, text: string, found: readonly Found[]): Spotted[] {
  return toFindings(file, text, found).map((finding, index) => {
    const { start, end } = found[index]?.span ?? { start: 0, end: 0 }
    return { finding, line: tellingLine(text.slice(start, end)) }
  })
}

/** Of the longest lines the last one: keys of one kind begin alike. Without blanks around it, as values may be indented anew. */
function tellingLine(value: string): string {
  const lines = value.split(LINE_END).map((line) => line.trim())
  return lines.reduce((longest, line) => (line.length >= longest.length ? line : longest), '')
}

function toFindings(file: string, text: string, found: readonly Found[]): Finding[] {
  if (found.length === 0) return []
  const fingerprints = fingerprintsOf(found, file, text)
  return found.map((one) => {
    const { rule, level, line, column, path, message } = one
    const fingerprint = fingerprints.get(one)
    const lineCount = text.slice(one.span.start, one.span.end).split(LINE_END).length
    return {
      ...{ rule, level, file, line, column, message },
      ...(lineCount === 1 ? {} : { lineCount }),
      ...(path === undefined ? {} : { keyPath: showPath(path) }),
      ...(fingerprint === undefined ? {} : { fingerprint }),
    }
  })
}
