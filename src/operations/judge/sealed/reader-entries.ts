import type { KeyEntry, Metadata } from '../../../format/metadata.ts'
import { type EntryShape, entryShape } from '../../../keys/age/entry-shape.ts'
import { keyName } from '../../../keys/key-name.ts'
import { shown } from '../../readers/readers.ts'
import { fileWord } from '../../shell-word.ts'
import type { Finding, Level } from '../findings/finding.ts'
import type { ReaderNames } from '../surroundings/reader-names.ts'

const READER_ENTRY = 'reader-entry'

interface EntrySettings {
  readonly isStrict: boolean
  readonly names: ReaderNames
}

/**
 * Whether the entries of a sealed file are for whom they name, as far as that shows without a key: drift goes by names alone,
 * and whoever wrote the file may have put anything behind them.
 */
export async function readerEntries(
  file: string,
  { groups }: Metadata,
  { isStrict, names }: EntrySettings,
): Promise<Finding[]> {
  const findings: Finding[] = []
  for (const entry of groups.flat()) {
    const fault = entryFault(entry)
    if (fault === undefined) continue
    const who = shown(entry, await names.of(file))
    findings.push(entryFinding(file, `the entry of ${who}: ${fault}`, isStrict ? 'block' : 'warn'))
  }
  return findings
}

/** What is wrong with an entry, as far as that shows; undefined also where nothing can be seen. */
export function entryFault(entry: KeyEntry): string | undefined {
  if (entry.type !== 'age') return undefined
  const { mismatch, problem }: EntryShape = entryShape(keyName(entry), entry.enc)
  return mismatch ?? problem
}

/** With updated readers an entry that is there stays, and the data key too: only rotating helps. */
export function entryFinding(file: string, message: string, level: Level): Finding {
  return { rule: READER_ENTRY, level, file, message, repair: `bulla rotate --in-place ${fileWord(file)}` }
}
