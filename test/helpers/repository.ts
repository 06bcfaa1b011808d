import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join, relative } from 'node:path'
import { COMMAND, type Outcome, type RunOptions, Sandbox } from './sandbox.ts'

/** A sandbox with a git repository in it, and the built command on PATH, where hooks and drivers look for it. */
export class RepositorySandbox extends Sandbox {
  /** Where to look for programs: with the command in front. */
  readonly searchPath: string

  private readonly programs: string

  private constructor() {
    super()
    this.programs = join(dirname(this.keyFile), 'bin')
    mkdirSync(this.programs)
    this.addProgram('bulla', `'${process.execPath}' '${COMMAND}'`)
    this.searchPath = `${this.programs}${delimiter}${this.env['PATH'] ?? ''}`
  }

  static async make(...initOptions: readonly string[]): Promise<RepositorySandbox> {
    const sandbox = new RepositorySandbox()
    await sandbox.must('git', 'init', '-q', '-b', 'main', ...initOptions)
    return sandbox
  }

  /** Put another program in front of those on PATH. @param command - of a shell, in front of the arguments */
  addProgram(name: string, command: string): void {
    writeFileSync(join(this.programs, name), `#!/bin/sh\nexec ${command} "$@"\n`, { mode: 0o755 })
  }

  override run(program: string, args: readonly string[], options: RunOptions): Promise<Outcome> {
    return super.run(program, args, { ...options, env: { PATH: this.searchPath, ...options.env } })
  }

  /** Run a program that has to succeed. @returns what it prints */
  async must(program: string, ...args: readonly string[]): Promise<string> {
    const { code, out, err } = await this.run(program, args, {})
    if (code !== 0) throw new Error(`${program} ${args[0]} failed: ${err}`)
    return out
  }

  put(path: string, text: string, mode = 0o644): void {
    const file = join(this.folder, path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
    chmodSync(file, mode)
  }

  text(path: string): string {
    return readFileSync(join(this.folder, path), 'utf8')
  }

  permissions(path: string): number {
    return statSync(join(this.folder, path)).mode & 0o777
  }

  /** Every file below a folder, with its text. */
  state(folder: string): Record<string, string> {
    const top = join(this.folder, folder)
    const files = readdirSync(top, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
    return Object.fromEntries(
      files.map(({ parentPath, name }) => [
        relative(top, join(parentPath, name)),
        readFileSync(join(parentPath, name), 'latin1'),
      ]),
    )
  }
}
