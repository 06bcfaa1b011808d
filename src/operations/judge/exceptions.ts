import { isBullaError } from '../../errors.ts'
import { type Pragma, readPragmas } from '../../scan/allow.ts'
import { type AllowEntry, parseAllowList } from '../../scan/allow-list.ts'
import { matchesGlob } from '../../scan/glob.ts'
import { listRules } from '../../scan/rule-list.ts'
import type { Finding } from './finding.ts'
import { JUDGE_RULES } from './rules.ts'

/** Where a repository keeps its exceptions. */
export const ALLOW_LIST = '.bulla/allow.yaml'

/** What exceptions are read from. */
export interface ExceptionSource {
  /** Of {@link ALLOW_LIST}; undefined when there is none. */
  readonly list: Uint8Array | undefined
  /** `2026-11-22`. */
  readonly today: string
  /** What the target branch has of a file; undefined when every exception counts that stands in the file itself. */
  readonly approved?: (path: string) => Promise<string>
}

/** Findings that are accepted, each for one rule and with a reason. */
export class Exceptions {
  /** What is wrong with the list itself. */
  readonly problems: readonly Finding[]
  private readonly entries: readonly AllowEntry[]
  private readonly approved: ExceptionSource['approved']

  constructor({ list, today, approved }: ExceptionSource) {
    const { entries, problems } = readList(list)
    this.entries = entries.filter(
      ({ rule, expires }) => isAllowable(rule) && (expires === undefined || expires >= today),
    )
    this.problems = problems
    this.approved = approved
  }

  /** Take out what is accepted, and say where an exception beside a finding does not count. */
  async apply(findings: readonly Finding[], file: string, text: string): Promise<readonly Finding[]> {
    if (findings.length === 0) return findings
    const left = findings.filter((finding) => !this.entries.some((entry) => fits(entry, finding, file)))
    if (left.length === 0 || !text.includes('bulla:allow')) return left
    const { pragmas, malformed } = readPragmas(text, isAllowable)
    const valid = await this.withApproval(pragmas, file, text)
    const kept = left.filter(({ rule, line }) => !valid.some((pragma) => pragma.rule === rule && pragma.line === line))
    const beside = malformed.filter(({ line }) => kept.some((finding) => [line, line + 1].includes(finding.line ?? 0)))
    return [
      ...kept,
      ...beside.map(
        ({ rule, level, line, column, message }): Finding => ({ rule, level, file, line, column, message }),
      ),
    ]
  }

  /** Exceptions that the target branch has too, on a line that is the same. */
  private async withApproval(pragmas: readonly Pragma[], file: string, text: string): Promise<readonly Pragma[]> {
    if (this.approved === undefined || pragmas.length === 0) return pragmas
    const known = new Set((await this.approved(file)).split('\n'))
    const lines = text.split('\n')
    return pragmas.filter(({ line }) => {
      // it stands on the line itself, or alone above it: then both must be known
      const at = lines[line - 1] ?? ''
      return known.has(at) && (at.includes('bulla:allow') || known.has(lines[line - 2] ?? ''))
    })
  }
}

function fits({ rule, path, fingerprint }: AllowEntry, finding: Finding, file: string): boolean {
  return (
    rule === finding.rule &&
    (path === undefined || matchesGlob(path, file)) &&
    (fingerprint === undefined || fingerprint === finding.fingerprint)
  )
}

function readList(list: Uint8Array | undefined): { entries: readonly AllowEntry[]; problems: readonly Finding[] } {
  if (list === undefined) return { entries: [], problems: [] }
  try {
    return { entries: parseAllowList(list, ALLOW_LIST), problems: [] }
  } catch (error) {
    if (!isBullaError(error)) throw error
    const { line } = error.where ?? {}
    const message = `the list of exceptions is broken: ${error.message.split('\n')[0] ?? ''}`
    const finding: Finding = { rule: 'policy-broken', level: 'block', file: ALLOW_LIST, message }
    return { entries: [], problems: [line === undefined ? finding : { ...finding, line }] }
  }
}

let known: Map<string, boolean> | undefined

/** Whether an exception can name a rule. */
function isAllowable(rule: string): boolean {
  known ??= new Map([
    ...listRules().map(({ id }) => [id, true] as const),
    ...JUDGE_RULES.map(({ id, isAllowable: allowable }) => [id, allowable] as const),
  ])
  return known.get(rule) ?? rule.startsWith('gitleaks-')
}
