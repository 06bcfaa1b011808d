import { createHash } from 'node:crypto'
import { GitError } from '../../errors.ts'
import type { Repository } from '../git-port.ts'
import { type Finding, NOT_HERE } from '../judge/findings/finding.ts'
import { type JudgeOptions, judgeFiles } from '../judge/judge-files.ts'
import type { JudgedTree } from '../judge/tree-port.ts'

/** Of more branches of remotes only the first are asked, by name. */
export const MOST_BRANCHES = 50
/** Values in clear are told beside these, each by itself: nothing new can hide behind them. */
const OF_SEALED_FILES: readonly string[] = [
  'mac-missing',
  'nothing-sealed',
  'reader-entry',
  'readers-drift',
  'selector-drift',
]
/** What a policy is for is judged by nobody while it is broken, wherever else it is. */
const NEVER_STANDING = 'policy-broken'

/**
 * Let what stands on a branch of a remote already be told and not stop: who pulls or merges it cannot take it back, and
 * would only be kept from work. `check` still fails on it.
 */
export async function relaxStanding(
  findings: readonly Finding[],
  repository: Repository,
  options: JudgeOptions,
): Promise<readonly Finding[]> {
  const blocking = findings.filter(({ level, message }) => level === 'block' && message !== NOT_HERE)
  const files = [...new Set(blocking.map(({ file }) => file))]
  if (files.length === 0) return findings
  const branches = await branchesOfRemotes(repository)
  if (branches.length === 0) return findings
  const now = new Contents(await repository.tree('').read(files))
  const standing = new Set<string>()
  const isStanding = (finding: Finding) =>
    finding.rule !== NEVER_STANDING && keysOf(finding, now).every((key) => standing.has(key))
  const seen = new Set<string>()
  for (const branch of branches) {
    const tree = repository.tree(branch)
    try {
      const contents = await tree.read(files)
      const fresh = [...contents].filter(([path, bytes]) => {
        const key = `${path}\0${Buffer.from(bytes).toString('latin1')}`
        return !seen.has(key) && seen.add(key)
      })
      const there = new Contents(contents)
      for (const finding of await judgeFiles(fresh.map(asFile), reading(tree, contents), options)) {
        for (const key of keysOf(finding, there)) standing.add(key)
      }
    } catch (error) {
      // a partial clone does not have all of it: nothing is known to stand there
      if (!(error instanceof GitError)) throw error
    }
  }
  return findings.map((finding) =>
    finding.level === 'block' && isStanding(finding)
      ? { ...finding, level: 'warn', message: `${finding.message}; it stands on a branch of a remote already` }
      : finding,
  )
}

/** Full names. */
export async function branchesOfRemotes(repository: Repository): Promise<readonly string[]> {
  const names = (await repository.branches()).filter((name) => name.startsWith('refs/remotes/'))
  return names.slice(0, MOST_BRANCHES)
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

/** The same finding is about the same values, on whatever lines with whatever else; else about a file that is the same. */
function keysOf({ rule, file, message, values }: Finding, contents: Contents): string[] {
  if (values !== undefined) return values.map((value) => JSON.stringify([rule, file, value]))
  return [JSON.stringify([rule, file, OF_SEALED_FILES.includes(rule) ? message : contents.nameOf(file)])]
}

class Contents {
  private readonly contents: ReadonlyMap<string, Uint8Array>

  constructor(contents: ReadonlyMap<string, Uint8Array>) {
    this.contents = contents
  }

  /** The same for the same content. */
  nameOf(file: string): string {
    return createHash('sha256')
      .update(this.contents.get(file) ?? '')
      .digest('base64')
  }
}
