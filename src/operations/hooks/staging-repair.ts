import { GitError } from '../../errors.ts'
import type { ChangedFile, Repository } from '../git-port.ts'
import { withChanges } from '../judge/changed-tree.ts'
import type { Finding } from '../judge/findings/finding.ts'
import { type JudgeOptions, judgeFiles } from '../judge/judge-files.ts'
import { fileWord } from '../shell-word.ts'
import { unstaging } from './unstaging-repair.ts'

/** Commands that mend the working copy. */
const MENDING = /^bulla (?:encrypt --in-place|set|edit|resolve|rotate --in-place|updatekeys|check --fix) /
const FROM_INDEX = 'git rm --cached '

/**
 * A commit takes what is staged: a command that mends the working copy is only half of a repair. Where the working copy is
 * mended already, it has to be staged; where it is gone, nothing is left to be mended.
 *
 * @param findings - with their repairs
 */
export async function withStaging<Found extends Finding>(
  findings: readonly Found[],
  staged: readonly ChangedFile[],
  repository: Repository,
  options: JudgeOptions,
): Promise<Found[]> {
  const paths = new Set(findings.flatMap(({ level, file }) => (level === 'block' ? [file] : [])))
  const copies = await changedCopies([...paths], repository)
  const files = staged.filter(({ path }) => paths.has(path))
  const left = await judgedCopies(files, copies, repository, options)
  const byPath = new Map(files.map((file) => [file.path, file]))
  return findings.map((finding) => {
    const file = byPath.get(finding.file)
    if (finding.level !== 'block' || finding.repair === undefined || file === undefined) return finding
    const copy = copies.get(finding.file)
    const add = `git add ${fileWord(finding.file)}`
    if (copy instanceof Uint8Array && !left.has(finding.file)) return { ...finding, repair: add }
    if (MENDING.test(finding.repair)) {
      return { ...finding, repair: copy === 'gone' ? unstaging(file) : `${finding.repair} && ${add}` }
    }
    // git refuses where the index alone has what is staged
    const isAlone = copy instanceof Uint8Array && finding.repair.startsWith(FROM_INDEX)
    return isAlone ? { ...finding, repair: finding.repair.replace(FROM_INDEX, `${FROM_INDEX}--force `) } : finding
  })
}

/** Files of the work tree that are not as the index has them. A link is taken as it is staged. */
async function changedCopies(
  paths: readonly string[],
  repository: Repository,
): Promise<ReadonlyMap<string, Uint8Array | 'gone'>> {
  const found = new Map<string, Uint8Array | 'gone'>()
  const index = await repository.tree('').read(paths)
  for (const path of paths) {
    const copy = await repository.workingFile(path).catch(() => undefined)
    if (copy === undefined) found.set(path, 'gone')
    else if (!Buffer.from(copy).equals(index.get(path) ?? new Uint8Array())) found.set(path, copy)
  }
  return found
}

/** Paths of files of which the working copy would be stopped as well. */
async function judgedCopies(
  files: readonly ChangedFile[],
  copies: ReadonlyMap<string, Uint8Array | 'gone'>,
  repository: Repository,
  options: JudgeOptions,
): Promise<ReadonlySet<string>> {
  const changes = new Map([...copies].filter((entry): entry is [string, Uint8Array] => entry[1] !== 'gone'))
  const changed = files.filter(({ path }) => changes.has(path))
  try {
    const findings = await judgeFiles(changed, withChanges(repository.tree(''), changes), options)
    return new Set(findings.flatMap(({ level, file }) => (level === 'block' ? [file] : [])))
  } catch (error) {
    // a partial clone does not have all of it: nothing is known to be mended
    if (!(error instanceof GitError)) throw error
    return new Set(changes.keys())
  }
}
