import { dirname, join, resolve } from 'node:path'
import { type BullaError, ConfigError, isBullaError, KeyError } from '../errors.ts'
import { suggest } from '../schema/suggest.ts'
import { checkName, nameProblem } from './names.ts'
import { keysOf, parseRecipientFile, type Recipient, type RecipientKey } from './recipient-file.ts'

export type PlaceKind = 'file' | 'folder' | 'link' | 'other'

/** What finding recipients needs of the file system. Links are never followed. */
export interface RecipientFiles {
  /** What stands at a path itself; undefined when nothing does. */
  kindAt(path: string): Promise<PlaceKind | undefined>
  /** What stands in a folder, in no order. */
  entriesOf(folder: string): Promise<readonly { readonly name: string; readonly kind: PlaceKind }[]>
  /** A plain file; never a link. @throws FileError `ERR_READ`, also when it is longer */
  readPlain(path: string, maxBytes: number): Promise<Uint8Array>
}

/** A recipient and where it stands. */
export interface ListedRecipient extends Recipient {
  /** Absolute. */
  readonly path: string
}

/** All recipients of one folder. */
export interface RecipientFolder {
  /** Absolute. */
  readonly folder: string
  /** By name. */
  readonly recipients: readonly ListedRecipient[]
  /** What is wrong with other files of the folder: their recipients are not known. */
  readonly problems: readonly BullaError[]
}

/** The recipient that has, or had, a public key. */
export interface FoundKey {
  readonly recipient: ListedRecipient
  readonly key: RecipientKey
  /** Whether it is one of the previous keys. */
  readonly isPrevious: boolean
}

/** Below the root of the repository, or next to the policy. */
export const RECIPIENTS_FOLDER = ['.bulla', 'recipients'] as const
const ENDING = '.yaml'
/** As for policies: a chain of folders longer than this is no real one. */
const MAX_LEVELS = 100
const MAX_FILES = 2_000
const MAX_FILE_BYTES = 256 * 1024

/** Without the comment that may stand behind an SSH key. */
function bareKey({ recipient }: RecipientKey): string {
  return recipient.split(' ').slice(0, 2).join(' ')
}

/** Two files with one public key: nobody can tell whose it is. */
export function copied(first: ListedRecipient, second: ListedRecipient): ConfigError {
  return new ConfigError(
    'ERR_RECIPIENT_FILE',
    `the recipients ${first.name} and ${second.name} have the same public key: one is a copy`,
    {
      where: { file: second.path },
      hint: 'remove the file that does not belong there; if a renaming was interrupted, run "bulla recipient rename" again',
    },
  )
}

/** Finds recipients; reads each folder once. */
export class RecipientBook {
  private readonly files: RecipientFiles
  private readonly cwd: string
  /** By the folder where the search starts, and by the folder that was found. */
  private readonly searches = new Map<string, Promise<string | undefined>>()
  private readonly folders = new Map<string, Promise<RecipientFolder>>()
  /** By public key, and the folder where the search starts: asked for each of many files. */
  private readonly found = new Map<string, Promise<FoundKey | undefined>>()

  /** @param cwd - absolute */
  constructor(files: RecipientFiles, cwd: string) {
    this.files = files
    this.cwd = cwd
  }

  /**
   * The folder of recipients that is for a file: the nearest one upwards from it, else from the working directory, but
   * never one above the repository. Where there is no repository, the folder of the policy is the highest.
   *
   * @param file - absolute; undefined for standard input
   * @throws ConfigError `ERR_RECIPIENT_FILE` when a link stands in its place
   */
  async folder(file?: string): Promise<string | undefined> {
    const fromFile = file === undefined ? undefined : await this.search(dirname(file))
    return fromFile ?? (await this.search(this.cwd))
  }

  /** Where a new folder of recipients belongs: the root of the repository, else beside the policy, else here. */
  async newFolder(): Promise<string> {
    const top = (await this.searchedFolders(resolve(this.cwd))).at(-1) ?? this.cwd
    return join(top, ...RECIPIENTS_FOLDER)
  }

  /** All recipients that are for a file; undefined when there is no folder. @throws as {@link folder} */
  async all(file?: string): Promise<RecipientFolder | undefined> {
    const folder = await this.folder(file)
    return folder === undefined ? undefined : this.read(folder)
  }

  /**
   * @throws KeyError `ERR_RECIPIENT_NAME` when it is no name, or there is no such recipient; ConfigError
   *   `ERR_RECIPIENT_FILE` when its file is wrong
   */
  async byName(name: string, file?: string): Promise<ListedRecipient> {
    checkName(name)
    const found = await this.all(file)
    const recipient = found?.recipients.find((one) => one.name === name)
    if (recipient !== undefined) return recipient
    const problem = found?.problems.find(({ where }) => where?.file === join(found.folder, name + ENDING))
    throw problem ?? unknownName(name, found)
  }

  /**
   * The same for whoever acts on the keys of it, earlier ones too: who can write one file could name somebody else's key in it,
   * and have that replaced or removed.
   *
   * @throws as {@link byName}; ConfigError `ERR_RECIPIENT_FILE` when another recipient has one of the keys
   */
  async byNameAlone(name: string, file?: string): Promise<ListedRecipient> {
    const recipient = await this.byName(name, file)
    const own = new Set(keysOf(recipient).map(bareKey))
    const others = ((await this.all(file))?.recipients ?? []).filter((one) => one.name !== name)
    const other = others.find((one) => keysOf(one).some((key) => own.has(bareKey(key))))
    if (other !== undefined) throw copied(other, recipient)
    return recipient
  }

