import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { repositoryOf } from './repository-of.ts'

/** Where git keeps what belongs to a repository. Absolute. */
export interface GitFolders {
  /** Of the work tree. */
  readonly root: string
  /** The folder of this work tree. */
  readonly own: string
  /** The folder that all work trees of the repository share. */
  readonly common: string
}

/** The repository that a file lies in, without asking git; undefined when there is none. @param path - absolute */
export function gitFolders(path: string): GitFolders | undefined {
  const root = repositoryOf(path)
  if (root === undefined) return undefined
  const own = gitFolderOf(join(root, '.git'))
  if (own === undefined) return undefined
  const shared = pathIn(join(own, 'commondir'))
  const common = shared === undefined ? own : resolve(own, shared)
  return existsSync(join(common, 'objects')) ? { root, own, common } : undefined
}

/** How the repository names its objects. */
export function objectHash(common: string): 'sha1' | 'sha256' {
  const settings = contentOf(join(common, 'config')) ?? ''
  return /^\s*objectformat\s*=\s*"?sha256/im.test(settings) ? 'sha256' : 'sha1'
}

/** Of a linked work tree, and of a submodule, `.git` is a file that says where it is. A link is the user's own: no clone brings one. */
function gitFolderOf(path: string): string | undefined {
  if (statSync(path).isDirectory()) return realpathSync(path)
  const target = /^gitdir: (.+)$/s.exec(pathIn(path) ?? '')?.[1]
  return target === undefined ? undefined : resolve(path, '..', target)
}

/** A file that holds a path, in which line breaks may stand too. */
function pathIn(path: string): string | undefined {
  return contentOf(path)?.replace(/[\r\n]+$/, '')
}

function contentOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
