import { ConfigError } from '../errors.ts'
import { type RegexMatch, regexSearch } from '../format/regex-search.ts'
import { decodeText } from '../format/text.ts'
import type { Detector, Page } from './page.ts'

/** Before and after a keyword, in characters: what lies farther belongs to something else. */
const BEFORE = 1000
const AFTER = 3000

type Search = (text: string) => RegexMatch[]

/** What a rule leaves out. */
interface Exceptions {
  readonly target: 'secret' | 'match' | 'line'
  readonly regexes: readonly Search[]
  readonly paths: readonly Search[]
  readonly stopwords: readonly string[]
  readonly needsAll: boolean
}

interface GitleaksRule {
  readonly id: string
  readonly name: string
  readonly search: Search
  readonly keywords: readonly string[]
  readonly path: Search | undefined
  readonly group: number
  readonly entropy: number
  readonly exceptions: readonly Exceptions[]
}

/**
 * The rules of a `.gitleaks.toml`, to be looked for beside our own. What it allows counts for its own rules only: no
 * file of another tool switches off ours. Rules of paths alone are passed over.
 *
 * @throws ConfigError `ERR_CONFIG` when the file or one of its expressions cannot be read
 */
export async function readGitleaksRules(bytes: Uint8Array, path: string): Promise<readonly Detector[]> {
  const config = asTable(await parseToml(decodeText(bytes), path))
  const forAll = await readExceptions(config, path)
  const detectors: Detector[] = []
  for (const raw of asTables(config['rules'])) {
    const regex = asText(raw['regex'])
    if (regex === undefined) continue
    const id = asText(raw['id']) ?? 'unnamed'
    const pathPattern = asText(raw['path'])
    detectors.push(
      detectorOf({
        id: `gitleaks-${id.toLowerCase().replace(/[^a-z\d]+/g, '-')}`,
        name: `a rule of ${path.slice(path.lastIndexOf('/') + 1)}`,
        search: await compile(regex, `the regex of rule ${id}`, path),
        keywords: asTexts(raw['keywords']).filter((word) => /^[\x20-\x7e]+$/.test(word)),
        path: pathPattern === undefined ? undefined : await compile(pathPattern, `the path of rule ${id}`, path),
        group: typeof raw['secretGroup'] === 'number' ? raw['secretGroup'] : 0,
        entropy: typeof raw['entropy'] === 'number' ? raw['entropy'] : 0,
        exceptions: [...forAll, ...(await readExceptions(raw, path))],
      }),
    )
  }
  return detectors
}

function detectorOf(rule: GitleaksRule): Detector {
  if (rule.keywords.length === 0)
    return { keywords: [], detect: () => {}, detectAll: (page) => scanWindow(page, rule, 0, page.text.length) }
  return {
    keywords: rule.keywords,
    detect(page, start, end) {
      if (page.isDone(rule, start, end)) return
      scanWindow(page, rule, Math.max(0, start - BEFORE), end + AFTER)
      // what begins near the end of the window may go on behind it
      page.isDone(rule, end + AFTER - BEFORE, end + AFTER - BEFORE)
    },
  }
}

function scanWindow(page: Page, rule: GitleaksRule, from: number, to: number): void {
  if (rule.path !== undefined && rule.path(page.fileName).length === 0) return
  const window = page.text.slice(from, to)
  page.steps += window.length
  for (const match of rule.search(window)) {
    const secret = secretOf(match, rule.group)
    const value = window.slice(secret.start, secret.end)
    if (value === '' || entropyOf(value) < rule.entropy) continue
    if (rule.exceptions.some((exceptions) => isException(exceptions, page, window, match, value))) continue
    page.report({
      rule: rule.id,
      level: 'block',
      start: from + secret.start,
      end: from + secret.end,
      message: rule.name,
      weight: 'place',
    })
  }
}

/** The group that the rule names, or the first one that took part, or the whole match; as gitleaks does. */
function secretOf(match: RegexMatch, group: number): { start: number; end: number } {
  const named =
    group > 0 ? match.groups[group - 1] : match.groups.find((one) => one !== undefined && one.end > one.start)
  return named ?? match
}

function isException(exceptions: Exceptions, page: Page, window: string, match: RegexMatch, value: string): boolean {
  const lineStart = window.lastIndexOf('\n', match.start) + 1
  const lineEnd = window.indexOf('\n', match.end)
  const texts = {
    secret: value,
    match: window.slice(match.start, match.end),
    line: window.slice(lineStart, lineEnd === -1 ? undefined : lineEnd),
  }
  const checks = [
    exceptions.regexes.length > 0
      ? exceptions.regexes.some((search) => search(texts[exceptions.target]).length > 0)
      : undefined,
    exceptions.paths.length > 0 ? exceptions.paths.some((search) => search(page.fileName).length > 0) : undefined,
    exceptions.stopwords.length > 0
      ? exceptions.stopwords.some((word) => value.toLowerCase().includes(word))
      : undefined,
  ].filter((check) => check !== undefined)
  return exceptions.needsAll ? checks.length > 0 && checks.every(Boolean) : checks.some(Boolean)
}

async function readExceptions(table: Table, file: string): Promise<Exceptions[]> {
  const tables = [...asTables(table['allowlists']), ...asTables([table['allowlist']])]
  return Promise.all(
    tables.map(async (raw) => {
      const target = asText(raw['regexTarget'])
      const all = (field: string) =>
        Promise.all(asTexts(raw[field]).map((pattern) => compile(pattern, `an expression of ${field}`, file)))
      return {
        target: target === 'match' || target === 'line' ? target : 'secret',
        regexes: await all('regexes'),
        paths: await all('paths'),
        stopwords: asTexts(raw['stopwords']).map((word) => word.toLowerCase()),
        needsAll: asText(raw['condition'])?.toUpperCase() === 'AND',
      } satisfies Exceptions
    }),
  )
}

async function compile(pattern: string, name: string, file: string): Promise<Search> {
  try {
    return await regexSearch(pattern, name)
  } catch (error) {
    throw error instanceof ConfigError ? error.at({ file }) : error
  }
}

async function parseToml(text: string, file: string): Promise<unknown> {
  const { parse, TomlError } = await import('smol-toml')
  try {
    return parse(text)
  } catch (error) {
    // its own message shows lines of the file
    const where = error instanceof TomlError ? { file, line: error.line, column: error.column } : { file }
    throw new ConfigError('ERR_CONFIG', 'this is not valid TOML', { where, hint: 'repair it, or remove it' })
  }
}

/** Bits for each character, from how often each occurs (Shannon). */
function entropyOf(value: string): number {
  const counts = new Map<string, number>()
  for (const character of value) counts.set(character, (counts.get(character) ?? 0) + 1)
  let bits = 0
  for (const count of counts.values()) bits -= (count / value.length) * Math.log2(count / value.length)
  return bits
}

type Table = Readonly<Record<string, unknown>>

function asTable(value: unknown): Table {
  return typeof value === 'object' && value !== null ? (value as Table) : {} // fields are checked where they are read
}

function asTables(value: unknown): Table[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'object' && item !== null).map(asTable) : []
}

function asText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function asTexts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []
}
