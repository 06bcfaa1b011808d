import { basename, join, sep } from 'node:path'
import { replaceKey } from '../../config/edit/edit-policy.ts'
import { bareRecipient } from '../../config/key-text.ts'
import { isBullaError } from '../../errors.ts'
import { keyName } from '../../keys/key-name.ts'
import { RECIPIENTS_FOLDER } from '../../recipients/directory.ts'
import { isForeign, readSealed } from '../open.ts'
import type { FileVersion, World, WriteRequest } from '../ports.ts'
import { loadStore, storeNameFor } from '../stores.ts'

/** Where public keys stand. */
export interface KeyPlaces {
  /** Policies that name one, in a rule or anywhere else. */
  readonly policies: readonly FileVersion[]
  /** Files that are sealed for one, absolute. */
  readonly files: readonly string[]
}

/**
 * Where public keys stand below a folder, and in the policy that was named. What has none of their texts is not parsed, and
 * may be broken.
 *
 * @throws ConfigError for a policy, FormatError for a sealed file that has one of the texts and is broken
 */
export async function placesOf(keys: readonly string[], root: string, world: World): Promise<KeyPlaces> {
  if (keys.length === 0) return { policies: [], files: [] }
  const { files: disk, configPath } = world
  const own = join(root, ...RECIPIENTS_FOLDER) + sep
  const listed = (await disk.list(root)).filter((path) => !path.startsWith(own))
  const policies: FileVersion[] = []
  const files: string[] = []
  for (const path of new Set([...listed, ...(configPath === undefined ? [] : [configPath])])) {
    const version = await disk.open(path)
    if (!hasText(version, keys)) continue
    const isPolicy = path === configPath || basename(path) === '.sops.yaml'
    if (isPolicy && isNamed(version, keys)) policies.push(version)
    else if (!isPolicy && (await isReader(version, keys))) files.push(path)
  }
  return { policies, files }
}

/** A policy with a new public key wherever an old one stood. */
export function replaceInPolicy(version: FileVersion, old: readonly string[], key: string): WriteRequest {
  const { path } = version
  const bytes = old.reduce((text, one) => replaceKey({ bytes: text, path, old: one, key }).bytes, version.bytes)
  return { path, bytes, expected: version }
}

function hasText({ bytes }: FileVersion, texts: readonly string[]): boolean {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return texts.some((text) => buffer.includes(bareRecipient(text)))
}

/** Not only in a comment. */
function isNamed(version: FileVersion, keys: readonly string[]): boolean {
  return replaceInPolicy(version, keys, 'age1').bytes !== version.bytes
}

async function isReader({ path, bytes }: FileVersion, keys: readonly string[]): Promise<boolean> {
  const store = await loadStore(storeNameFor(path))
  try {
    const { groups } = readSealed(store, bytes).metadata
    const wanted = new Set(keys.map(bareRecipient))
    return groups.flat().some((entry) => entry.type === 'age' && wanted.has(bareRecipient(keyName(entry))))
  } catch (error) {
    if (isBullaError(error) && isForeign(error, store, bytes)) return false
    throw isBullaError(error) ? error.at({ file: path }) : error
  }
}
