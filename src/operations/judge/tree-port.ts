import type { Detector } from '../../scan/page.ts'
import type { Scope, WeighedFinding } from './findings/exceptions.ts'

/** A file to be judged: as git stores it. */
export interface JudgedFile {
  /** From the root of the repository, with slashes. */
  readonly path: string
  readonly mode: string
  readonly id: string
  /** The blob that stood there before, where that is known. */
  readonly before?: string | undefined
  /** Whether it is what one side has of a file that git has in conflict. */
  readonly isUnmerged?: true
}

/** A file, and what git has of it. */
export interface Content<File> {
  readonly file: File
  /** Undefined: it is not in this repository, or longer than 64 MiB. */
  readonly bytes: Uint8Array | undefined
  /** The first bytes of one that is too long. */
  readonly beginning?: Uint8Array | undefined
}

/** What the judge asks of a tree: the index, or a commit. Contents are read once, in batches. */
export interface JudgedTree {
  /** Contents by path, for those that are there. */
  read(paths: readonly string[]): Promise<ReadonlyMap<string, Uint8Array>>
  /** Contents by path of all files in folders, which end in a slash. May be asked for while {@link contents} are read. */
  filesIn(folders: readonly string[]): Promise<ReadonlyMap<string, Uint8Array>>
  /** The contents of files, in any order. */
  contents<File extends JudgedFile>(files: readonly File[]): AsyncIterable<Content<File>>
}

/** Looks for secrets in texts that the policy does not speak about. */
export interface TextScanner {
  /** Whether it tells all that stands in a file, or what a change brings to it. */
  readonly scope: Exclude<Scope, 'history'>
  /** Another one for each that may find something else in the same text; undefined where that depends on more. */
  id?(): string
  /** Whether a text may hold copies of sealed values: of what {@link find} tells, all that {@link id} stands for. */
  hasCopies?(text: string): boolean
  /** @param rules - of the repository */
  find(file: JudgedFile, text: string, rules: readonly Detector[]): Promise<readonly WeighedFinding[]>
}
