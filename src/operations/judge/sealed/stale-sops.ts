import type { Metadata } from '../../../format/metadata.ts'
import type { StoreName } from '../../../format/tree.ts'
import { fileWord } from '../../shell-word.ts'
import type { Finding } from '../findings/finding.ts'

/** What versions of sops are known to have written wrong. */
interface Fault {
  /** The first version that has it, and the first that has it no more. */
  readonly from: string
  readonly until: string
  readonly isIn: (store: StoreName, metadata: Metadata) => boolean
  readonly message: string
}

const FAULTS: readonly Fault[] = [
  {
    ...{ from: '0.0.0', until: '3.0.0', isIn: (store) => store === 'yaml' },
    message: 'before 3.0.0 comments were left in clear',
  },
  {
    ...{ from: '0.0.0', until: '3.3.0', isIn: (_, { groups }) => groups.flat().some(hasLongContext) },
    message: 'before 3.3.0 an encryption context of several entries was written wrong, and may not open the file',
  },
  {
    ...{ from: '3.13.0', until: '3.13.2', isIn: (store) => store === 'ini' },
    message: '3.13.0 and 3.13.1 wrote INI metadata that no older version reads',
  },
]

/**
 * Whether the sops that last wrote a file is older than the repository wants, or is known to have written such files wrong.
 * Files that bulla wrote name the version of sops whose format they have.
 *
 * @param minVersion - of `.bulla/policy.yaml`
 */
export function stale(file: string, store: StoreName, metadata: Metadata, minVersion: string | undefined): Finding[] {
  const { version } = metadata
  const told = (message: string): Finding[] => [
    { ...{ rule: 'stale-version', level: 'warn', file, message }, repair: `bulla check --fix ${fileWord(file)}` },
  ]
  if (version === '') return told('it names no version of sops, and sops refuses such a file')
  const fault = FAULTS.find(
    ({ from, until, isIn }) => isBefore(version, until) && !isBefore(version, from) && isIn(store, metadata),
  )
  if (fault !== undefined) return told(`sops ${version} wrote this: ${fault.message}`)
  if (minVersion === undefined || !isBefore(version, minVersion)) return []
  return told(`sops ${version} wrote this, and .bulla/policy.yaml wants ${minVersion}`)
}

function hasLongContext({ type, context }: Metadata['groups'][number][number]): boolean {
  return type === 'kms' && context !== undefined && Object.keys(context).length > 1
}

/** By the three numbers; what is no version is told by who opens the file. */
function isBefore(version: string, other: string): boolean {
  const [first, second] = [numbersOf(version), numbersOf(other)]
  const differs = first.findIndex((part, index) => part !== second[index])
  return differs >= 0 && (first[differs] ?? 0) < (second[differs] ?? 0)
}

function numbersOf(version: string): number[] {
  const match = /^v?(\d+)(?:\.(\d+))?(?:\.(\d+))?/.exec(version)
  return match === null ? [Infinity] : [1, 2, 3].map((group) => Number(match[group] ?? 0))
}
