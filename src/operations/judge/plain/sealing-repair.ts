import { isBullaError } from '../../../errors.ts'
import type { Span } from '../../../format/edits.ts'
import { DEFAULT_SELECTOR } from '../../../format/metadata.ts'
import { compileSelector } from '../../../format/selector.ts'
import { walk } from '../../../format/walk.ts'
import { fileWord } from '../../shell-word.ts'
import type { Finding } from '../findings/finding.ts'
import { LineFinder } from '../findings/line-finder.ts'
import type { PlainText } from './judge-plain.ts'

/** Findings in a plain file under a rule: of those in values that the rule would seal, sealing is the repair. */
export async function withSealing(findings: readonly Finding[], plain: PlainText): Promise<readonly Finding[]> {
  if (findings.length === 0 || plain.store.name === 'binary') return findings
  const spans = await sealedSpans(plain)
  if (spans.length === 0) return findings
  const lines = new LineFinder(plain.text)
  return findings.map((finding) => {
    if (finding.line === undefined) return finding
    const offset = lines.offset(finding.line, finding.column ?? 1)
    if (!spans.some(({ start, end }) => start <= offset && offset < end)) return finding
    return { ...finding, repair: `bulla encrypt --in-place ${plain.configOption ?? ''}${fileWord(plain.file)}` }
  })
}

async function sealedSpans({ store, text, rule }: PlainText): Promise<Span[]> {
  const spans: Span[] = []
  try {
    const { documents } = store.parse(text)
    walk(documents, await compileSelector(rule.selector ?? DEFAULT_SELECTOR), ({ kind, place }, { selected }) => {
      if (selected && place !== undefined) spans.push({ start: place.start, end: place.end })
      return kind === 'comment'
    })
  } catch (error) {
    if (!isBullaError(error)) throw error
    return []
  }
  return spans
}
