import type { KeyEntry, KeyType } from '../../src/format/metadata.ts'
import type { KeyDescription, KeyProvider, MasterKey } from '../../src/keys/master-key.ts'

export interface FakeProvider extends KeyProvider {
  /** `wrap NAME` and `unwrap NAME`, in the order of the calls. */
  readonly calls: string[]
  /** Every share that was handed to `wrap`, not copied: shows whether it was wiped. */
  readonly shares: Uint8Array[]
}

export interface FakeOptions {
  /** Names whose entries are for somebody else. */
  readonly foreign?: readonly string[]
  /** By name: what wrap or unwrap throws. */
  readonly errors?: Readonly<Record<string, unknown>>
  readonly held?: readonly string[]
  readonly report?: readonly string[]
}

/** A provider that wraps by writing the bytes in hexadecimal. Its keys are named by the field `fp`. */
export function fakeProvider(type: KeyType, options: FakeOptions = {}): FakeProvider {
  const calls: string[] = []
  const shares: Uint8Array[] = []
  const act = (verb: string, name: string) => {
    calls.push(`${verb} ${name}`)
    if (options.errors !== undefined && name in options.errors) throw options.errors[name]
  }
  return {
    type,
    calls,
    shares,
    masterKey: (description) => ({
      type,
      name: nameOf(description),
      wrap: async (share) => {
        shares.push(share)
        act('wrap', nameOf(description))
        return { ...description, enc: Buffer.from(share).toString('hex') }
      },
    }),
    unwrap: async (entry) => {
      act('unwrap', nameOf(entry))
      return options.foreign?.includes(nameOf(entry)) === true ? null : new Uint8Array(Buffer.from(entry.enc, 'hex'))
    },
    ...(options.held === undefined
      ? {}
      : { holds: async (entry: KeyEntry) => options.held?.includes(nameOf(entry)) === true }),
    report: () => options.report ?? [],
  }
}

/** A description, or an entry when `enc` is given, of a key with this name. */
function fakeKey(type: KeyType, name: string): KeyDescription {
  return { type, fields: type === 'age' ? { recipient: name } : { fp: name } }
}

export function fakeEntry(type: KeyType, name: string, wrapped: Uint8Array): KeyEntry {
  return { ...fakeKey(type, name), enc: Buffer.from(wrapped).toString('hex') }
}

export function masterKeys(provider: KeyProvider, ...names: readonly string[]): MasterKey[] {
  return names.map((name) => provider.masterKey(fakeKey(provider.type, name)))
}

function nameOf({ fields }: KeyDescription): string {
  return fields['recipient'] ?? fields['fp'] ?? ''
}