  /**
   * The recipient that has a public key, or had it; undefined when none has.
   *
   * @throws ConfigError `ERR_RECIPIENT_FILE` when several have it: one of them is a copy
   */
  byPublicKey(publicKey: string, file?: string): Promise<FoundKey | undefined> {
    const asked = `${publicKey}\0${file === undefined ? '' : dirname(file)}`
    const known = this.found.get(asked) ?? this.findKey(publicKey, file)
    this.found.set(asked, known)
    return known
  }

  private async findKey(publicKey: string, file: string | undefined): Promise<FoundKey | undefined> {
    const found = await this.all(file)
    const [first, second] = (found?.recipients ?? []).flatMap((recipient): FoundKey[] => {
      const index = keysOf(recipient).findIndex((key) => key.recipient === publicKey)
      const key = keysOf(recipient)[index]
      return key === undefined ? [] : [{ recipient, key, isPrevious: index > 0 }]
    })
    if (first === undefined || second === undefined) return first
    throw copied(first.recipient, second.recipient)
  }

  /** Read everything anew when it is asked for again: a file was written. */
  forget(): void {
    this.searches.clear()
    this.folders.clear()
    this.found.clear()
  }

  private search(start: string): Promise<string | undefined> {
    const from = resolve(start)
    const known = this.searches.get(from)
    if (known !== undefined) return known
    const searching = this.searchUpwards(from)
    this.searches.set(from, searching)
    return searching
  }

  private async searchUpwards(start: string): Promise<string | undefined> {
    for (const folder of await this.searchedFolders(start)) {
      const [outer, inner] = [join(folder, RECIPIENTS_FOLDER[0]), join(folder, ...RECIPIENTS_FOLDER)]
      if ((await this.isFolder(outer)) && (await this.isFolder(inner))) return inner
    }
    return undefined
  }

  /** From `start` up to the root of the repository, or to the policy where there is no repository. */
  private async searchedFolders(start: string): Promise<string[]> {
    const chain: string[] = []
    let policy: number | undefined
    for (let folder = start; chain.length < MAX_LEVELS; folder = dirname(folder)) {
      chain.push(folder)
      if ((await this.files.kindAt(join(folder, '.git'))) !== undefined) return chain
      if (policy === undefined && (await this.files.kindAt(join(folder, '.sops.yaml'))) !== undefined)
        policy = chain.length
      if (dirname(folder) === folder) break
    }
    return chain.slice(0, policy ?? 1)
  }

  /** A link could lead to a folder of somebody else, in which a name means another key. */
  private async isFolder(path: string): Promise<boolean> {
    const kind = await this.files.kindAt(path)
    if (kind === undefined || kind === 'folder') return kind === 'folder'
    throw notPlain('the place of the recipients is no plain folder', path)
  }

  private read(folder: string): Promise<RecipientFolder> {
    const known = this.folders.get(folder)
    if (known !== undefined) return known
    const reading = this.readFolder(folder)
    this.folders.set(folder, reading)
    return reading
  }

  private async readFolder(folder: string): Promise<RecipientFolder> {
    const entries = (await this.files.entriesOf(folder)).filter(({ name }) => isMeant(name))
    if (entries.length > MAX_FILES) {
      throw new ConfigError('ERR_RECIPIENT_FILE', `there are more than ${MAX_FILES} recipients`, {
        where: { file: folder },
        hint: 'remove those that nothing is sealed for',
      })
    }
    const recipients: ListedRecipient[] = []
    const problems: BullaError[] = []
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      try {
        recipients.push(await this.readRecipient(join(folder, entry.name), entry))
      } catch (error) {
        if (!isBullaError(error)) throw error
        problems.push(error)
      }
    }
    return { folder, recipients, problems }
  }

  private async readRecipient(
    path: string,
    { name: fileName, kind }: { readonly name: string; readonly kind: PlaceKind },
  ): Promise<ListedRecipient> {
    if (kind !== 'file') throw notPlain('the file of a recipient is no plain file', path)
    const name = fileName.slice(0, -ENDING.length)
    // in other letters it would be the file of another recipient on systems that do not tell them apart
    const problem = fileName.endsWith(ENDING) ? nameProblem(name) : `it does not end in ${ENDING}`
    if (problem !== undefined) {
      throw new KeyError('ERR_RECIPIENT_NAME', `the name of this file is not that of a recipient: ${problem}`, {
        where: { file: path },
        hint: 'give it a name such as prod-deploy.yaml, or remove it',
      })
    }
    return { ...parseRecipientFile(await this.files.readPlain(path, MAX_FILE_BYTES), name, path), path }
  }
}

/** Read-me files and those of other programs may stand beside recipients. */
function isMeant(name: string): boolean {
  return /\.ya?ml$/i.test(name)
}

function unknownName(name: string, found: RecipientFolder | undefined): KeyError {
  const names = (found?.recipients ?? []).map((recipient) => recipient.name)
  const meant = suggest(name, names)
  const hint =
    found === undefined
      ? 'there are no recipients here yet; make one with "bulla recipient create" or "bulla recipient add"'
      : meant === undefined
        ? 'see "bulla recipient list"'
        : `did you mean ${meant}?`
  return new KeyError('ERR_RECIPIENT_NAME', `there is no recipient named ${name}`, {
    ...(found === undefined ? {} : { where: { file: found.folder } }),
    hint,
  })
}

function notPlain(message: string, path: string): ConfigError {
  return new ConfigError('ERR_RECIPIENT_FILE', message, {
    where: { file: path },
    hint: 'links are not followed here: they could lead to the recipients of somebody else; check where it came from',
  })
}
