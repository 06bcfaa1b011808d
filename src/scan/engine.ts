import { DETECTORS } from './detectors.ts'
import type { Finding } from './finding.ts'
import { scanKnownFile } from './formats/known-files.ts'
import { keywordFinder } from './keywords/keyword-finder.ts'
import type { KeywordFinder } from './keywords/keyword-kernel.ts'
import { type Detector, Page } from './page.ts'
import { placeFindings } from './place-findings.ts'
import { withLineFeeds } from './text/line-feeds.ts'

export interface ScanOptions {
  /** With its folders, parted by `/`: says how keys and values stand in the text. */
  readonly fileName: string
  /** More to look for, such as a repository's own rules. */
  readonly rules?: readonly Detector[]
  /** Told how many characters were looked at beyond the pass for keywords. */
  readonly onSteps?: (steps: number) => void
}

interface Engine {
  readonly finder: KeywordFinder
  /** In lower case; one that several detectors have stands here for each of them. */
  readonly keywords: readonly string[]
  /** Whose they are, by number. */
  readonly owners: readonly Detector[]
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
  const { finder, keywords, owners, others } = engineFor(rules)
  finder.scan(page.text, (keyword, end) => {
    owners[keyword]?.detect(page, end - (keywords[keyword]?.length ?? 0), end)
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
  const keywords: string[] = []
  const owners: Detector[] = []
  const others: Detector[] = []
  for (const detector of all) {
    if (detector.detectAll !== undefined) others.push(detector)
    const own = keywords.length
    // no iterator, which would make an object for each of them
    for (let index = 0; index < detector.keywords.length; index += 1) {
      const keyword = (detector.keywords[index] ?? '').toLowerCase()
      // it may have the same word in two cases
      if (keywords.indexOf(keyword, own) !== -1) continue
      keywords.push(keyword)
      owners.push(detector)
    }
  }
  return { finder: keywordFinder(keywords), keywords, owners, others }
}
