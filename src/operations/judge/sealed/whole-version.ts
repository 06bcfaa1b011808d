import { decodeText } from '../../../format/text.ts'
import type { Repository } from '../../git-port.ts'
import { fileWord } from '../../shell-word.ts'
import { loadStore } from '../../stores.ts'
import type { Finding } from '../findings/finding.ts'
import { isDamage } from '../findings/judge-rules.ts'
import { judgeSealed } from './judge-sealed.ts'
import { sealedStore } from './sealed-store.ts'

/** So many versions of a file are looked at, and of so many files: where more are damaged, one command for each is none. */
const [MOST_VERSIONS, MOST_FILES] = [50, 20]

/**
 * Findings of damaged files, with the command that takes back the newest version that is whole, as far as shows without a
 * key. Those of which HEAD and the commits before have none stay without.
 */
export async function withWholeVersion<Found extends Finding>(
  findings: readonly Found[],
  repository: Pick<Repository, 'commitsOfFile' | 'blob'>,
): Promise<Found[]> {
  const damaged = new Set(findings.filter(isUnrepaired).map(({ file }) => file))
  const repairs = new Map<string, string>()
  for (const file of [...damaged].slice(0, MOST_FILES)) {
    const revision = await wholeRevision(file, repository)
    if (revision !== undefined) repairs.set(file, `git checkout ${revision} -- ${fileWord(file)}`)
  }
  return findings.map((finding) => {
    const repair = isUnrepaired(finding) ? repairs.get(finding.file) : undefined
    return repair === undefined ? finding : { ...finding, repair }
  })
}

function isUnrepaired(finding: Finding): boolean {
  return isDamage(finding) && finding.repair === undefined
}

async function wholeRevision(
  file: string,
  repository: Pick<Repository, 'commitsOfFile' | 'blob'>,
): Promise<string | undefined> {
  // such a name cannot be asked for
  if (file.includes('\n')) return undefined
  for (const commit of ['HEAD', ...(await repository.commitsOfFile(file, MOST_VERSIONS))]) {
    const bytes = await repository.blob(`${commit}:${file}`)
    if (bytes !== undefined && (await isWhole(file, decodeText(bytes)))) return commit.slice(0, 12)
  }
  return undefined
}

async function isWhole(file: string, text: string): Promise<boolean> {
  const name = sealedStore(file, text)
  if (name === undefined) return false
  const { findings } = await judgeSealed({ file, store: await loadStore(name), text })
  return findings.every(({ level }) => level !== 'block')
}
