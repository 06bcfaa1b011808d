import { readFile } from 'node:fs/promises'
import { askGit, type GitPlace } from './run-git.ts'

/** What git calls the sides of a merge in its conflict marks. */
export interface MergeLabels {
  readonly ours: string
  readonly base: string
  readonly theirs: string
}

/** What a driver is given: where the file stands in the work tree, and files that hold two of its versions. */
export interface MergedVersions {
  readonly path: string
  readonly base: string
  readonly theirs: string
}

/**
 * The names that git would write. Drivers are told them since git 2.44; before, they are found out: of merges, rebases and
 * patches from what git says of them, of other operations from the commit that made the one version of the other. Git notes
 * a cherry-pick or a revert only when it has stopped, so that nothing else is there to ask.
 *
 * @param env - of the driver
 */
export async function mergeLabels(
  versions: MergedVersions,
  cwd: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<MergeLabels | undefined> {
  const place = { cwd, asGit: true }
  const [head, another] = Object.keys(env).flatMap((name) => /^GITHEAD_([0-9a-f]{40,64})$/.exec(name)?.[1] ?? [])
  if (head !== undefined && another === undefined) {
    const theirs = env[`GITHEAD_${head}`]
    if (theirs !== undefined) return { ours: 'HEAD', base: await commonAncestor(head, place), theirs }
  }
  const ids = await askGit(['hash-object', '--no-filters', '--', versions.base, versions.theirs], place)
  const [base = '', theirs = ''] = (ids ?? '').split('\n')
  const sides = { path: versions.path, base, theirs }
  return (
    (await ofRebase(sides, place)) ?? (await ofPatch(place)) ?? (await ofStash(sides, place)) ?? ofCommit(sides, place)
  )
}

/** Ids of the blobs. */
type Sides = MergedVersions

async function commonAncestor(head: string, place: GitPlace): Promise<string> {
  const [base = '', other] = ((await askGit(['merge-base', '--all', 'HEAD', head], place)) ?? '').split('\n')
  if (base === '') return 'empty tree'
  if (other !== undefined) return 'merged common ancestors'
  return (await askGit(['rev-parse', '--short', base], place)) ?? base
}

/** The commit that a rebase is at: it writes down what it does before it does it. */
async function ofRebase({ path, theirs }: Sides, place: GitPlace): Promise<MergeLabels | undefined> {
  const done = await stateOf('rebase-merge/done', place)
  const commit = /^\w+ (?:-[cC] )?([0-9a-f]{4,64})(?: |$)/.exec(done?.trimEnd().split('\n').at(-1) ?? '')?.[1]
  if (commit === undefined) return undefined
  // somebody may pick another commit while a rebase has stopped
  const blob = await askGit(['rev-parse', '--verify', '--quiet', `${commit}:${path}`], place)
  return blob !== undefined && blob !== theirs ? undefined : picked(commit, place)
}

/** The patch that `git am` is at, or a rebase that works as that does. */
async function ofPatch(place: GitPlace): Promise<MergeLabels | undefined> {
  const [subject = ''] = ((await stateOf('rebase-apply/final-commit', place)) ?? '').split('\n')
  return subject === '' ? undefined : { ours: 'HEAD', base: 'constructed merge base', theirs: subject }
}

/** A file in the folder of git; undefined when there is none. */
async function stateOf(name: string, place: GitPlace): Promise<string | undefined> {
  const path = await askGit(['rev-parse', '--path-format=absolute', '--git-path', name], place)
  return path === undefined ? undefined : readFile(path, 'utf8').catch(() => undefined)
}

async function picked(commit: string, place: GitPlace): Promise<MergeLabels | undefined> {
  const name = await nameOf(commit, place)
  return name === undefined ? undefined : { ours: 'HEAD', base: `parent of ${name}`, theirs: name }
}

async function nameOf(commit: string, place: GitPlace): Promise<string | undefined> {
  return askGit(['log', '-1', '--format=%h (%s)', commit, '--'], place)
}

async function ofStash({ path, base, theirs }: Sides, place: GitPlace): Promise<MergeLabels | undefined> {
  const ids = await askGit(['rev-list', '--walk-reflogs', '--max-count=50', 'refs/stash', '--'], place)
  for (const commit of (ids ?? '').split('\n').filter((id) => id !== '')) {
    const blobs = await askGit(['rev-parse', '--verify', '--quiet', `${commit}:${path}`], place)
    const before = await askGit(['rev-parse', '--verify', '--quiet', `${commit}^1:${path}`], place)
    if (blobs === theirs && before === base) {
      return { ours: 'Updated upstream', base: 'Stash base', theirs: 'Stashed changes' }
    }
  }
  return undefined
}

/** The one commit that made theirs of the base, or, when it is taken back, the base of theirs. */
async function ofCommit({ path, base, theirs }: Sides, place: GitPlace): Promise<MergeLabels | undefined> {
  const options = ['--all', '--reflog', '--no-abbrev', '--raw', '-m', '--no-renames', '--format=commit %H']
  const output = await askGit(['log', ...options, `--find-object=${theirs}`, '--', `:(top,literal)${path}`], place)
  const made = new Set<string>()
  const undone = new Set<string>()
  let commit = ''
  for (const line of (output ?? '').split('\n')) {
    commit = /^commit ([0-9a-f]+)$/.exec(line)?.[1] ?? commit
    const [, , old, next] = /^:(\d+ \d+) ([0-9a-f]+) ([0-9a-f]+) /.exec(line) ?? []
    if (old === base && next === theirs) made.add(commit)
    if (old === theirs && next === base) undone.add(commit)
  }
  const [one, other] = [...made, ...undone]
  // of several, none is surely the one
  if (one === undefined || other !== undefined) return undefined
  if (made.size > 0) return picked(one, place)
  const name = await nameOf(one, place)
  return name === undefined ? undefined : { ours: 'HEAD', base: name, theirs: `parent of ${name}` }
}
