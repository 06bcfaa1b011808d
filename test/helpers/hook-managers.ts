import type { ManagerName } from '../../src/operations/init/managers/manager.ts'
import { HookedRepository } from './hooked-repository.ts'
import { findJudge, gitVersion, type JudgeName, withJudge } from './judges.ts'
import type { Sandbox } from './sandbox.ts'

/** Something that runs hooks of git, and how a repository comes to use it. */
interface HookManager {
  readonly name: ManagerName
  /** The program it is; undefined for git itself. */
  readonly program?: JudgeName & ManagerName
  /** What the repository has that uses it. */
  readonly files: Readonly<Record<string, string>>
  /** What switches it on; before or after `bulla init`. */
  readonly before?: readonly string[]
  readonly after?: readonly string[]
}

const STAGES = ['pre-commit', 'pre-merge-commit', 'prepare-commit-msg']

export const HOOK_MANAGERS: readonly HookManager[] = [
  { name: 'native', files: {} },
  { name: 'config', files: {} },
  {
    ...{ name: 'husky', program: 'husky' },
    files: { 'package.json': '{ "devDependencies": { "husky": "9" } }\n', '.husky/pre-commit': 'true\n' },
    before: ['husky'],
  },
  {
    ...{ name: 'lefthook', program: 'lefthook' },
    files: { 'lefthook.yml': 'pre-commit:\n  commands:\n    mine:\n      run: "true"\n' },
    after: ['lefthook', 'install'],
  },
  {
    ...{ name: 'pre-commit', program: 'pre-commit' },
    files: { '.pre-commit-config.yaml': 'repos: []\n' },
    after: ['pre-commit', 'install', ...STAGES.flatMap((stage) => ['--hook-type', stage])],
  },
  {
    ...{ name: 'simple-git-hooks', program: 'simple-git-hooks' },
    files: { 'package.json': '{ "simple-git-hooks": { "pre-commit": "true" } }\n' },
    after: ['simple-git-hooks'],
  },
]

/** Why tests of a manager are skipped here; undefined when they run. */
export function whyNot({ name, program }: HookManager): string | undefined {
  if (program !== undefined) return findJudge(program) === undefined ? withJudge('', program).trim() : undefined
  if (name !== 'config') return undefined
  if (hasConfigHooks()) return undefined
  return `(skipped: git ${gitVersion()} has no hooks in its configuration; BULLA_TEST_GIT may name a git from 2.54 on)`
}

/** They came with git 2.54. */
export function hasConfigHooks(): boolean {
  const [major = 0, minor = 0] = gitVersion().split('.').map(Number)
  return major > 2 || (major === 2 && minor >= 54)
}

/** A repository that was set up for a manager as people do it; the policy seals `secrets/`. */
export async function managedRepository(box: Sandbox, manager: HookManager): Promise<HookedRepository> {
  const repository = HookedRepository.open(box, 'repo')
  if (manager.program !== undefined) {
    box.write(`bin/${manager.program}`, `#!/bin/sh\nexec '${findJudge(manager.program)}' "$@"\n`, 0o755)
  }
  for (const [name, text] of Object.entries({ 'notes.txt': 'notes\n', ...manager.files })) repository.write(name, text)
  await repository.must('init', '-q', '-b', 'main')
  await run(repository, manager.before)
  // what the repository uses is found; of the others people have to say it
  const asked = manager.program === undefined ? ['--hooks', manager.name] : []
  const { code, err } = await repository.run('bulla', ['init', '--yes', ...asked])
  if (code !== 0 && manager.after === undefined) throw new Error(`bulla init failed: ${err}`)
  await run(repository, manager.after)
  await repository.commit({})
  return repository
}

async function run(repository: HookedRepository, command: readonly string[] = []): Promise<void> {
  const [program, ...args] = command
  if (program === undefined) return
  const { code, out, err } = await repository.run(program, args)
  if (code !== 0) throw new Error(`${command.join(' ')} failed: ${out}${err}`)
}
