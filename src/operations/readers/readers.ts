import { bareRecipient, type KeyDescription } from '../../config/key-text.ts'
import { KeyError, UsageError } from '../../errors.ts'
import type { KeyType } from '../../format/metadata.ts'
import { displayName, keyName } from '../../keys/key-name.ts'
import type { Keyring } from '../../keys/keyring.ts'
import type { Names } from '../recipients/names-of-keys.ts'

type Groups = readonly (readonly KeyDescription[])[]

/** Who is to read a file, and who no longer. */
export interface ReaderChange {
  readonly add: readonly KeyDescription[]
  readonly remove: readonly KeyDescription[]
  /** 0-based; only this group is changed. Default: added to the first group, removed from all, as in sops. */
  readonly group: number | undefined
}

/** A key that takes the place of others. */
export interface ReaderReplacement {
  readonly old: readonly KeyDescription[]
  readonly by: KeyDescription
}

/** Whether one of the keys that are to be replaced is among the readers. */
export function hasReader(groups: Groups, { old }: ReaderReplacement): boolean {
  const ids = new Set(old.map(idOf))
  return groups.some((keys) => keys.some((key) => ids.has(idOf(key))))
}

/** The same readers with the new key where an old one was; once in each group. */
export function replaceReader(groups: Groups, { old, by }: ReaderReplacement): Groups {
  const ids = new Set(old.map(idOf))
  return groups.map((keys) => {
    const isFirst = (key: KeyDescription) =>
      keys.find((other) => ids.has(idOf(other)) || idOf(other) === idOf(by)) === key
    if (!keys.some((key) => ids.has(idOf(key)))) return keys
    return keys.flatMap((key) => (ids.has(idOf(key)) || idOf(key) === idOf(by) ? (isFirst(key) ? [by] : []) : [key]))
  })
}

/** The readers of a file after a change. */
export interface ChangedReaders {
  readonly groups: readonly (readonly KeyDescription[])[]
  /** Texts for the user. */
  readonly notes: readonly string[]
}

/**
 * Add and remove readers. Who is there already is not added twice; who stands there twice is removed twice.
 *
 * @throws UsageError `ERR_USAGE` for a group that does not exist; KeyError `ERR_NO_RECIPIENT` when a group would be empty
 */
export function changeReaders(groups: Groups, change: ReaderChange, names: Names = new Map()): ChangedReaders {
  const { add, remove, group = 0 } = change
  if (groups[group] === undefined) throw noSuchGroup(groups.length)
  const notes: string[] = []
  const isTouched = (index: number) => change.group === undefined || change.group === index
  const added = groups.map((keys, index) => (index === group ? withKeys(keys, add, notes, names) : keys))
  const gone = new Set(remove.map(idOf))
  const changed = added.map((keys, index) => (isTouched(index) ? keys.filter((key) => !gone.has(idOf(key))) : keys))
  const before = new Set(added.filter((_, index) => isTouched(index)).flatMap((keys) => keys.map(idOf)))
  for (const key of remove) {
    if (!before.has(idOf(key))) notes.push(`${shown(key, names)} could not be removed: it is not among the readers`)
  }
  if (add.length > 0 && groups.length > 1 && change.group === undefined) {
    notes.push(
      `added to the first of ${groups.length} key groups; --group takes another one, 0 to ${groups.length - 1}`,
    )
  }
  const empty = changed.findIndex((keys) => keys.length === 0)
  if (empty >= 0) throw emptied(empty, groups.length)
  return { groups: changed, notes }
}

function withKeys(
  keys: readonly KeyDescription[],
  add: readonly KeyDescription[],
  notes: string[],
  names: Names,
): readonly KeyDescription[] {
  const known = new Set(keys.map(idOf))
  const added = add.filter((key) => {
    if (known.has(idOf(key))) {
      notes.push(`${shown(key, names)} reads it already`)
      return false
    }
    known.add(idOf(key))
    return true
  })
  return [...keys, ...added]
}

/** What tells two readers apart. Of an SSH key the comment behind it does not. */
export function idOf(key: KeyDescription): string {
  return `${key.type} ${key.type === 'age' ? bareRecipient(keyName(key)) : keyName(key)}`
}

/** A reader as it is shown: by its name, if it has one. */
export function shown(key: KeyDescription, names: Names = new Map()): string {
  const name = key.type === 'age' ? names.get(keyName(key)) : undefined
  return displayName(key.type, keyName(key), name)
}

const REMOVE_OPTIONS: Readonly<Record<KeyType, string>> = {
  age: '--rm-age',
  pgp: '--rm-pgp',
  kms: '--rm-kms',
  gcp_kms: '--rm-gcp-kms',
  hckms: '--rm-hckms',
  azure_kv: '--rm-azure-kv',
  hc_vault: '--rm-hc-vault-transit',
}

/**
 * Every key has to wrap what is new: say at once which of them cannot.
 *
 * @throws KeyError `ERR_KEY_UNSUPPORTED` naming them; `ERR_RECIPIENT`
 */
export async function checkUsable(
  groups: readonly (readonly KeyDescription[])[],
  keyring: Keyring,
  namesOf: () => Promise<Names>,
): Promise<void> {
  const unusable = groups.flat().filter((key) => !isUsable(key, keyring))
  const [first] = unusable
  if (first === undefined) return
  const known = await namesOf()
  const names = [...new Set(unusable.map((key) => shown(key, known)))].join(', ')
  throw new KeyError('ERR_KEY_UNSUPPORTED', `keys that cannot be used yet would have to be wrapped for: ${names}`, {
    hint:
      first.type === 'age'
        ? 'ask for an age recipient (age1…) in their place, take them out (of the rule, or of a file with rotate --rm-age), or use sops for this file'
        : `take them out of the rule, or of a file (rotate ${REMOVE_OPTIONS[first.type]}), or use sops for this file`,
  })
}

function isUsable(key: KeyDescription, keyring: Keyring): boolean {
  try {
    keyring.masterKey(key)
    return true
  } catch (error) {
    if (error instanceof KeyError && error.code === 'ERR_KEY_UNSUPPORTED') return false
    throw error
  }
}

function noSuchGroup(count: number): UsageError {
  return new UsageError('ERR_USAGE', `the file has ${count} key ${count === 1 ? 'group' : 'groups'}, not that one`, {
    hint: count === 1 ? 'leave out --group' : `--group counts from 0, the last one is ${count - 1}`,
  })
}

function emptied(index: number, count: number): KeyError {
  const message =
    count === 1 ? 'nobody would be left who could open the file' : `nobody would be left in key group ${index}`
  const hint =
    count === 1 ? 'add somebody in the same command' : 'add somebody to it, or take it out with "groups delete"'
  return new KeyError('ERR_NO_RECIPIENT', message, { hint })
}
