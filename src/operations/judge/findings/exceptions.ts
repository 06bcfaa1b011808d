import { type Pragma, readPragmas } from '../../../scan/exceptions/allow.ts'
import type { AllowEntry } from '../../../scan/exceptions/allow-list.ts'
import { Baseline, type BaselineEntry } from '../../../scan/exceptions/baseline.ts'
import { matchesGlob } from '../../../scan/exceptions/glob.ts'
import { listRules } from '../../../scan/rule-list.ts'
import { withLineFeeds } from '../../../scan/text/line-feeds.ts'
import type { Finding } from './finding.ts'
import { JUDGE_RULES } from './judge-rules.ts'

/**
 * What is looked into, which says how often an entry of the baseline counts. `tree`: all files at once, each entry as often
 * as it says. `change`: single files, each by itself. `history`: all versions of all files, always.
 */
export type Scope = 'tree' | 'change' | 'history'

/** What exceptions come from. */
export interface ExceptionSource {
  readonly entries?: readonly AllowEntry[]
  readonly baseline?: readonly BaselineEntry[]
  readonly scope: Scope
  /** `2026-11-22`; asked for where an exception has an end. */
  readonly today: () => string
  /** What the target branch has of a file; undefined when every exception counts that stands in the file itself. */
  readonly approved?: (path: string) => Promise<string>
}

/** A finding, which may have been there before the change that is judged. */
export interface WeighedFinding extends Finding {
  /** Of a change: it is only told so that the baseline is counted right. Default: false. */
  readonly wasThere?: boolean
}

/** Findings that are accepted, each for one rule and with a reason, or because they stand in the baseline. */
export class Exceptions {
  private readonly entries: readonly AllowEntry[]
  private readonly baseline: Baseline | undefined
  private readonly ofTree: ReturnType<Baseline['counter']> | undefined
  private readonly scope: Scope
  private readonly approved: ExceptionSource['approved']

  constructor({ entries = [], baseline = [], scope, today, approved }: ExceptionSource) {
    this.entries = entries.filter(
      ({ rule, expires }) => isAllowable(rule) && (expires === undefined || expires >= today()),
    )
    this.baseline = baseline.length === 0 ? undefined : new Baseline(baseline)
    this.ofTree = this.baseline?.counter()
    this.scope = scope
    this.approved = approved
  }

  /** Take out what is accepted and what was there before, and say where an exception beside a finding does not count. */
  async apply<Found extends WeighedFinding>(
    findings: readonly Found[],
    file: string,
    text: string,
  ): Promise<readonly (Found | Finding)[]> {
    if (findings.length === 0) return findings
    const listed = findings.filter((finding) => !this.entries.some((entry) => fits(entry, finding, file)))
    if (listed.length === 0) return []
    const { pragmas, malformed } = text.includes('bulla:allow') ? readPragmas(text, isAllowable) : NO_PRAGMAS
    const isApproved = await this.approval(pragmas, file, text)
    const left = listed.filter(
      (finding) =>
        !pragmas.some(
          ({ rule, line }) => rule === finding.rule && line === finding.line && isApproved(line, finding.lineCount),
        ),
    )
    const kept = this.withoutBaseline(left).filter(({ wasThere }) => wasThere !== true)
    const beside = malformed.filter(({ line }) => kept.some((finding) => [line, line + 1].includes(finding.line ?? 0)))
    return [
      ...kept,
      ...beside.map(
        ({ rule, level, line, column, message }): Finding => ({ rule, level, file, line, column, message }),
      ),
    ]
  }

  /** What was there before is what the baseline speaks of. */
  private withoutBaseline<Found extends WeighedFinding>(findings: readonly Found[]): readonly Found[] {
    const { baseline } = this
    if (baseline === undefined) return findings
    if (this.scope === 'history') return findings.filter((finding) => !baseline.has(finding))
    const isAccepted = this.scope === 'tree' && this.ofTree !== undefined ? this.ofTree : baseline.counter()
    const olderFirst = [...findings].sort((a, b) => Number(b.wasThere === true) - Number(a.wasThere === true))
    const accepted = new Set(olderFirst.filter((finding) => isAccepted(finding)))
    return findings.filter((finding) => !accepted.has(finding))
  }

  /** Tells of the exception for a value whether the target branch has it too, on lines that are the same. */
  private async approval(
    pragmas: readonly Pragma[],
    file: string,
    text: string,
  ): Promise<(line: number, lineCount: number | undefined) => boolean> {
    if (this.approved === undefined || pragmas.length === 0) return () => true
    const known = new Set(withLineFeeds(await this.approved(file)).split('\n'))
    const lines = withLineFeeds(text).split('\n')
    return (line, lineCount = 1) => {
      // it stands on the line itself, or alone above it: then both must be known
      const first = lines[line - 1]?.includes('bulla:allow') === true ? line - 1 : line - 2
      return lines.slice(Math.max(first, 0), line - 1 + lineCount).every((at) => known.has(at))
    }
  }
}

const NO_PRAGMAS: ReturnType<typeof readPragmas> = { pragmas: [], malformed: [] }

function fits({ rule, path, fingerprint }: AllowEntry, finding: Finding, file: string): boolean {
  return (
    rule === finding.rule &&
    (path === undefined || matchesGlob(path, file)) &&
    (fingerprint === undefined || fingerprint === finding.fingerprint)
  )
}

let known: Map<string, boolean> | undefined

/** Whether an exception can name a rule. */
export function isAllowable(rule: string): boolean {
  known ??= new Map([
    ...listRules().map(({ id }) => [id, true] as const),
    ...JUDGE_RULES.map(({ id, isAllowable: allowable }) => [id, allowable] as const),
  ])
  return known.get(rule) ?? rule.startsWith('gitleaks-')
}
