import { ConfigError } from '../errors.ts'
import { decodeText } from '../format/text.ts'
import { validateBaseline } from '../schema/baseline.ts'
import { type Allowed, partition } from './allow.ts'
import type { Finding } from './finding.ts'
import { fingerprintsOf } from './fingerprint.ts'

/** Findings that a repository had when its baseline was made, as many as `count`. Holds nothing to guess a value from. */
export interface BaselineEntry {
  readonly fingerprint: string
  readonly rule: string
  readonly file: string
  readonly path?: readonly string[]
  readonly count: number
}

/** The findings of one file. */
export interface FileFindings {
  readonly name: string
  readonly text: string
  readonly findings: readonly Finding[]
}

/** The content of a `.bulla/baseline.json` for these findings; the same for any order of files. */
export function formatBaseline(files: readonly FileFindings[]): string {
  const entries = new Map<string, BaselineEntry>()
  for (const { name, text, findings } of files.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    for (const [finding, fingerprint] of fingerprintsOf(findings, name, text)) {
      const { rule, path } = finding
      const before = entries.get(fingerprint)
      const count = (before?.count ?? 0) + 1
      entries.set(
        fingerprint,
        before === undefined ? { fingerprint, rule, file: name, ...(path && { path }), count } : { ...before, count },
      )
    }
  }
  const key = ({ file, rule, fingerprint }: BaselineEntry) => `${file}\0${rule}\0${fingerprint}`
  const findings = [...entries.values()].toSorted((a, b) => (key(a) < key(b) ? -1 : 1))
  return `${JSON.stringify({ version: 1, findings }, undefined, 2)}\n`
}

/** @throws ConfigError `ERR_CONFIG` */
export function parseBaseline(bytes: Uint8Array, path: string): readonly BaselineEntry[] {
  const data = readJson(decodeText(bytes))
  const [problem] = validateBaseline(data)
  if (problem === undefined) return (data as { findings: BaselineEntry[] }).findings // the schema has just said so
  throw new ConfigError('ERR_CONFIG', problem.message, { where: { file: path }, hint: 'make the baseline anew' })
}

/** What is in the baseline, counted down while files are compared with it. */
export class Baseline {
  readonly #left: Map<string, { readonly entry: BaselineEntry; count: number }>

  constructor(entries: readonly BaselineEntry[]) {
    this.#left = new Map(entries.map((entry) => [`${entry.rule} ${entry.fingerprint}`, { entry, count: entry.count }]))
  }

  /** Take out what the repository had before; of more than there were the rest is kept. */
  apply({ name, text, findings }: FileFindings): Allowed<BaselineEntry> {
    const fingerprints = fingerprintsOf(findings, name, text)
    return partition(findings, (finding) => {
      const left = this.#left.get(`${finding.rule} ${fingerprints.get(finding)}`)
      if (left === undefined || left.count === 0) return undefined
      left.count -= 1
      return left.entry
    })
  }
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // the parser's own message quotes the text
    return undefined
  }
}
