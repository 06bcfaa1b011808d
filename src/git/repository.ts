import { authorsOf } from './authors.ts'
import { BlobReader } from './blobs.ts'
import {
  changedInWorkTree,
  changesBetween,
  commitsOf,
  commitsOfFile,
  type FileChange,
  filesOfIndex,
  filesOfTree,
  type HistoryStep,
  historyOf,
  renames,
  type Stash,
  stagedAgainst,
  stagedChanges,
  stashesOf,
  type TreeFile,
  workingFiles,
} from './changes.ts'
import { type CommitPart, changesOfCommits } from './commits.ts'
import type { DirectRepository } from './direct/direct-repository.ts'
import { annotatedTags, filesOfTags, filesWithoutCommit, messageOfTag } from './files-without-commit.ts'
import { askFolders, type Folders, mustAsk } from './folders-of.ts'
import { filesHolding, standingIn } from './grep.ts'
import { PartialClone } from './partial-clone.ts'
import { workingFile } from './paths.ts'
import { askGit, type GitPlace, runGit } from './run-git.ts'

/** So much of what is staged is kept in memory, for copies of sealed values to be looked for before it is judged. */
const KEPT_BYTES = 8 * 1024 * 1024
/** Nothing longer is held in memory to be judged or searched. */
const LARGEST_BYTES = 64 * 1024 * 1024
/** What the index is called where a revision is expected. */
const INDEX = ''

/** One repository, asked in batches. {@link close} ends the process that reads its objects. */
export class GitRepository {
  private readonly place: GitPlace
  private readonly blobs: BlobReader
  /** For single blobs: the other one may be in the middle of a tree. */
  private readonly others: BlobReader
  private readonly partial: PartialClone
  private headCommit: Promise<string | undefined> | undefined
  private stagedFiles: Promise<FileChange[]> | undefined

  private direct: DirectRepository | undefined
  private asked: Promise<Folders> | undefined
  /** By id; undefined when nothing is read twice. */
  private kept: Map<string, Uint8Array> | undefined
  private keptBytes = 0

  constructor(place: GitPlace) {
    this.place = place
    this.blobs = new BlobReader(place)
    this.others = new BlobReader(place)
    this.partial = new PartialClone(place)
  }

  /** The commit that is checked out; undefined before the first. Asked for once. */
  head(): Promise<string | undefined> {
    this.headCommit ??= (this.blobs.isBusy ? this.others : this.blobs).commit('HEAD')
    return this.headCommit
  }

  /** Full name of the branch that is checked out; undefined where none is. */
  branch(): Promise<string | undefined> {
    return askGit(['symbolic-ref', '--quiet', 'HEAD'], this.place)
  }

  /** Asked for once. */
  staged(): Promise<FileChange[]> {
    this.stagedFiles ??= stagedChanges(this.place)
    return this.stagedFiles
  }

  stagedAgainst(revision: string): Promise<FileChange[]> {
    return stagedAgainst(revision, this.place)
  }

  /** Read what every commit is judged by, or let git begin with it before anybody waits. */
  async prepareStaged(): Promise<void> {
    this.kept = new Map()
    const { DirectRepository } = await import('./direct/direct-repository.ts')
    try {
      this.direct = new DirectRepository(this.place, process.env, LARGEST_BYTES)
      this.stagedFiles = Promise.resolve(this.direct.staged())
      this.headCommit = Promise.resolve(this.direct.head)
    } catch {
      this.direct = undefined
      this.blobs.start()
      for (const answer of [this.staged(), this.head()]) answer.catch(() => undefined) // told to who asks
    }
  }

  /** What git's own files say; undefined where git has to be asked. */
  private directly<T>(ask: (direct: DirectRepository) => T): T | undefined {
    try {
      return this.direct && ask(this.direct)
    } catch {
      return undefined
    }
  }

  /** Paths of the files of the index that hold `text`, which must be no secret: it is an argument. @throws GitError */
  holding(text: string): Promise<string[]> {
    return filesHolding(text, this.place)
  }

  /** Which of these stand in a text file of one of some revisions. None of the texts becomes an argument. */
  standingIn(texts: readonly string[], revisions: readonly string[]): Promise<ReadonlySet<string>> {
    return standingIn(texts, revisions, this.place)
  }

