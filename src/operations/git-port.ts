import type { JudgedFile, JudgedTree } from './judge/tree-port.ts'

/** A file that a commit adds or changes. */
export interface ChangedFile extends JudgedFile {
  /** The blob that stood there before; undefined for a new file. */
  readonly before: string | undefined
}

/** A file that a commit adds or changes. */
export interface CommitChange {
  readonly commit: string
  /** A commit, often an earlier one, that says the same about how it is judged. */
  readonly context: string
  /** Of a stash: the commit whose files were beside these. What says how they are judged may stand there. */
  readonly stash?: string
  readonly change: ChangedFile
}

/** What somebody wrote about a commit. */
export interface CommitMessage {
  readonly commit: string
  /** As in {@link CommitChange}. */
  readonly context: string
  readonly text: string
}

/** Some of many commits. */
export interface CommitPart {
  readonly changes: readonly CommitChange[]
  /** Of all of these commits. */
  readonly messages: readonly CommitMessage[]
  /** How many commits came before, how many these are, and how many there are in all. */
  readonly before: number
  readonly count: number
  readonly total: number
}

/** A commit of a history. */
export interface HistoryStep {
  readonly commit: string
  /** Undefined for a first commit. */
  readonly parent: string | undefined
  /** Against the first parent; removed files have ids of zeros. */
  readonly changes: readonly ChangedFile[]
}

/** What `git stash` kept. */
export interface Stash {
  readonly commit: string
  /** The commit with what was new in the work tree; undefined without `--include-untracked`. */
  readonly untracked?: string
  /** What stood in the work tree, in the index, and with `--include-untracked` what was new there. */
  readonly changes: readonly ChangedFile[]
}

/** A repository, asked in batches. */
export interface Repository {
  /** What the index adds to HEAD. @throws GitError `ERR_GIT`, as all of these */
  staged(): Promise<readonly ChangedFile[]>
  /** What the index has and a revision has not. */
  stagedAgainst(revision: string): Promise<readonly ChangedFile[]>
  /** Begin with what {@link staged} and {@link head} answer, and with reading. */
  prepareStaged(): Promise<void>
  /** The commit that is checked out; undefined before the first. */
  head(): Promise<string | undefined>
  /** Full name of the branch that is checked out; undefined where none is. */
  branch(): Promise<string | undefined>
  /** Paths of the files of the index that hold a text, which is no secret. */
  holding(text: string): Promise<readonly string[]>
  /** Which of these texts, which may be secret, stand in a text file of one of some revisions. */
  standingIn(texts: readonly string[], revisions: readonly string[]): Promise<ReadonlySet<string>>
  /** Who made commits, `Ann <ann@example.com>`. */
  authors(commits: readonly string[]): Promise<ReadonlyMap<string, string>>
  /** Paths of what is tracked, and of what is neither tracked nor ignored. */
  workingFiles(): Promise<readonly string[]>
  /** Paths of what is, or may be, not the same in the work tree. @param from - a revision; empty for the index */
  changedInWorkTree(from: string): Promise<readonly string[]>
  /** What was renamed between a revision and another, or the index: old paths by the new ones. */
  renames(from: string, to: string | undefined): Promise<ReadonlyMap<string, string>>
  /** What stands in `to` and not in `from`. */
  between(from: string, to: string): Promise<readonly ChangedFile[]>
  /**
   * What commits add or change, oldest first, in parts: while one is looked at, git works on the next.
   *
   * @param range - as `rev-list` takes it
   * @param isContext - files that are the same in the commits that have the same `context`; none of them by default
   */
  commits(range: readonly string[], isContext?: (path: string) => boolean): AsyncIterable<CommitPart>
  /**
   * What a tag of a tree or of a blob brings; undefined for a commit, and what leads to one.
   *
   * @param name - for the path of a blob, which has none
   * @param range - as for {@link commits}: what its end has already is left out
   */
  filesWithoutCommit(id: string, name: string, range: readonly string[]): Promise<readonly JudgedFile[] | undefined>
  /** The files of every tag that leads to no commit; the path of a blob is the full name of the tag. */
  filesOfTags(): Promise<readonly { readonly tag: string; readonly files: readonly JudgedFile[] }[]>
  /** What was written about an annotated tag; undefined for what is none. @param id - or a name */
  messageOfTag(id: string): Promise<string | undefined>
  /** Full names of all annotated tags. */
  annotatedTags(): Promise<readonly string[]>
  /** Every commit that branches have, parents before children, and what it changes against its first parent. */
  history(branches: readonly string[]): Promise<readonly HistoryStep[]>
  /** Ids of all commits of a branch, oldest first. */
  commitsOf(branch: string): Promise<readonly string[]>
  /** Ids of the commits that changed a file, as HEAD has it, the newest first. @param most - so many at most */
  commitsOfFile(path: string, most: number): Promise<readonly string[]>
  /** What `git stash` kept, the newest first. */
  stashes(): Promise<readonly Stash[]>
  /** One blob; undefined when it is not here. May be asked for while a tree is read. */
  blob(id: string): Promise<Uint8Array | undefined>
  /** A file of the work tree, whose path may be not well-formed; undefined for what is no regular file, or gone. */
  workingFile(path: string): Promise<Uint8Array | undefined>
  /** @param revision - empty for the index */
  files(revision: string): Promise<readonly JudgedFile[]>
  /** @param revision - empty for the index */
  tree(revision: string): JudgedTree
  /** The three sides of a file in conflict, as the index keeps them; nothing when it has none. @param path - from the root */
  sides(path: string): Promise<{ readonly base?: Uint8Array; readonly ours?: Uint8Array; readonly theirs?: Uint8Array }>
  folders(): Promise<{ readonly root: string | undefined; readonly gitFolder: string; readonly common: string }>
  /** A setting; undefined when it is not set. */
  setting(name: string): Promise<string | undefined>
  /** Names of other repositories. */
  remotes(): Promise<readonly string[]>
  /** Full names of all branches, those of remotes too. */
  branches(): Promise<readonly string[]>
  has(revision: string): Promise<boolean>
  /** Which of these lead to a commit that is here; asked all at once. @param ids - full */
  present(ids: readonly string[]): Promise<ReadonlySet<string>>
  /** The id of the commit that a revision names; undefined when there is none. */
  commitId(revision: string): Promise<string | undefined>
  /** The commit that two revisions have in common; undefined when there is none. */
  mergeBase(one: string, other: string): Promise<string | undefined>
  close(): void
}

/** What git calls the sides of a merge in its conflict marks. */
export interface MergeLabels {
  readonly ours: string
  readonly base: string
  readonly theirs: string
}

/** What a driver of git is given: where the file stands in the work tree, and files that hold two of its versions. */
export interface MergedVersions {
  readonly path: string
  readonly base: string
  readonly theirs: string
}

/** The side that a merge takes where both changed the same, and nobody is to be asked (`-X ours`). */
export type Favour = 'ours' | 'theirs'

/** Three files, and how conflicts between them are marked. */
export interface MergeFileRequest {
  /** Where the file stands in the work tree. */
  readonly path: string
  readonly ours: string
  readonly base: string
  readonly theirs: string
  readonly markerSize: number
  /** Undefined: where both changed the same is a conflict. */
  readonly favour?: Favour
  /** Undefined: those that git would write, as far as they can be found out. */
  readonly labels: { readonly ours?: string; readonly base?: string; readonly theirs?: string }
}
