import { withLineFeeds } from '../../scan/line-feeds.ts'
import type { Repository } from '../git-port.ts'
import type { Finding } from '../judge/finding.ts'
import { type JudgedTree, type JudgeOptions, judgeFiles } from '../judge/judge-files.ts'

/** Of more branches of remotes only the first are asked, by name. */
const MOST_BRANCHES = 50

/**
 * Let what stands on a branch of a remote already be told and not stop: who pulls or merges it cannot take it back, and
 * would only be kept from work. `check` still fails on it.
 */
export async function relaxStanding(
  findings: readonly Finding[],
  repository: Repository,
  options: JudgeOptions,
): Promise<readonly Finding[]> {
  const files = [...new Set(findings.filter(({ level }) => level === 'block').map(({ file }) => file))]
  if (files.length === 0) return findings
  const branches = (await repository.branches()).filter((name) => name.startsWith('refs/remotes/'))
  if (branches.length === 0) return findings
  const lines = new Lines(await repository.tree('').read(files))
  const standing = new Set<string>()
  const isStanding = (finding: Finding) => keysOf(finding, lines).every((key) => standing.has(key))
  const seen = new Set<string>()
  for (const branch of branches.slice(0, MOST_BRANCHES)) {
    const tree = repository.tree(branch)
    const contents = await tree.read(files)
    const fresh = [...contents].filter(([path, bytes]) => {
      const key = `${path}\0${Buffer.from(bytes).toString('latin1')}`
      return !seen.has(key) && seen.add(key)
    })
    const there = new Lines(contents)
    for (const finding of await judgeFiles(fresh.map(asFile), reading(tree, contents), options)) {
      for (const key of keysOf(finding, there)) standing.add(key)
    }
  }
  return findings.map((finding) =>
    finding.level === 'block' && isStanding(finding)
      ? { ...finding, level: 'warn', message: `${finding.message}; it stands on a branch of a remote already` }
      : finding,
  )
}

const asFile = ([path]: readonly [string, unknown]) => ({ path, mode: '100644', id: '' })

/** The tree, with contents that are known. */
function reading(tree: JudgedTree, contents: ReadonlyMap<string, Uint8Array>): JudgedTree {
  return {
    read: (paths) => tree.read(paths),
    filesIn: (folders) => tree.filesIn(folders),
    async *contents(files) {
      for (const file of files) yield { file, bytes: contents.get(file.path) }
    },
  }
}

/** The same finding is about the same values, on whatever lines with whatever else; else it has the same line. */
function keysOf({ rule, file, keyPath, line, values }: Finding, lines: Lines): string[] {
  if (values !== undefined) return values.map((value) => JSON.stringify([rule, file, value]))
  return [JSON.stringify([rule, file, keyPath, line === undefined ? undefined : lines.at(file, line)])]
}

class Lines {
  private readonly contents: ReadonlyMap<string, Uint8Array>

  constructor(contents: ReadonlyMap<string, Uint8Array>) {
    this.contents = contents
  }

  at(file: string, line: number): string | undefined {
    const bytes = this.contents.get(file)
    return bytes === undefined ? undefined : withLineFeeds(Buffer.from(bytes).toString('latin1')).split('\n')[line - 1]
  }
}
