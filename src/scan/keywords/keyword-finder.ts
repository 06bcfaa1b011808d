import { type KeywordFinder, KeywordKernel } from './keyword-kernel.ts'

/**
 * Letters of keywords and texts count without their case. The last three units of a keyword say where it is worth to be
 * compared (as Wu and Manber do, 1994): nothing has to be built before but lists of keywords by what they end with.
 *
 * @param keywords - in ASCII and lower case, none empty; one that stands there twice is told of twice
 */
export function keywordFinder(keywords: readonly string[]): KeywordFinder {
  return KeywordKernel.build(keywords) ?? plainFinder(keywords)
}

/** So many bits of each unit, of three units: letters have the same ones in both cases. */
const UNIT_BITS = 5
const UNIT_MASK = 31
const MASK = 0x7fff

/** The same without WebAssembly. */
export function plainFinder(keywords: readonly string[]): KeywordFinder {
  const buckets: (number[] | undefined)[] = new Array(MASK + 1).fill(undefined)
  const longestFirst = [...keywords.keys()].sort((a, b) => (keywords[b]?.length ?? 0) - (keywords[a]?.length ?? 0))
  for (const keyword of longestFirst) {
    for (const bucket of bucketsOf(keywords[keyword] ?? '')) {
      const others = buckets[bucket]
      if (others === undefined) buckets[bucket] = [keyword]
      else others.push(keyword)
    }
  }
  return {
    scan(text, onKeyword) {
      let last = 0
      for (let end = 1; end <= text.length; end += 1) {
        last = ((last << UNIT_BITS) | (text.charCodeAt(end - 1) & UNIT_MASK)) & MASK
        for (const keyword of buckets[last] ?? [])
          if (endsWith(text, end, keywords[keyword] ?? '')) onKeyword(keyword, end)
      }
    },
  }
}

/** What the last three units can be where a keyword ends. */
function bucketsOf(keyword: string): number[] {
  let last = 0
  for (let at = Math.max(keyword.length - 3, 0); at < keyword.length; at += 1) {
    last = (last << UNIT_BITS) | (keyword.charCodeAt(at) & UNIT_MASK)
  }
  const own = UNIT_BITS * Math.min(keyword.length, 3)
  return Array.from({ length: (MASK + 1) >> own }, (_, before) => (before << own) | last)
}

function endsWith(text: string, end: number, keyword: string): boolean {
  const start = end - keyword.length
  if (start < 0) return false
  for (let index = 0; index < keyword.length; index += 1) {
    const unit = text.charCodeAt(start + index)
    const folded = unit >= 65 && unit <= 90 ? unit + 32 : unit
    if (folded !== keyword.charCodeAt(index)) return false
  }
  return true
}
