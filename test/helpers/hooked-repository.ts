import { chmodSync, cpSync, mkdirSync, readdirSync } from 'node:fs'
import { delimiter, join, resolve } from 'node:path'
import { COMMAND, type Outcome, type RunOptions, type Sandbox } from './sandbox.ts'

const SHIMS = resolve(import.meta.dirname, '../../hooks')
/** Neither those in folders nor, since git 2.54, those in the configuration. */
const NO_HOOKS = [
  'core.hooksPath=/dev/null',
  ...['pre-commit', 'pre-merge-commit', 'pre-applypatch', 'prepare-commit-msg', 'pre-push'].map(
    (event) => `hook.${event}.enabled=false`,
  ),
].flatMap((setting) => ['-c', setting])

/** A repository with hooks, and `bulla` on PATH. */
export class HookedRepository {
  readonly box: Sandbox
  /** Below the sandbox. */
  readonly folder: string

  private constructor(box: Sandbox, folder: string) {
    this.box = box
    this.folder = folder
  }

  /** One whose hooks are those of the package. */
  static async create(box: Sandbox, folder = 'repo', ...options: readonly string[]): Promise<HookedRepository> {
    mkdirSync(box.path(folder), { recursive: true })
    const repository = HookedRepository.open(box, folder)
    await repository.must('init', '-q', '-b', 'main', ...options)
    await repository.installHooks()
    return repository
  }

  /** One that is there, or will be. */
  static open(box: Sandbox, folder: string): HookedRepository {
    box.write('bin/bulla', `#!/bin/sh\nexec '${process.execPath}' '${COMMAND}' "$@"\n`, 0o755)
    return new HookedRepository(box, folder)
  }

  /** Where a file of the work tree stands, below the sandbox. */
  at(name: string): string {
    return join(this.folder, name)
  }

  read(name: string): string {
    return this.box.read(this.at(name))
  }

  write(name: string, text: string): void {
    this.box.write(this.at(name), text)
  }

  /** Run git as a person does, hooks and all. */
  git(args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
    return this.run('git', args, options)
  }

  /** Run a program in the folder, with the programs of the sandbox on PATH. */
  run(program: string, args: readonly string[], { env = {}, ...options }: RunOptions = {}): Promise<Outcome> {
    const PATH = [this.box.path('bin'), this.box.env['PATH'] ?? ''].join(delimiter)
    const variables = { PATH, GIT_EDITOR: 'true', PRE_COMMIT_HOME: this.box.path('pre-commit'), ...env }
    return this.box.run(program, args, { cwd: this.folder, ...options, env: variables })
  }

  /** Run git without hooks, which must succeed. */
  async must(...args: readonly string[]): Promise<string> {
    const { code, out, err } = await this.git([...NO_HOOKS, ...args])
    if (code !== 0) throw new Error(`git ${args.join(' ')} failed: ${err}`)
    return out.trim()
  }

  /** Commit files without hooks. */
  async commit(files: Readonly<Record<string, string>>): Promise<string> {
    for (const [name, text] of Object.entries(files)) this.write(name, text)
    await this.must('add', '-A')
    await this.must('commit', '-q', '--allow-empty', '-m', 'without hooks')
    return this.must('rev-parse', 'HEAD')
  }

  /** The hooks of the package, copied to where git looks for them. */
  async installHooks(): Promise<void> {
    const { out } = await this.git(['rev-parse', '--git-path', 'hooks'])
    const target = resolve(this.box.path(this.folder), out.trim())
    mkdirSync(target, { recursive: true })
    for (const name of readdirSync(SHIMS).filter((file) => !file.includes('.'))) {
      cpSync(join(SHIMS, name), join(target, name))
      chmodSync(join(target, name), 0o755)
    }
  }

  /** Every commit of branches, tags and HEAD. */
  history(): Promise<string> {
    return this.must('rev-list', '--all')
  }

  /** What a file is in a revision; undefined when it is not there. */
  async show(revision: string, name: string): Promise<string | undefined> {
    const { code, out } = await this.git(['show', `${revision}:${name}`])
    return code === 0 ? out : undefined
  }
}
