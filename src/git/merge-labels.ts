import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runGit } from './run-git.ts'

/** What git calls the sides of a merge in its conflict marks. */
interface MergeLabels {
  readonly ours: string
  readonly base: string
  readonly theirs: string
}

/**
 * The names that git would write. Drivers are told them since git 2.44; before, they can be found out for merges and
 * rebases, and not for cherry-picks.
 *
 * @param env - of the driver
 */
export async function mergeLabels(
  cwd: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<MergeLabels | undefined> {
  const [head, another] = Object.keys(env).flatMap((name) => /^GITHEAD_([0-9a-f]{40,64})$/.exec(name)?.[1] ?? [])
  if (head !== undefined && another === undefined) {
    const theirs = env[`GITHEAD_${head}`]
    if (theirs !== undefined) return { ours: 'HEAD', base: await commonAncestor(head, cwd), theirs }
  }
  const picked = await pickedByRebase(cwd)
  return picked === undefined ? undefined : { ours: 'HEAD', base: `parent of ${picked}`, theirs: picked }
}

async function commonAncestor(head: string, cwd: string): Promise<string> {
  const [base = '', other] = ((await ask(['merge-base', '--all', 'HEAD', head], cwd)) ?? '').split('\n')
  if (base === '') return 'empty tree'
  if (other !== undefined) return 'merged common ancestors'
  return (await ask(['rev-parse', '--short', base], cwd)) ?? base
}

/** The commit that a rebase is at: it writes down what it does before it does it. */
async function pickedByRebase(cwd: string): Promise<string | undefined> {
  const folder = await ask(['rev-parse', '--path-format=absolute', '--git-path', 'rebase-merge'], cwd)
  if (folder === undefined) return undefined
  const done = await readFile(join(folder, 'done'), 'utf8').catch(() => '')
  const commit = /^\w+ (?:-[cC] )?([0-9a-f]{4,64})(?: |$)/.exec(done.trimEnd().split('\n').at(-1) ?? '')?.[1]
  return commit === undefined ? undefined : ask(['log', '-1', '--format=%h (%s)', commit, '--'], cwd)
}

async function ask(args: readonly string[], cwd: string): Promise<string | undefined> {
  const output = await runGit(args, { cwd, asGit: true }, '')
  return 'stdout' in output ? output.stdout.toString('utf8').trimEnd() : undefined
}
