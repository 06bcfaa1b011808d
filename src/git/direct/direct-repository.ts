import { existsSync, statSync } from 'node:fs'
import { isAbsolute, resolve } from 'node:path'
import type { FileChange } from '../changes.ts'
import type { GitPlace } from '../run-git.ts'
import { changesBetweenTrees } from './between.ts'
import { bytesOf, textOf } from './files.ts'
import { hashBytesOf } from './format.ts'
import { IndexFile } from './index-file.ts'
import { ObjectFolder } from './objects.ts'
import { stagedAgainst } from './staged.ts'
import { sure } from './unsure.ts'

/** With one of these, git looks elsewhere, or at something else. */
const UNUSUAL = [
  ...['GIT_WORK_TREE', 'GIT_COMMON_DIR', 'GIT_OBJECT_DIRECTORY', 'GIT_ALTERNATE_OBJECT_DIRECTORIES', 'GIT_NAMESPACE'],
  ...['GIT_GRAFT_FILE', 'GIT_SHALLOW_FILE', 'GIT_REFERENCE_BACKEND', 'GIT_REF_STORAGE', 'GIT_DEFAULT_REF_FORMAT'],
]
const BRANCH = /^ref: (refs\/heads\/(?!.*(?:\/\.|\.\.))[\w./-]+)\n$/

/**
 * What a commit is judged by, read from git's own files: to start git, and what Node needs to talk with it, takes as long as
 * all the rest of a hook. What is not as usual is git's to say: then all of these throw, and the caller asks it.
 */
export class DirectRepository {
  /** The commit that is checked out. */
  readonly head: string
  private readonly index: IndexFile
  private readonly objects: ObjectFolder
  private readonly hashBytes: number

  /**
   * @param most - longer objects are not read
   * @throws Unsure, and errors of the system
   */
  constructor({ cwd }: GitPlace, variables: Readonly<Record<string, string | undefined>>, most: number) {
    sure(UNUSUAL.every((name) => variables[name] === undefined))
    const own = ownFolder(cwd, variables['GIT_DIR'])
    const common = resolve(own, pathIn(`${own}/commondir`) ?? '.')
    this.hashBytes = hashBytesOf(textOf(`${common}/config`))
    sure(textOf(`${common}/objects/info/alternates`) === undefined)
    this.head = headOf(own, common, this.hashBytes)
    const indexPath = variables['GIT_INDEX_FILE'] ?? `${own}/index`
    // git takes it from the root of the work tree
    sure(isAbsolute(indexPath) || existsSync(`${cwd}/.git`))
    this.index = new IndexFile(mustRead(resolve(cwd, indexPath)), this.hashBytes)
    this.objects = new ObjectFolder(`${common}/objects`, this.hashBytes, most)
  }

  /** What the index adds to HEAD. @throws Unsure */
  staged(): FileChange[] {
    return stagedAgainst(this.treeOf(this.head), this.index, this.objects)
  }

  /** What stands in a commit and not in another. @param from - ids @throws Unsure */
  between(from: string, to: string): FileChange[] {
    return [...changesBetweenTrees(this.treeOf(from), this.treeOf(to), this.objects)]
  }

  /** Files of the index, by path, as far as they are there. @throws Unsure */
  files(paths: readonly string[]): Map<string, Buffer> {
    const found = new Map<string, Buffer>()
    for (const path of paths) {
      const entry = this.index.file(path)
      if (entry !== undefined) found.set(path, this.objects.must(entry.id, 'blob'))
    }
    return found
  }

  /** Undefined when it is not among the objects of this repository. @throws Unsure */
  blob(id: string): Buffer | undefined {
    const found = this.objects.read(id)
    return found?.kind === 'blob' ? found.bytes : undefined
  }

  close(): void {
    this.objects.close()
  }

  private treeOf(commit: string): string {
    sure(isId(`${commit}\n`, this.hashBytes))
    const bytes = this.objects.must(commit, 'commit')
    const tree = /^tree ([0-9a-f]+)\n/.exec(bytes.toString('latin1', 0, 80))?.[1]
    sure(tree?.length === commit.length)
    return tree
  }
}

/** The folder of git for this work tree. @throws Unsure */
function ownFolder(cwd: string, named: string | undefined): string {
  const path = resolve(cwd, named ?? '.git')
  const { uid } = statSync(path)
  // git trusts no others; and a file says where the folder is
  sure(process.getuid === undefined || process.getuid() === uid)
  const target = statSync(path).isDirectory() ? undefined : /^gitdir: (.+)$/s.exec(pathIn(path) ?? '')?.[1]
  return target === undefined ? path : resolve(path, '..', Buffer.from(target, 'latin1').toString('utf8'))
}

/** The commit of a branch that is checked out, or of none. @throws Unsure: also where there is no commit yet */
function headOf(own: string, common: string, hashBytes: number): string {
  const head = textOf(`${own}/HEAD`) ?? ''
  if (isId(head, hashBytes)) return head.trim()
  const branch = BRANCH.exec(head)?.[1]
  sure(branch !== undefined)
  const found = textOf(`${common}/${branch}`) ?? packedId(branch, common)
  sure(isId(found, hashBytes))
  return found.trim()
}

/** Whether a line is an id, as git writes it. */
function isId(line: string, hashBytes: number): boolean {
  return line.length === 2 * hashBytes + 1 && /^[0-9a-f]+\n$/.test(line)
}

/** As a file of its own would hold it; nothing when it is not there. */
function packedId(branch: string, common: string): string {
  const lines = textOf(`${common}/packed-refs`)?.split('\n') ?? []
  return `${lines.find((line) => line.endsWith(` ${branch}`))?.split(' ', 1)[0]}\n`
}

/** A file that holds a path, in which line breaks may stand too. */
function pathIn(path: string): string | undefined {
  return textOf(path)?.replace(/[\r\n]+$/, '')
}

function mustRead(path: string): Buffer {
  const bytes = bytesOf(path)
  sure(bytes !== undefined)
  return bytes
}
