import { existsSync, lstatSync, renameSync, rmdirSync } from 'node:fs'
import { isAbsolute, relative, sep } from 'node:path'
import { FileError, GitError } from '../errors.ts'
import { askGit, runGit } from './run-git.ts'

/** What is written about a repository into git's configuration and its folder of hooks. See `GitSetup` in `operations/init`. */
export class RepositorySetup {
  private readonly cwd: string

  /** @param cwd - absolute */
  constructor(cwd: string) {
    this.cwd = cwd
  }

  async version(): Promise<string> {
    return /[0-9]+(?:\.[0-9]+)+/.exec((await this.ask(['--version'])) ?? '')?.[0] ?? '0'
  }

  async isBare(): Promise<boolean> {
    return (await this.ask(['rev-parse', '--is-bare-repository'])) === 'true'
  }

  localSetting(name: string): Promise<string | undefined> {
    return this.ask(['config', '--local', '--get', name])
  }

  async changeSetting(name: string, value: string | undefined): Promise<void> {
    const args = value === undefined ? ['--unset-all', name] : [name, value]
    const output = await runGit(['config', '--local', ...args], this.cwd, '')
    if ('stdout' in output) return
    throw new GitError('ERR_GIT', `git cannot change its setting ${name} here`, {
      hint: 'check that you may write to the configuration of this repository, and that nobody else is at it',
    })
  }

  async hooksFolder(): Promise<{ path: string; setting: string | undefined; isShared: boolean }> {
    const scoped = await this.ask(['config', '--show-scope', '--get', 'core.hooksPath'])
    const [scope, setting] = scoped?.split('\t') ?? []
    if (setting === '') {
      throw new GitError('ERR_GIT', 'core.hooksPath is set to nothing: git runs no hooks', {
        hint: `run "git config --${scope} --unset core.hooksPath", or go without hooks with --no-hooks`,
      })
    }
    const path = await this.must(['rev-parse', '--path-format=absolute', '--git-path', 'hooks'])
    return { path, setting, isShared: scope === 'global' || scope === 'system' || !(await this.isInside(path)) }
  }

  async move(from: string, to: string): Promise<void> {
    try {
      if (lstatSync(to, { throwIfNoEntry: false }) !== undefined) throw new Error('something is there')
      renameSync(from, to)
    } catch {
      throw new FileError('ERR_WRITE', 'the hook that is here cannot be kept under another name', {
        where: { file: from },
        hint: `check that you may write to its folder, and that nothing is named ${to}`,
      })
    }
  }

  async leadsNowhere(path: string): Promise<boolean> {
    return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true && !existsSync(path)
  }

  async removeIfEmpty(folder: string): Promise<void> {
    try {
      rmdirSync(folder)
    } catch {
      // it is gone, or something is in it
    }
  }

  /** A folder elsewhere may be that of other repositories. */
  private async isInside(path: string): Promise<boolean> {
    const folders = [
      await this.ask(['rev-parse', '--path-format=absolute', '--git-common-dir']),
      await this.ask(['rev-parse', '--path-format=absolute', '--show-toplevel']),
    ]
    return folders.some((folder) => {
      if (folder === undefined) return false
      const below = relative(folder, path)
      return below !== '..' && !below.startsWith(`..${sep}`) && !isAbsolute(below)
    })
  }

  private async must(args: readonly string[]): Promise<string> {
    const text = await this.ask(args)
    if (text !== undefined) return text
    throw new GitError('ERR_GIT', 'git refuses to read this repository', { hint: 'run "git status" to see why' })
  }

  private ask(args: readonly string[]): Promise<string | undefined> {
    return askGit(args, this.cwd)
  }
}
