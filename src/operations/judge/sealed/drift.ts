import type { CreationRule } from '../../../config/config.ts'
import { DEFAULT_SELECTOR, type Metadata } from '../../../format/metadata.ts'
import { compareReaders } from '../../readers/reader-diff.ts'
import { shown } from '../../readers/readers.ts'
import { fileWord } from '../../shell-word.ts'
import type { Finding } from '../findings/finding.ts'
import type { ReaderNames } from '../surroundings/reader-names.ts'

interface DriftSettings {
  readonly isBinary: boolean
  /** Whether it blocks. */
  readonly isStrict: boolean
  readonly names: ReaderNames
  /** See `PlacedRule`. Default: empty. */
  readonly configOption?: string
}

/** How a sealed file differs from what its rule says now: readers, and which values are sealed. */
export async function drift(
  file: string,
  metadata: Metadata,
  rule: CreationRule,
  { isBinary, isStrict, names, configOption = '' }: DriftSettings,
): Promise<Finding[]> {
  const level = isStrict ? 'block' : 'warn'
  const findings: Finding[] = []
  const diff = rule.groups.every((group) => group.length > 0) ? compareReaders(metadata, rule) : undefined
  if (diff !== undefined) {
    const known = await names.of(file)
    const changes = diff.groups.flatMap(({ index, added, removed }) => {
      // of several groups, another one may have the same key
      const [here, there] = diff.count > 1 ? [` in group ${index}`, `group ${index} of `] : ['', '']
      return [
        ...added.map((key) => `${shown(key, known)} is missing${here}`),
        ...removed.map((key) => `${shown(key, known)} is not in ${there}the rule`),
      ]
    })
    if (diff.threshold !== undefined) {
      // without a choice the only group opens it
      const [before, after] = [diff.threshold.before || 1, diff.threshold.after || 1]
      changes.push(`${before} key ${before === 1 ? 'group opens' : 'groups open'} the file, not ${after}`)
    }
    findings.push({
      ...{ rule: 'readers-drift', level, file },
      message: `the readers are not those of rule ${rule.index + 1}: ${changes.join(', ')}`,
      repair: `bulla updatekeys ${configOption}${fileWord(file)}`,
    })
  }
  const [has, wants] = [metadata.selector ?? DEFAULT_SELECTOR, rule.selector ?? DEFAULT_SELECTOR]
  if (!isBinary && (has.field !== wants.field || has.pattern !== wants.pattern)) {
    const number = rule.index + 1
    const isSameKind = has.field === wants.field
    findings.push({
      ...{ rule: 'selector-drift', level, file },
      message: isSameKind
        ? `the file seals by another ${has.field} than rule ${number}`
        : `the file seals by ${has.field}, rule ${number} by ${wants.field}`,
      repair: `bulla check --fix ${fileWord(file)}`,
    })
  }
  return findings
}
