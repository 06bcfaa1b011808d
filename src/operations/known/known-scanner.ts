import { createHash } from 'node:crypto'
import type { Finding } from '../../scan/finding.ts'
import { Fingerprinter, SHORTEST } from '../../scan/known/fingerprint.ts'
import { type KnownCopy, KnownSet } from '../../scan/known/known-set.ts'
import { CERTAIN, isOrdinary } from '../../scan/known/value-forms.ts'
import { LineFinder } from '../judge/findings/line-finder.ts'
import { type KnownFile, readOrigin, type SealedValue } from './known-file.ts'

const RULE = 'known-value'

/** The work tree that sealed files are in. */
export interface WorkTree {
  /** Absolute. */
  readonly root: string
  /** @param path - absolute */
  isFile(path: string): boolean
}

/** Finds copies of values that are sealed in this repository. */
export class KnownScanner {
  /** What it knows: enough to make another one, with {@link tree}. */
  readonly known: KnownFile
  readonly tree: WorkTree
  private readonly values: KnownSet<SealedValue>

  constructor(known: KnownFile, tree: WorkTree) {
    this.known = known
    this.tree = tree
    this.values = new KnownSet(known.values, new Fingerprinter(known.key, known.base))
  }

  /** Another one for other values. */
  get id(): string {
    const hash = createHash('sha256').update(this.known.key)
    for (const id of this.known.values.keys()) hash.update(`${id}\n`)
    return hash.digest('base64')
  }

  /** Copies of all values in a text, before it is known which of them stand elsewhere in clear. */
  find(text: string): Finding[] {
    const copies = this.values.find(text)
    if (copies.length === 0) return []
    const lines = new LineFinder(text)
    return copies.flatMap((copy) => this.findingOf(copy, text, lines))
  }

  private findingOf({ value, start, end }: KnownCopy<SealedValue>, text: string, lines: LineFinder): Finding[] {
    const { file, keyPath } = readOrigin(value.origin)
    const isShort = value.length < CERTAIN
    const shown = text.slice(start, end)
    if (value.length < SHORTEST || (isShort && isOrdinary(shown))) return []
    const place = keyPath === '' ? file : `${file} (${keyPath})`
    // a value is known for longer than its file
    const isThere = this.tree.isFile(`${this.tree.root}/${file}`)
    const where = isThere ? `is sealed in ${place}` : `was sealed in ${place}, which is not in the work tree now`
    return [
      {
        ...{ rule: RULE, level: isShort ? 'warn' : 'block', ...lines.at(start), length: end - start },
        message: `a copy of a value that ${where}`,
        ...(isThere ? { sealedIn: file } : {}),
        span: { start, end },
      },
    ]
  }
}

/**
 * What is public already is no reason to stop a commit: a short value that stands in clear there is taken back, a long one warns.
 *
 * @param published - of some texts, those that stand in clear where the change is going to
 */
export async function weighKnown(
  findings: readonly Finding[],
  text: string,
  published: (texts: readonly string[]) => Promise<ReadonlySet<string>>,
): Promise<Finding[]> {
  const copies = findings.filter(({ rule }) => rule === RULE)
  if (copies.length === 0) return [...findings]
  const shown = ({ span }: Finding) => text.slice(span.start, span.end)
  const known = await published([...new Set(copies.map(shown))])
  return findings.flatMap((finding): Finding[] => {
    if (finding.rule !== RULE || !known.has(shown(finding))) return [finding]
    return finding.level === 'warn' ? [] : [{ ...finding, level: 'warn' }]
  })
}

/** Where everything stands in clear already, what looks like a name warns only. */
export function weighStanding(findings: readonly Finding[], text: string): Finding[] {
  return findings.map((finding) => {
    const { span, rule } = finding
    return rule === RULE && isOrdinary(text.slice(span.start, span.end)) ? { ...finding, level: 'warn' } : finding
  })
}
