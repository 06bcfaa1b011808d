import { chmodSync, cpSync, mkdirSync, readdirSync } from 'node:fs'
import { delimiter, join, resolve } from 'node:path'
import { COMMAND, type Outcome, type RunOptions, type Sandbox } from './sandbox.ts'

const SHIMS = resolve(import.meta.dirname, '../../hooks')
const NO_HOOKS = ['-c', 'core.hooksPath=/dev/null']

/** A repository whose hooks are those of the package, with `bulla` on PATH. */
export class HookedRepository {
  readonly box: Sandbox
  /** Below the sandbox. */
  readonly folder: string

  private constructor(box: Sandbox, folder: string) {
    this.box = box
    this.folder = folder
  }

  static async create(box: Sandbox, folder = 'repo', ...options: readonly string[]): Promise<HookedRepository> {
    mkdirSync(box.path(folder), { recursive: true })
    const repository = new HookedRepository(box, folder)
    box.write('bin/bulla', `#!/bin/sh\nexec '${process.execPath}' '${COMMAND}' "$@"\n`, 0o755)
    await repository.must('init', '-q', '-b', 'main', ...options)
    await repository.installHooks()
    return repository
  }

  /** Where a file of the work tree stands, below the sandbox. */
  at(name: string): string {
    return join(this.folder, name)
  }

  write(name: string, text: string): void {
    this.box.write(this.at(name), text)
  }

  /** Run git as a person does, hooks and all. */
  git(args: readonly string[], { env = {}, ...options }: RunOptions = {}): Promise<Outcome> {
    const PATH = [this.box.path('bin'), this.box.env['PATH'] ?? ''].join(delimiter)
    return this.box.run('git', args, { cwd: this.folder, ...options, env: { PATH, GIT_EDITOR: 'true', ...env } })
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

  /** What a file is in a revision; undefined when it is not there. */
  async show(revision: string, name: string): Promise<string | undefined> {
    const { code, out } = await this.git(['show', `${revision}:${name}`])
    return code === 0 ? out : undefined
  }
}
