import { decodeText, encodeText } from '../../format/text.ts'
import type { FileVersion, World } from '../ports.ts'
import { withoutAdded } from './added-text.ts'
import { type Entry, type FileEntry, hashOf, placeOf, readJournal } from './journal.ts'
import type { GitSetup } from './setup-port.ts'

/** One thing that is taken back. */
export interface Undoing {
  /** A path, absolute, or the name of a setting. */
  readonly what: string
  /** `folder`: one that was made, unless something else is in it by then. */
  readonly kind: 'file' | 'setting' | 'folder'
  readonly does: 'restore' | 'remove' | 'cut'
  readonly run: () => Promise<void>
}

export interface UndoPlan {
  readonly undoings: readonly Undoing[]
  /** What was changed since and is left; texts for the user. */
  readonly left: readonly string[]
}

/** Where things are taken back. */
export interface UndoPlace {
  readonly git: GitSetup
  readonly world: World
  /** What a file is in the commit that is checked out. @param path - absolute */
  readonly committed: (path: string) => Promise<Uint8Array | undefined>
}

/**
 * What has to be done to take back what `init` did here; undefined when it did nothing. What was committed since is not
 * ours any more: others may have it.
 *
 * @throws GitError `ERR_GIT`
 */
export async function planUndo(journal: string, place: UndoPlace): Promise<UndoPlan | undefined> {
  const { world } = place
  const entries = await readJournal(journal, world)
  if (entries === undefined) return undefined
  const undoings: Undoing[] = []
  const left: string[] = []
  for (const entry of firstAndLast(entries)) {
    const found = await undoOne(entry, journal, place)
    if (typeof found === 'string') left.push(found)
    else if (found !== undefined) undoings.push(found)
  }
  return { undoings, left }
}

function undoOne(entry: Entry, journal: string, place: UndoPlace): Promise<Undoing | string | undefined> {
  switch (entry.kind) {
    case 'setting':
      return undoSetting(entry, place.git)
    case 'file':
      return undoFile(entry, journal, place)
    case 'folder':
      return undoFolder(placeOf(entry.path, journal), place)
  }
}

async function undoFolder(path: string, { git, world: { files } }: UndoPlace): Promise<Undoing | undefined> {
  if ((await files.kind(path)) !== 'folder') return undefined
  return { what: path, kind: 'folder', does: 'remove', run: () => git.removeIfEmpty(path) }
}

/** Forget what was done. */
export async function forget(journal: string, { files }: Pick<World, 'files'>): Promise<void> {
  await files.remove(await files.open(journal))
}

/** Of what was changed several times: from before the first to after the last; the last things first. */
function firstAndLast(entries: readonly Entry[]): Entry[] {
  const joined = new Map<string, Entry>()
  for (const entry of entries) {
    const key = entry.kind === 'setting' ? `setting ${entry.name}` : `${entry.kind} ${entry.path}`
    const first = joined.get(key)
    joined.delete(key)
    joined.set(key, first === undefined ? entry : join(first, entry))
  }
  return [...joined.values()].reverse()
}

function join(first: Entry, last: Entry): Entry {
  if (first.kind === 'setting' && last.kind === 'setting') return { ...last, before: first.before }
  if (first.kind !== 'file' || last.kind !== 'file') return last
  // pieces of both times cannot be told apart any more
  return { ...last, before: first.before, keptAt: last.keptAt ?? first.keptAt, added: null }
}

async function undoSetting(
  { name, before, after }: Extract<Entry, { kind: 'setting' }>,
  git: GitSetup,
): Promise<Undoing | string | undefined> {
  const now = await git.localSetting(name)
  if (now === (before ?? undefined)) return undefined
  if (now !== after) return `the setting ${name} was changed since`
  const run = () => git.changeSetting(name, before ?? undefined)
  return { what: name, kind: 'setting', does: before === null ? 'remove' : 'restore', run }
}

async function undoFile(
  entry: FileEntry,
  journal: string,
  { git, world: { files }, committed }: UndoPlace,
): Promise<Undoing | string | undefined> {
  const path = placeOf(entry.path, journal)
  if (isOurs(entry, await committed(path))) return `${path} was committed since: a commit takes it back`
  const now = (await files.kind(path)) === 'file' ? await files.open(path) : undefined
  const before = entry.before === null ? undefined : Buffer.from(entry.before, 'base64')
  const kept = entry.keptAt === null ? undefined : placeOf(entry.keptAt, journal)
  // a link to what another branch has, for instance
  const isKept = kept !== undefined && ((await files.kind(kept)) === 'file' || (await git.leadsNowhere(kept)))
  const base = { what: path, kind: 'file' } as const
  if (now !== undefined && hashOf(now.bytes) !== entry.after) {
    if (before?.equals(now.bytes)) return undefined
    return cut(entry, now, files)
  }
  if (isKept) {
    const run = async () => {
      if (now !== undefined) await files.remove(now)
      await git.move(kept, path)
    }
    return { ...base, does: 'restore', run }
  }
  if (now === undefined) return undefined
  if (before === undefined) return { ...base, does: 'remove', run: () => files.remove(now) }
  return { ...base, does: 'restore', run: () => files.write({ path, bytes: before, expected: now }) }
}

/** Whether what `init` wrote stands in a file. */
function isOurs({ before, after, added, keptAt }: FileEntry, bytes: Uint8Array | undefined): boolean {
  if (bytes === undefined) return false
  if ((before === null && keptAt === null) || hashOf(bytes) === after) return true
  return added !== null && Buffer.from(bytes).includes(added)
}

/** Somebody changed the file since: only what was added goes. */
function cut({ isHandedOver, added }: FileEntry, now: FileVersion, files: World['files']): Undoing | string {
  const text = added === null || isHandedOver ? undefined : withoutAdded(decodeText(now.bytes), added)
  if (text === undefined) return `${now.path} was changed since`
  const run = () => files.write({ path: now.path, bytes: encodeText(text), expected: now })
  return { what: now.path, kind: 'file', does: 'cut', run }
}
