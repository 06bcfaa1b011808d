import { createDataKey } from '../../../src/crypto/data-key.ts'
import { CiphertextPool } from '../../../src/crypto/reuse.ts'
import { DEFAULT_SELECTOR, type SelectorSpec } from '../../../src/format/metadata.ts'
import type { StoreName } from '../../../src/format/tree.ts'
import { openSealed } from '../../../src/operations/open.ts'
import type { World } from '../../../src/operations/ports.ts'
import { readPlain, type SealKey, sealFile } from '../../../src/operations/seal.ts'
import { memoryFiles } from '../memory-files.ts'
import { type Person, recipientOf } from '../people.ts'
import { random } from '../random.ts'
import { sharedKeyring, storeOf } from '../sealing.ts'

/** As much of the world as merging needs; opens what these people can open. */
export function mergeWorld(people: readonly Person[]): World {
  const unused = () => {
    throw new Error('merging does not need this')
  }
  return {
    files: memoryFiles({}),
    keyring: sharedKeyring(people),
    random,
    now: () => '2026-02-03T04:05:06Z',
    cwd: '/repository',
    configPath: undefined,
    git: { committedVersions: unused },
    recipients: unused,
    progress: { update: unused, finish: unused },
    confirm: unused,
  }
}

/** How somebody seals a version. */
export interface Sealing {
  readonly readers: readonly Person[]
  readonly selector?: SelectorSpec
  /** Whether it gets a data key of its own, although there is a version before it. */
  readonly isRotated?: boolean
}

/** Seal a text as `edit` does: on top of the version before it, whose ciphertexts stay where values do. */
export async function sealVersion(
  text: string,
  storeName: StoreName,
  { readers, selector = DEFAULT_SELECTOR, isRotated = false }: Sealing,
  before?: Uint8Array,
): Promise<Uint8Array> {
  const store = await storeOf(storeName)
  const world = mergeWorld(['alice'])
  const pool = new CiphertextPool()
  const old = before === undefined ? undefined : await openSealed({ store, bytes: before, pool }, world)
  const keeps = old !== undefined && !isRotated
  const dataKey = keeps ? old.dataKey : createDataKey(random)
  const known = keeps ? (old.metadata.groups[0] ?? []) : []
  const groups = [readers.map((person) => ({ type: 'age' as const, fields: { recipient: recipientOf(person) } }))]
  const added = (groups[0] ?? []).filter(
    (key) => !known.some(({ fields }) => fields['recipient'] === key.fields.recipient),
  )
  const wrapped =
    added.length === 0
      ? []
      : ((
          await world.keyring.wrap({
            dataKey,
            groups: [added.map((description) => world.keyring.masterKey(description))],
            shamirThreshold: 0,
          })
        ).groups[0] ?? [])
  const staying = known.filter(({ fields }) => readers.some((person) => recipientOf(person) === fields['recipient']))
  const key: SealKey = {
    dataKey,
    groups: [[...staying, ...wrapped]],
    shamirThreshold: 0,
    ...(keeps ? { reuse: pool } : {}),
  }
  const policy = {
    groups,
    shamirThreshold: 0,
    selector: storeName === 'binary' ? undefined : selector,
    macOnlyEncrypted: false,
  }
  const { bytes } = await sealFile(readPlain(Buffer.from(text), store, store, {}), policy, key, world)
  return bytes
}

/** The data key of a sealed file, in hexadecimal digits; undefined for people who cannot open it. */
export async function dataKeyOf(bytes: Uint8Array, storeName: StoreName, person: Person): Promise<string | undefined> {
  const store = await storeOf(storeName)
  try {
    const file = await openSealed({ store, bytes, ignoreMac: true }, { keyring: sharedKeyring([person]) })
    return Buffer.from(file.dataKey).toString('hex')
  } catch {
    return undefined
  }
}
