import type { HookedRepository } from '../hooked-repository.ts'
import type { Outcome } from '../sandbox.ts'

export const FILE = 'secrets/db.yaml'

/** An operation of git that brings {@link FILE} into a branch. */
export interface Operation {
  readonly name: string
  /** One of the ten that people use most. */
  readonly isUsual?: boolean
  /** Make everything ready, without hooks. */
  prepare?(repository: HookedRepository, text: string): Promise<void>
  /** Bring it in, with hooks. */
  run(repository: HookedRepository, text: string): Promise<Outcome>
}

/** A branch `side` with the file, and one more commit on `main`. */
async function onSide(repository: HookedRepository, text: string): Promise<void> {
  await repository.must('switch', '-q', '-c', 'side')
  await repository.commit({ [FILE]: text })
  await repository.must('switch', '-q', 'main')
  await repository.commit({ 'other.txt': 'other\n' })
}

async function staged(repository: HookedRepository, text: string): Promise<void> {
  repository.write(FILE, text)
  await repository.must('add', '-A')
}

/** Tracked, with another sealed content. */
async function tracked(repository: HookedRepository, text: string): Promise<void> {
  await repository.commit({ [FILE]: '' })
  repository.write(FILE, text)
}

/** An operation of two branches that stopped at a conflict, which was resolved to the file. */
function resolved(...args: readonly string[]): (repository: HookedRepository, text: string) => Promise<void> {
  return async (repository, text) => {
    await onSide(repository, text)
    await repository.commit({ [FILE]: 'db: another one\n' })
    await repository.git(['-c', 'core.hooksPath=/dev/null', ...args])
    repository.write(FILE, text)
    await repository.must('add', '-A')
  }
}

async function removed(repository: HookedRepository, text: string): Promise<void> {
  await repository.commit({ [FILE]: text })
  await repository.must('rm', '-q', FILE)
  await repository.must('commit', '-q', '-m', 'removed')
}

async function patched(repository: HookedRepository, text: string): Promise<void> {
  await onSide(repository, text)
  await repository.must('format-patch', '-q', '-1', '-o', '../patches', 'side')
}

/** A remote whose branch has the file, which this branch is behind of and ahead. */
async function upstream(repository: HookedRepository, text: string): Promise<void> {
  await onSide(repository, text)
  await repository.must('clone', '-q', '--bare', '.', '../upstream.git')
  await repository.must('branch', '-q', '-D', 'side')
}

const git = (...args: readonly string[]) => ({ run: (repository: HookedRepository) => repository.git(args) })

/** A first step without hooks that makes no commit, and the commit. */
const thenCommit = (...args: readonly string[]) => ({
  async run(repository: HookedRepository) {
    await repository.must(...args)
    return repository.git(['commit', '-q', '-m', 'x'])
  },
})

/** A rebase in whose list of things to do a line says something else than `pick`. */
const interactive = (base: string, line: number, word: string) => (repository: HookedRepository) =>
  repository.git(['rebase', '-q', '-i', '--force-rebase', base], {
    env: { GIT_SEQUENCE_EDITOR: `sed -i '${line}s/^pick/${word}/'` },
  })

