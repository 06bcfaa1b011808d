import type { Repository } from '../git-port.ts'
import type { CommitFinding } from '../hooks/judge-commits.ts'
import { JUDGE_RULES } from '../judge/findings/judge-rules.ts'
import { type JudgeOptions, judgeFiles } from '../judge/judge-files.ts'
import { fileWord } from '../shell-word.ts'

/** Of the rules of the policy, those that tell of a value in clear; all others of texts do. */
const OF_PLAINTEXT: readonly string[] = [
  'decrypted-leftover',
  'known-value',
  'maybe-unsealed',
  'nothing-sealed',
  'plain-comment',
  'plain-value',
  'unsealed-file',
]
const OF_POLICY: ReadonlySet<string> = new Set(JUDGE_RULES.map(({ id }) => id))

/**
 * Findings in commits, of which those that a later commit mended lose the command that would mend them: it would find nothing
 * to do. A value that was in clear stays in the history: only another one helps.
 *
 * @param end - the last commit; judged as the others were
 */
export async function withOvertaken(
  findings: readonly CommitFinding[],
  end: string,
  repository: Repository,
  options: JudgeOptions,
): Promise<CommitFinding[]> {
  const paths = new Set(findings.map(({ file }) => file))
  if (paths.size === 0) return []
  const sealed = new Set<string>()
  const onSealed = ({ path }: { readonly path: string }) => sealed.add(path)
  const files = (await repository.files(end)).filter(({ path }) => paths.has(path))
  const left = new Set((await judgeFiles(files, repository.tree(end), { ...options, onSealed })).map(nameOf))
  return findings.map((finding) => {
    if (left.has(nameOf(finding))) return finding
    const { repair: _, message, ...rest } = finding
    if (!isOfPlaintext(finding)) return { ...rest, message: `${message}; a later commit has it right` }
    const told = `${message}; it is gone by now, and stays in the history: change the value where it is used`
    const edit = sealed.has(finding.file) ? { repair: `bulla edit ${fileWord(finding.file)}` } : {}
    return { ...rest, message: told, ...edit }
  })
}

/** Tells whether something is still there, wherever it stands in its file by now. */
function nameOf({ file, rule, keyPath, values }: CommitFinding): string {
  return JSON.stringify([file, rule, keyPath, values])
}

function isOfPlaintext({ rule }: CommitFinding): boolean {
  return OF_PLAINTEXT.includes(rule) || !OF_POLICY.has(rule)
}