  async between(from: string, to: string): Promise<FileChange[]> {
    return this.directly((direct) => direct.between(from, to)) ?? changesBetween(from, to, this.place)
  }

  commits(range: readonly string[], isContext: (path: string) => boolean = () => false): AsyncIterable<CommitPart> {
    return changesOfCommits(range, isContext, this.place)
  }

  /** See `Repository` in `operations/git-port.ts`. */
  filesWithoutCommit(id: string, name: string, range: readonly string[]): Promise<TreeFile[] | undefined> {
    return filesWithoutCommit({ id, name, range }, this.others, this.place)
  }

  filesOfTags(): Promise<{ tag: string; files: TreeFile[] }[]> {
    return filesOfTags(this.others, this.place)
  }

  messageOfTag(id: string): Promise<string | undefined> {
    return messageOfTag(id, this.others)
  }

  annotatedTags(): Promise<string[]> {
    return annotatedTags(this.place)
  }

  history(branches: readonly string[]): Promise<HistoryStep[]> {
    return historyOf(branches, this.place)
  }

  stashes(): Promise<Stash[]> {
    return stashesOf(this.place)
  }

  commitsOf(branch: string): Promise<string[]> {
    return commitsOf(branch, this.place)
  }

  commitsOfFile(path: string, most: number): Promise<string[]> {
    return commitsOfFile(path, most, this.place)
  }

  authors(commits: readonly string[]): Promise<ReadonlyMap<string, string>> {
    return authorsOf(commits, this.place)
  }

  changedInWorkTree(from: string): Promise<string[]> {
    return changedInWorkTree(from, this.place)
  }

  renames(from: string, to: string | undefined): Promise<ReadonlyMap<string, string>> {
    return renames(from, to, this.place)
  }

  workingFiles(): Promise<string[]> {
    return workingFiles(this.place)
  }

  /** A file of the work tree, whose name may be no UTF-8; undefined for what is no regular file, or gone. @throws GitError, and errors of the system */
  async workingFile(path: string): Promise<Uint8Array | undefined> {
    const { root } = await this.folders()
    return root === undefined ? undefined : workingFile(root, path)
  }

  async blob(id: string): Promise<Uint8Array | undefined> {
    const found = this.directly((direct) => direct.blob(id))
    if (found !== undefined) return found
    for await (const { bytes } of this.others.read([id], LARGEST_BYTES)) return bytes
    return undefined
  }

  /** @param revision - empty for the index */
  files(revision: string): Promise<TreeFile[]> {
    return revision === INDEX ? filesOfIndex(this.place) : filesOfTree(revision, this.place)
  }

  /** The index, or a commit, as the judge reads it. @param revision - empty for the index */
  tree(revision: string) {
    const { blobs, others, partial, place, kept } = this
    const keep = (id: string, bytes: Uint8Array | undefined) => this.keep(id, bytes)
    const direct = <T>(ask: (repository: DirectRepository) => T) =>
      revision === INDEX ? this.directly(ask) : undefined
    const prefix = revision === INDEX ? ':0:' : `${revision}:`
    return {
      async read(paths: readonly string[]): Promise<ReadonlyMap<string, Uint8Array>> {
        const known = direct((repository) => repository.files(paths))
        if (known !== undefined) return known
        const found = new Map<string, Uint8Array>()
        let index = 0
        // contents may be on their way
        const reader = blobs.isBusy ? others : blobs
        for await (const { bytes } of reader.read(paths.map((path) => `${prefix}${path}`))) {
          if (bytes !== undefined) found.set(paths[index] ?? '', bytes)
          index += 1
        }
        const missing = paths.filter((path) => !found.has(path))
        await partial.mustBeAbsent(missing, revision)
        return found
      },
      async filesIn(folders: readonly string[]): Promise<ReadonlyMap<string, Uint8Array>> {
        const files =
          revision === INDEX ? await filesOfIndex(place, folders) : await filesOfTree(revision, place, folders)
        const plain = files.filter(({ mode }) => mode.startsWith('100'))
        const found = new Map<string, Uint8Array>()
        let index = 0
        for await (const { bytes } of others.read(plain.map(({ id }) => id))) {
          if (bytes !== undefined) found.set(plain[index]?.path ?? '', bytes)
          index += 1
        }
        return found
      },
      async *contents<File extends { readonly id: string }>(files: readonly File[]) {
        const unknown: File[] = []
        for (const file of files) {
          const bytes = kept?.get(file.id) ?? direct((repository) => repository.blob(file.id))
          keep(file.id, bytes)
          if (bytes === undefined) unknown.push(file)
          else yield { file, bytes }
        }
        let index = 0
        const ids = unknown.map(({ id }) => id)
        for await (const { id, bytes, beginning } of blobs.read(ids, LARGEST_BYTES)) {
          const file = unknown[index]
          index += 1
          keep(id, bytes)
          if (file !== undefined) yield { file, bytes, beginning }
        }
      },
    }
  }