export const OPERATIONS: readonly Operation[] = [
  { name: 'commit', isUsual: true, prepare: staged, ...git('commit', '-q', '-m', 'x') },
  { name: 'commit --amend', isUsual: true, prepare: staged, ...git('commit', '-q', '--amend', '--no-edit') },
  { name: 'commit --no-verify', isUsual: true, prepare: staged, ...git('commit', '-q', '--no-verify', '-m', 'x') },
  {
    name: 'commit --amend --no-verify',
    prepare: staged,
    ...git('commit', '-q', '--amend', '--no-verify', '--no-edit'),
  },
  { name: 'commit -a', isUsual: true, prepare: tracked, ...git('commit', '-q', '-a', '-m', 'x') },
  { name: 'commit --only', prepare: tracked, ...git('commit', '-q', '-m', 'x', '--only', '--', FILE) },
  { name: 'commit --include', prepare: tracked, ...git('commit', '-q', '-m', 'x', '--include', '--', FILE) },
  { name: 'commit --fixup', prepare: staged, ...git('commit', '-q', '--fixup', 'HEAD') },
  {
    name: 'first commit',
    async prepare(repository, text) {
      await staged(repository, text)
      await repository.must('update-ref', '-d', 'HEAD')
    },
    ...git('commit', '-q', '-m', 'x'),
  },
  { name: 'merge', isUsual: true, prepare: onSide, ...git('merge', '-q', '--no-edit', 'side') },
  { name: 'merge --no-verify', prepare: onSide, ...git('merge', '-q', '--no-verify', '--no-edit', 'side') },
  {
    name: 'merge --no-ff',
    async prepare(repository, text) {
      await repository.must('switch', '-q', '-c', 'side')
      await repository.commit({ [FILE]: text })
      await repository.must('switch', '-q', 'main')
    },
    ...git('merge', '-q', '--no-ff', '--no-edit', 'side'),
  },
  {
    name: 'merge of three branches',
    async prepare(repository, text) {
      await repository.must('switch', '-q', '-c', 'third')
      await repository.commit({ 'third.txt': 'third\n' })
      await repository.must('switch', '-q', 'main')
      await onSide(repository, text)
    },
    ...git('merge', '-q', '--no-edit', 'side', 'third'),
  },
  {
    name: 'merge with a conflict, then commit',
    isUsual: true,
    prepare: resolved('merge', '-q', 'side'),
    ...git('commit', '-q', '--no-edit'),
  },
  {
    name: 'merge with a conflict, then merge --continue',
    prepare: resolved('merge', '-q', 'side'),
    ...git('merge', '--continue'),
  },
  { name: 'merge --squash, then commit', prepare: onSide, ...thenCommit('merge', '-q', '--squash', 'side') },
  { name: 'pull --no-rebase', prepare: upstream, ...git('pull', '-q', '--no-rebase', '../upstream.git', 'side') },
  { name: 'cherry-pick', isUsual: true, prepare: onSide, ...git('cherry-pick', 'side') },
  {
    name: 'cherry-pick --no-commit, then commit',
    prepare: onSide,
    ...thenCommit('cherry-pick', '--no-commit', 'side'),
  },
  {
    name: 'cherry-pick --continue',
    prepare: resolved('cherry-pick', 'side'),
    ...git('cherry-pick', '--continue'),
  },
  { name: 'revert', isUsual: true, prepare: removed, ...git('revert', '--no-edit', 'HEAD') },
  { name: 'rebase', isUsual: true, prepare: onSide, ...git('rebase', '-q', 'main', 'side') },
  { name: 'rebase --apply', prepare: onSide, ...git('rebase', '-q', '--apply', 'main', 'side') },
  { name: 'rebase --continue', prepare: resolved('rebase', '-q', 'main', 'side'), ...git('rebase', '--continue') },
  { name: 'am', isUsual: true, prepare: patched, ...git('am', '-q', '../patches/0001-without-hooks.patch') },
  { name: 'am --3way', prepare: patched, ...git('am', '-q', '--3way', '../patches/0001-without-hooks.patch') },
  {
    name: 'apply --index, then commit',
    prepare: patched,
    ...thenCommit('apply', '--index', '../patches/0001-without-hooks.patch'),
  },
  {
    name: 'stash pop, then commit',
    async prepare(repository, text) {
      await staged(repository, text)
      await repository.must('stash', 'push', '-q')
    },
    ...thenCommit('stash', 'pop', '-q', '--index'),
  },
  {
    name: 'rebase -i reword',
    async prepare(repository, text) {
      await repository.commit({ [FILE]: text })
    },
    run: interactive('HEAD~1', 1, 'reword'),
  },
  {
    name: 'rebase -i fixup',
    async prepare(repository, text) {
      await repository.commit({ 'other.txt': 'other\n' })
      await repository.commit({ [FILE]: text })
    },
    run: interactive('HEAD~2', 2, 'fixup'),
  },
]
