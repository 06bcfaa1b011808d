import { join } from 'node:path'
import { KeyError } from '../../errors.ts'
import { decodeText, encodeText } from '../../format/text.ts'
import type { WrappedIdentity, Wrapping } from '../../keys/wrapped/wrapping.ts'
import { changeRecipient } from '../../recipients/change-file.ts'
import type { ListedRecipient, RecipientBook } from '../../recipients/directory.ts'
import { formatRecipient } from '../../recipients/format-file.ts'
import { checkName } from '../../recipients/names.ts'
import { keysOf, parseRecipientFile, type Recipient } from '../../recipients/recipient-file.ts'
import type { FileVersion, World } from '../ports.ts'

type Store = Pick<World, 'files' | 'recipients'>

/** A recipient and the file it was read from. */
export interface StoredRecipient {
  readonly recipient: ListedRecipient
  readonly version: FileVersion
}

/**
 * Where the file of a new recipient will stand. Made before anybody is asked for anything.
 *
 * @throws KeyError `ERR_RECIPIENT_NAME` when it cannot be a name, or is taken
 */
export async function newRecipientPath(name: string, { recipients }: Store): Promise<string> {
  checkName(name)
  const book = await recipients()
  const found = await book.all()
  const path = join(found?.folder ?? (await book.newFolder()), `${name}.yaml`)
  const isTaken =
    found?.recipients.some((one) => one.name === name) === true ||
    // a file that cannot be read, or the same name in other letters
    found?.problems.some(({ where }) => where?.file?.toLowerCase() === path.toLowerCase()) === true
  if (!isTaken) return path
  throw new KeyError('ERR_RECIPIENT_NAME', `there is a recipient named ${name} already`, {
    where: { file: path },
    hint: 'choose another name; "bulla recipient show" says who it is',
  })
}

/** @throws ConfigError `ERR_RECIPIENT_FILE`; KeyError `ERR_RECIPIENT` when another recipient has the key already */
export async function checkNewKey(publicKey: string, { recipients }: Store): Promise<void> {
  const found = await (await recipients()).byPublicKey(publicKey)
  if (found === undefined) return
  throw new KeyError('ERR_RECIPIENT', `this is the public key of the recipient ${found.recipient.name}`, {
    where: { file: found.recipient.path },
    hint: `use that name, or rename it with "bulla recipient rename ${found.recipient.name} NEW"`,
  })
}

/** @throws FileError `ERR_WRITE`, `ERR_FILE_CHANGED` */
export async function createRecipientFile(path: string, recipient: Recipient, store: Store): Promise<void> {
  await createFile(path, encodeText(formatRecipient(recipient)), store)
}

/** @throws FileError `ERR_WRITE`, `ERR_FILE_CHANGED` */
export async function createFile(path: string, bytes: Uint8Array, { files, recipients }: Store): Promise<void> {
  await files.write({ path, bytes, expected: 'nothing', makeFolders: true })
  ;(await recipients()).forget()
}

/** @throws KeyError `ERR_RECIPIENT_NAME`; ConfigError `ERR_RECIPIENT_FILE` */
export async function readStored(name: string, { files, recipients }: Store): Promise<StoredRecipient> {
  const book: RecipientBook = await recipients()
  const { path } = await book.byName(name)
  const version = await files.open(path)
  // what is changed is what was read together with its stamp
  return { recipient: { ...parseRecipientFile(version.bytes, name, path), path }, version }
}

/** The file with other keys or wrappings; comments and layout stay. */
export function changedBytes({ recipient, version }: StoredRecipient, changed: Recipient): Uint8Array {
  return encodeText(changeRecipient(decodeText(version.bytes), recipient, changed))
}

/** Write other keys or wrappings. @throws FileError `ERR_WRITE`, `ERR_FILE_CHANGED` */
export async function writeRecipient(
  stored: StoredRecipient,
  changed: Recipient,
  { files, recipients }: Store,
): Promise<void> {
  const { version } = stored
  await files.write({ path: version.path, bytes: changedBytes(stored, changed), expected: version })
  ;(await recipients()).forget()
}

/** The key pairs of a recipient whose secret halves are wrapped. @throws KeyError `ERR_RECIPIENT` when none is */
export function wrappedKeysOf(recipient: ListedRecipient): WrappedIdentity[] {
  const { name, path } = recipient
  const wrapped = keysOf(recipient).filter(({ wrappings }) => wrappings.length > 0)
  if (wrapped.length > 0) return wrapped.map((key) => ({ name, path, ...key }))
  throw new KeyError('ERR_RECIPIENT', `the identity of the recipient ${name} is not wrapped here`, {
    where: { file: path },
    hint: 'people keep their identities themselves; machines are made with "bulla recipient create"',
  })
}

/** A recipient with other wrappings, by public key. */
export function withWrappings(
  recipient: ListedRecipient,
  changed: ReadonlyMap<string, readonly Wrapping[]>,
): ListedRecipient {
  return {
    ...recipient,
    wrappings: changed.get(recipient.recipient) ?? recipient.wrappings,
    previous: recipient.previous.map((key) => ({ ...key, wrappings: changed.get(key.recipient) ?? key.wrappings })),
  }
}