  /** The three sides of a file in conflict, as the index keeps them; nothing when it has none. @param path - from the root */
  async sides(path: string): Promise<{ base?: Uint8Array; ours?: Uint8Array; theirs?: Uint8Array }> {
    const names = ['base', 'ours', 'theirs'] as const
    const found: { base?: Uint8Array; ours?: Uint8Array; theirs?: Uint8Array } = {}
    let index = 0
    for await (const { bytes } of this.blobs.read(names.map((_, side) => `:${side + 1}:${path}`))) {
      const name = names[index]
      index += 1
      if (name !== undefined && bytes !== undefined) found[name] = bytes
    }
    return found
  }

  /** The root of the work tree, undefined in a bare repository, and git's own folder; absolute. @throws GitError `ERR_GIT` */
  folders(): Promise<Folders> {
    this.asked ??= askFolders(this.place)
    return this.asked
  }

  private keep(id: string, bytes: Uint8Array | undefined): void {
    if (
      this.kept === undefined ||
      bytes === undefined ||
      this.kept.has(id) ||
      this.keptBytes + bytes.length > KEPT_BYTES
    )
      return
    this.kept.set(id, bytes)
    this.keptBytes += bytes.length
  }

  /** A setting; undefined when it is not set. */
  async setting(name: string): Promise<string | undefined> {
    const output = await runGit(['config', '--get', name], this.place, '')
    return 'stdout' in output ? output.stdout.toString('utf8').replace(/\n$/, '') : undefined
  }

  /** Names of other repositories. @throws GitError `ERR_GIT` */
  remotes(): Promise<string[]> {
    return this.lines(['remote'])
  }

  /** Full names of all branches, those of remotes too. @throws GitError `ERR_GIT` */
  async branches(): Promise<string[]> {
    const names = await this.lines(['for-each-ref', '--format=%(refname)', 'refs/heads', 'refs/remotes'])
    return names.filter((name) => name !== '' && !name.endsWith('/HEAD'))
  }

  /** Whether `revision` names a commit here. */
  async has(revision: string): Promise<boolean> {
    return (await this.commitId(revision)) !== undefined
  }

  present(ids: readonly string[]): Promise<ReadonlySet<string>> {
    return this.others.commits(ids)
  }

  /** The id of the commit that a revision names; undefined when there is none. */
  async commitId(revision: string): Promise<string | undefined> {
    const args = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`]
    const output = await runGit(args, this.place, '')
    return 'stdout' in output ? output.stdout.toString('latin1').trim() : undefined
  }

  /** The commit that two revisions have in common; one of them when there are several. */
  async mergeBase(one: string, other: string): Promise<string | undefined> {
    const ids = [await this.commitId(one), await this.commitId(other)]
    if (ids.includes(undefined)) return undefined
    const output = await runGit(['merge-base', ...ids.map(String)], this.place, '')
    return 'stdout' in output ? output.stdout.toString('latin1').trim() : undefined
  }

  close(): void {
    this.blobs.close()
    this.others.close()
    this.direct?.close()
    this.direct = undefined
  }

  private async lines(args: readonly string[]): Promise<string[]> {
    return (await mustAsk(args, this.place)).trimEnd().split('\n')
  }
}
