import { DETECTORS } from './detectors.ts'
import type { Finding } from './finding.ts'
import { type KeywordFinder, keywordFinder } from './keyword-finder.ts'
import { scanKnownFile } from './known-files.ts'
import { withLineFeeds } from './line-feeds.ts'
import { type Detector, Page } from './page.ts'
import { placeFindings } from './place-findings.ts'

export interface ScanOptions {
  /** With its folders, parted by `/`: says how keys and values stand in the text. */
  readonly fileName: string
  /** More to look for, such as a repository's own rules. */
  readonly rules?: readonly Detector[]
  /** Told how many characters were looked at beyond the pass for keywords. */
  readonly onSteps?: (steps: number) => void
}

/** What is done at a keyword, by its number. */
interface Engine {
  readonly finder: KeywordFinder
  readonly keywords: readonly string[]
  readonly detectors: readonly (readonly Detector[])[]
  /** What has no keyword. */
  readonly others: readonly Detector[]
}

let own: Engine | undefined
const extended = new WeakMap<readonly Detector[], Engine>()

/**
 * Find plaintext secrets. One pass over the text for keywords, then a look around each; the time is linear in the length
 * of the text, whatever it holds.
 *
 * @returns in the order of the text, at most one for each place
 */
export function scanText(text: string, options: ScanOptions): Finding[] {
  const scanInside = (page: Page) => scanPage(page, options.rules)
  const page = new Page(withLineFeeds(text), options.fileName, scanInside)
  scanInside(page)
  options.onSteps?.(page.steps)
  return placeFindings(page)
}

function scanPage(page: Page, rules: readonly Detector[] | undefined): void {
  const { finder, keywords, detectors, others } = engineFor(rules)
  finder.scan(page.text, (keyword, end) => {
    const start = end - (keywords[keyword]?.length ?? 0)
    for (const detector of detectors[keyword] ?? []) detector.detect(page, start, end)
  })
  for (const detector of others) detector.detectAll?.(page)
  // what stands in one line inside another text is no file
  if (page.depth === 0 || page.text.includes('\n')) scanKnownFile(page)
}

function engineFor(rules: readonly Detector[] | undefined): Engine {
  if (rules === undefined || rules.length === 0) {
    own ??= buildEngine(DETECTORS)
    return own
  }
  const engine = extended.get(rules) ?? buildEngine([...DETECTORS, ...rules])
  extended.set(rules, engine)
  return engine
}

function buildEngine(all: readonly Detector[]): Engine {
  const byKeyword = new Map<string, Detector[]>()
  const others: Detector[] = []
  for (const detector of all) {
    if (detector.detectAll !== undefined) others.push(detector)
    const { keywords } = detector
    // no iterator, which would make an object for each of them
    for (let index = 0; index < keywords.length; index += 1) {
      const keyword = (keywords[index] ?? '').toLowerCase()
      const known = byKeyword.get(keyword)
      if (known === undefined) byKeyword.set(keyword, [detector])
      // it may have the same word in two cases
      else if (known.at(-1) !== detector) known.push(detector)
    }
  }
  const keywords = [...byKeyword.keys()]
  return { finder: keywordFinder(keywords), keywords, detectors: [...byKeyword.values()], others }
}
