import { GitError } from '../errors.ts'
import type { Favour } from './merge-favour.ts'
import { mergeLabels } from './merge-labels.ts'
import { type GitPlace, startGit } from './run-git.ts'

/** Three files, and how conflicts between them are marked. */
export interface MergeFileRequest {
  /** Where the file stands in the work tree. */
  readonly path: string
  /** Replaced by the result. */
  readonly ours: string
  readonly base: string
  readonly theirs: string
  readonly markerSize: number
  /** The side that is taken where both changed the same; undefined: that is a conflict. */
  readonly favour?: Favour
  /** Undefined: those that git would write, as far as they can be found out. */
  readonly labels: { readonly ours?: string; readonly base?: string; readonly theirs?: string }
}

/** As merges do it; `merge-file` on its own would not. Git before 2.44 does not know the option. */
const AS_MERGES = ['--diff-algorithm=histogram']
/** Git's exit code for options that it does not know. */
const USAGE = 129

/** Merge texts as git does without a driver. @returns how many conflicts there are @throws GitError `ERR_GIT` */
export async function mergeFile(request: MergeFileRequest, place: GitPlace): Promise<number> {
  const { path, ours, base, theirs, markerSize, favour, labels } = request
  const isTold = labels.ours !== undefined && labels.base !== undefined && labels.theirs !== undefined
  const found = isTold ? undefined : await mergeLabels({ path, base, theirs }, place.cwd, process.env)
  const names = (['ours', 'base', 'theirs'] as const).flatMap((side) => ['-L', labels[side] ?? found?.[side] ?? side])
  const favouring = favour === undefined ? [] : [`--${favour}`]
  const args = ['--quiet', `--marker-size=${markerSize}`, ...favouring, ...names, '--', ours, base, theirs]
  const code = await run(['merge-file', ...AS_MERGES, ...args], place)
  const conflicts = code === USAGE ? await run(['merge-file', ...args], place) : code
  if (conflicts !== undefined && conflicts <= 127) return conflicts
  throw new GitError('ERR_GIT', 'git cannot merge this file', { hint: 'is it a binary file? take one side of it' })
}

/** @returns the exit code; undefined when there is none */
function run(args: readonly string[], place: GitPlace): Promise<number | undefined> {
  const child = startGit(args, place)
  child.stdin.end()
  child.stdout.resume()
  return new Promise((resolve) => {
    child.on('error', () => resolve(undefined))
    child.on('close', (code) => resolve(code ?? undefined))
  })
}
