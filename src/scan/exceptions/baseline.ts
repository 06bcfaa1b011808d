import { ConfigError } from '../../errors.ts'
import { decodeText } from '../../format/text.ts'
import { validateBaseline } from '../../schema/baseline.ts'

/** Findings that a repository had when its baseline was made. Holds nothing to guess a value from. */
export interface BaselineEntry {
  readonly fingerprint: string
  readonly rule: string
  /** Where it was found, for people. */
  readonly file: string
  /** Keys to the value as `ls` shows them, for people. */
  readonly keyPath?: string
  /** How many stand in the files; 0 for what only history holds. */
  readonly count: number
  /** Written by people, and kept. */
  readonly reason?: string
}

/** What a baseline knows a finding by. */
export interface Fingerprinted {
  readonly rule: string
  readonly fingerprint?: string
}

/** The content of a `.bulla/baseline.json`; the same for any order of entries. */
export function formatBaseline(entries: readonly BaselineEntry[]): string {
  const key = ({ file, rule, fingerprint }: BaselineEntry) => `${file}\0${rule}\0${fingerprint}`
  const findings = [...entries].sort((a, b) => (key(a) < key(b) ? -1 : 1))
  return `${JSON.stringify({ version: 1, findings }, undefined, 2)}\n`
}

/** @throws ConfigError `ERR_CONFIG` */
export function parseBaseline(bytes: Uint8Array, path: string): readonly BaselineEntry[] {
  const data = readJson(bytes)
  const [problem] = validateBaseline(data)
  if (problem === undefined) return (data as { findings: BaselineEntry[] }).findings // the schema has just said so
  throw new ConfigError('ERR_CONFIG', problem.message, {
    where: { file: path },
    hint: 'take an older version of it from git, or remove it and write it anew with "scan --write-baseline"',
  })
}

/** What each entry accepts. */
export class Baseline {
  private readonly counts: ReadonlyMap<string, number>

  constructor(entries: readonly BaselineEntry[]) {
    this.counts = new Map(entries.map((entry) => [baselineKey(entry), entry.count]))
  }

  /** Accepts as many findings as there were; what is more than that is new. */
  counter(): (finding: Fingerprinted) => boolean {
    const left = new Map(this.counts)
    return (finding) => {
      const key = baselineKey(finding)
      const count = left.get(key) ?? 0
      if (count > 0) left.set(key, count - 1)
      return count > 0
    }
  }

  /** Whether a finding is in it at all: in history one comes with every version of its line. */
  has(finding: Fingerprinted): boolean {
    return this.counts.has(baselineKey(finding))
  }
}

/** Two entries with the same key are one. */
export function baselineKey({ rule, fingerprint = '' }: Fingerprinted): string {
  return `${rule} ${fingerprint}`
}

function readJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(decodeText(bytes))
  } catch {
    // the parser's own message quotes the text
    return undefined
  }
}
