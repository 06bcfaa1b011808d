import { createHash } from 'node:crypto'
import { dirname, join, relative, resolve } from 'node:path'
import { GitError } from '../../errors.ts'
import { encodeText } from '../../format/text.ts'
import type { World } from '../ports.ts'
import { addedText } from './added-text.ts'
import type { Step } from './step.ts'

/** What `init` did, in git's own folder, so that it can be undone. */
interface Journal {
  readonly version: 1
  readonly entries: readonly Entry[]
}

export interface FileEntry {
  readonly kind: 'file'
  /** From the folder of the journal: a repository may be moved. */
  readonly path: string
  /** The whole file, base64; null when there was none. */
  readonly before: string | null
  /** SHA-256 of what was written. */
  readonly after: string
  /** What was added to it; null when it was more than one piece. */
  readonly added: string | null
  /** Where the file that was there is kept; null when none was. */
  readonly keptAt: string | null
  readonly isHandedOver: boolean
}

interface SettingEntry {
  readonly kind: 'setting'
  readonly name: string
  readonly before: string | null
  readonly after: string
}

/** A folder that was made for a file. */
interface FolderEntry {
  readonly kind: 'folder'
  /** As of files. */
  readonly path: string
}

export type Entry = FileEntry | SettingEntry | FolderEntry

/** @param common - git's folder, that all worktrees share; absolute */
export function journalPath(common: string): string {
  return join(common, 'bulla-init.json')
}

/** What was done so far, oldest first; undefined where nothing was. @throws GitError `ERR_GIT` for what is no journal */
export async function readJournal(
  path: string,
  { files }: Pick<World, 'files'>,
): Promise<readonly Entry[] | undefined> {
  const bytes = await files.read(path)
  if (bytes === undefined) return undefined
  try {
    const journal: Journal = JSON.parse(Buffer.from(bytes).toString('utf8'))
    if (journal.version === 1 && Array.isArray(journal.entries)) return journal.entries
  } catch {
    // told below
  }
  throw new GitError('ERR_GIT', 'what "bulla init" wrote down about itself cannot be read', {
    where: { file: path },
    hint: 'remove that file; what init did has then to be undone by hand (docs/git.md says what that is)',
  })
}

/** Write down what is about to be done, before it is: what is undone may be undone twice. */
export async function writeJournal(
  path: string,
  entries: readonly Entry[],
  { files }: Pick<World, 'files'>,
): Promise<void> {
  const journal: Journal = { version: 1, entries }
  await files.write({ path, bytes: encodeText(`${JSON.stringify(journal, undefined, 1)}\n`), mode: 0o600 })
}

/** @param folders - that have to be made, absolute, outer ones first @param journal - its path */
export function entriesOf(steps: readonly Step[], folders: readonly string[], journal: string): Entry[] {
  const below = (path: string) => relative(dirname(journal), path)
  const made = folders.map((path): Entry => ({ kind: 'folder', path: below(path) }))
  const done = steps.flatMap((step): Entry[] => {
    if (step.kind === 'identity') return []
    if (step.kind === 'setting') {
      return [{ kind: 'setting', name: step.name, before: step.before ?? null, after: step.after }]
    }
    const { path, before, after, keepAt, isHandedOver = false } = step
    const kept = keepAt === undefined ? null : below(keepAt)
    const base = { kind: 'file', path: below(path), after: hashOf(after), keptAt: kept, isHandedOver } as const
    if (kept !== null) return [{ ...base, before: null, added: null }]
    const text = before === undefined ? null : Buffer.from(before.bytes).toString('base64')
    return [{ ...base, before: text, added: addedText(before?.bytes ?? new Uint8Array(), after) }]
  })
  // what is undone goes backwards: a folder after what is in it
  return [...made, ...done]
}

/** @param path - of a journal's entry @param journal - its path */
export function placeOf(path: string, journal: string): string {
  return resolve(dirname(journal), path)
}

export function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
