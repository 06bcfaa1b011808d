import { decodeText } from '../../format/text.ts'
import { scanText } from '../../scan/engine.ts'
import type { Finding as Found } from '../../scan/finding.ts'
import { fingerprintsOf } from '../../scan/fingerprint.ts'
import { wideText } from '../../scan/wide-text.ts'
import type { Repository } from '../git-port.ts'
import type { Finding } from '../judge/finding.ts'
import type { JudgeOptions } from '../judge/judge-files.ts'
import { type KnownScanner, weighKnown, weighStanding } from '../known/known-scanner.ts'
import { showPath } from '../values/tree-path.ts'

/** Content that is no text: nobody could read a secret in it that is not one of a program. */
const isBinary = (text: string) => text.slice(0, 8000).includes('\0')

/** A finding with what it found, which is never printed. */
export interface Spotted {
  readonly finding: Found
  /** The longest line of the value, as it stands there. */
  readonly line: string
}

/** Plaintext secrets in a text, by rules that know nothing of any policy, and copies of values that are sealed here. */
export function spotted(file: string, text: string, known?: KnownScanner): Spotted[] {
  if (isBinary(text)) return []
  const found = [...scanText(text, { fileName: file }), ...weighStanding(known?.find(text) ?? [], text)]
  return found.map((finding) => {
    const lines = text.slice(finding.span.start, finding.span.end).split(/\r\n|\n|\r/)
    return { finding, line: lines.reduce((longest, line) => (line.length > longest.length ? line : longest), '') }
  })
}

/** The same, told. */
export function scanFile(file: string, text: string, known?: KnownScanner): Finding[] {
  return findingsOf(file, text, spotted(file, text, known))
}

/** Those on lines that were not there before. */
export function addedIn(found: readonly Spotted[], text: string, before: Uint8Array | undefined): Spotted[] {
  const old = new Set(before === undefined ? [] : linesOf(before))
  const lines = text.split('\n')
  return found.filter(({ finding }) => !old.has(lines[finding.line - 1] ?? ''))
}

/** They are counted in the text that they stand in: all of one at once. */
export function findingsOf(file: string, text: string, found: readonly Spotted[]): Finding[] {
  return toFindings(
    file,
    text,
    found.map(({ finding }) => finding),
  )
}

/**
 * The same for what a commit changes: what stood there before, on a line that is the same, is not its doing.
 *
 * @param known - finds copies of values that are sealed here
 */
export function changeScanner(repository: Repository, known?: KnownScanner): NonNullable<JudgeOptions['scan']> {
  return async (file, text) => {
    if (isBinary(text)) return []
    const found = [...scanText(text, { fileName: file.path }), ...(known?.find(text) ?? [])]
    if (found.length === 0) return []
    const before = file.before === undefined ? undefined : await repository.blob(file.before)
    const old = new Set(before === undefined ? [] : linesOf(before))
    const lines = text.split('\n')
    const added = found.filter(({ line }) => !old.has(lines[line - 1] ?? ''))
    return toFindings(file.path, text, await weighKnown(added, text, repository))
  }
}

/** The same for what stands somewhere, whoever put it there. */
export function treeScanner(known?: KnownScanner): NonNullable<JudgeOptions['scan']> {
  return async (file, text) => {
    if (isBinary(text)) return []
    const found = [...scanText(text, { fileName: file.path }), ...weighStanding(known?.find(text) ?? [], text)]
    return toFindings(file.path, text, found)
  }
}

function linesOf(bytes: Uint8Array): string[] {
  try {
    return (wideText(bytes) ?? decodeText(bytes)).split('\n')
  } catch {
    return []
  }
}

function toFindings(file: string, text: string, found: readonly Found[]): Finding[] {
  if (found.length === 0) return []
  const fingerprints = fingerprintsOf(found, file, text)
  return found.map((one) => {
    const { rule, level, line, column, path, message } = one
    const fingerprint = fingerprints.get(one)
    return {
      ...{ rule, level, file, line, column, message },
      ...(path === undefined ? {} : { keyPath: showPath(path) }),
      ...(fingerprint === undefined ? {} : { fingerprint }),
    }
  })
}
