import { DEFAULT_SELECTOR, type Metadata, type SelectorSpec } from '../../src/format/metadata.ts'
import type { Store } from '../../src/format/store.ts'
import { decodeText, encodeText } from '../../src/format/text.ts'
import type { Branch, StoreName } from '../../src/format/tree.ts'
import { AgeProvider } from '../../src/keys/age/provider.ts'
import { Keyring } from '../../src/keys/keyring.ts'
import { openSealed } from '../../src/operations/open.ts'
import {
  newSealKey,
  readPlain,
  type SealedFile,
  type SealKey,
  type SealPolicy,
  sealFile,
} from '../../src/operations/seal.ts'
import { loadStore } from '../../src/operations/stores.ts'
import { fakeEnvironment } from './age.ts'
import { identityOf, type Person, recipientOf } from './people.ts'
import { random } from './random.ts'

export interface SealSettings {
  readonly selector?: SelectorSpec
  readonly macOnlyEncrypted?: boolean
  /** One list of readers per key group. Default: alice alone. */
  readonly groups?: readonly (readonly Person[])[]
  readonly shamirThreshold?: number
  readonly indent?: number
  /** Default: now. */
  readonly lastModified?: string
}

/** A sealed file as a test looks at it. */
export interface Opened {
  readonly bytes: Uint8Array
  readonly text: string
  readonly documents: readonly Branch[]
  readonly metadata: Metadata
  readonly unopenedComments: number
}

/** A keyring with the identities of these people and nothing of the machine's. */
function keyringOf(...people: readonly Person[]): Keyring {
  const identities = people.map(identityOf).join('\n')
  return new Keyring([new AgeProvider(fakeEnvironment({ variables: { SOPS_AGE_KEY: identities } }), random)], random)
}

/** One per set of people: the identities are parsed once for all tests of a file. */
const keyrings = new Map<string, Keyring>()
export function sharedKeyring(people: readonly Person[]): Keyring {
  const known = keyrings.get(people.join()) ?? keyringOf(...people)
  keyrings.set(people.join(), known)
  return known
}

export const storeOf = (name: StoreName): Promise<Store> => loadStore(name)

function policyOf(store: StoreName, settings: SealSettings = {}): SealPolicy {
  const binary = store === 'binary'
  return {
    groups: (settings.groups ?? [['alice']]).map((group) =>
      group.map((person) => ({ type: 'age' as const, fields: { recipient: recipientOf(person) } })),
    ),
    shamirThreshold: settings.shamirThreshold ?? 0,
    selector: binary ? undefined : (settings.selector ?? DEFAULT_SELECTOR),
    macOnlyEncrypted: !binary && settings.macOnlyEncrypted === true,
  }
}

/** Seal as `bulla encrypt` does, with a new data key. */
export async function seal(
  plain: Uint8Array | string,
  storeName: StoreName,
  settings: SealSettings = {},
): Promise<SealedFile> {
  const key = await sealKey(storeName, settings)
  return sealWith(key, plain, storeName, settings)
}

export async function sealKey(storeName: StoreName, settings: SealSettings = {}): Promise<SealKey> {
  const now = nowOf(settings)
  return newSealKey(policyOf(storeName, settings), sharedKeyring(['alice']), { random, now })
}

/** The same with a data key that is there already: wrapping costs more than sealing a small file. */
export async function sealWith(
  key: SealKey,
  plain: Uint8Array | string,
  storeName: StoreName,
  settings: SealSettings = {},
): Promise<SealedFile> {
  const store = await storeOf(storeName)
  const layout = settings.indent === undefined ? {} : { indent: settings.indent }
  const file = readPlain(typeof plain === 'string' ? encodeText(plain) : plain, store, store, layout)
  return sealFile(file, policyOf(storeName, settings), key, { random, now: nowOf(settings) })
}

function nowOf({ lastModified = '2026-01-02T03:04:05Z' }: SealSettings): () => string {
  return () => lastModified
}

export interface OpenSettings {
  /** Default: alice. */
  readonly identities?: readonly Person[]
  readonly ignoreMac?: boolean
}

/** Open as `bulla decrypt` does. */
export async function open(
  sealed: Uint8Array | string,
  storeName: StoreName,
  { identities = ['alice'], ignoreMac = false }: OpenSettings = {},
): Promise<Opened> {
  const store = await storeOf(storeName)
  const bytes = typeof sealed === 'string' ? encodeText(sealed) : sealed
  const file = await openSealed({ store, bytes, ignoreMac }, { keyring: sharedKeyring(identities) })
  try {
    const plain = file.bytes()
    const { metadata, tree } = file
    return {
      bytes: plain,
      text: decodeText(plain),
      documents: file.documents(),
      metadata,
      unopenedComments: tree.unopenedComments,
    }
  } finally {
    file.dispose()
  }
}
