import type { HookedRepository } from '../hooked-repository.ts'
import type { Outcome } from '../sandbox.ts'

export const FILE = 'secrets/db.yaml'

/** An operation of git that brings {@link FILE} into a branch. */
export interface Operation {
  readonly name: string
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

const git = (...args: readonly string[]) => ({ run: (repository: HookedRepository) => repository.git(args) })

export const OPERATIONS: readonly Operation[] = [
  { name: 'commit', prepare: staged, ...git('commit', '-q', '-m', 'x') },
  { name: 'commit --amend', prepare: staged, ...git('commit', '-q', '--amend', '--no-edit') },
  { name: 'commit --no-verify', prepare: staged, ...git('commit', '-q', '--no-verify', '-m', 'x') },
  {
    name: 'commit --amend --no-verify',
    prepare: staged,
    ...git('commit', '-q', '--amend', '--no-verify', '--no-edit'),
  },
  { name: 'commit -a', prepare: tracked, ...git('commit', '-q', '-a', '-m', 'x') },
  { name: 'commit --only', prepare: tracked, ...git('commit', '-q', '-m', 'x', '--only', '--', FILE) },
  { name: 'commit --include', prepare: tracked, ...git('commit', '-q', '-m', 'x', '--include', '--', FILE) },
  {
    name: 'first commit',
    async prepare(repository, text) {
      repository.write(FILE, text)
      await repository.must('add', '-A')
      await repository.must('update-ref', '-d', 'HEAD')
    },
    ...git('commit', '-q', '-m', 'x'),
  },
  { name: 'merge', prepare: onSide, ...git('merge', '-q', '--no-edit', 'side') },
  { name: 'merge --no-verify', prepare: onSide, ...git('merge', '-q', '--no-verify', '--no-edit', 'side') },
  {
    name: 'merge with a conflict, then commit',
    async prepare(repository, text) {
      await onSide(repository, text)
      await repository.commit({ [FILE]: 'db: another one\n' })
      await repository.git(['-c', 'core.hooksPath=/dev/null', 'merge', '-q', 'side'])
      repository.write(FILE, text)
      await repository.must('add', '-A')
    },
    ...git('commit', '-q', '--no-edit'),
  },
  { name: 'merge --squash, then commit', prepare: onSide, ...squash() },
  { name: 'cherry-pick', prepare: onSide, ...git('cherry-pick', 'side') },
  {
    name: 'revert',
    async prepare(repository, text) {
      await repository.commit({ [FILE]: text })
      await repository.must('rm', '-q', FILE)
      await repository.must('commit', '-q', '-m', 'removed')
    },
    ...git('revert', '--no-edit', 'HEAD'),
  },
  { name: 'rebase', prepare: onSide, ...git('rebase', '-q', 'main', 'side') },
  { name: 'rebase --apply', prepare: onSide, ...git('rebase', '-q', '--apply', 'main', 'side') },
  {
    name: 'am',
    async prepare(repository, text) {
      await onSide(repository, text)
      await repository.must('format-patch', '-q', '-1', '-o', '../patches', 'side')
    },
    async run(repository) {
      return repository.git(['am', '-q', '../patches/0001-without-hooks.patch'])
    },
  },
  {
    name: 'rebase -i reword',
    async prepare(repository, text) {
      await repository.commit({ [FILE]: text })
    },
    run: (repository) =>
      repository.git(['rebase', '-q', '-i', '--force-rebase', 'HEAD~1'], {
        env: { GIT_SEQUENCE_EDITOR: 'sed -i s/^pick/reword/' },
      }),
  },
]

function squash(): Pick<Operation, 'run'> {
  return {
    async run(repository) {
      await repository.must('merge', '-q', '--squash', 'side')
      return repository.git(['commit', '-q', '-m', 'x'])
    },
  }
}
