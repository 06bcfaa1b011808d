import type { KeyDescription } from '../../config/key-text.ts'
import { type BullaError, isBullaError } from '../../errors.ts'
import { displayName, keyName, NOT_SHOWN } from '../../keys/key-name.ts'
import type { Keyring } from '../../keys/keyring.ts'
import { looksSecret } from '../../keys/looks-secret.ts'
import type { EntryFacts, KeyCall, KeyPlace, WrappingCall } from '../../keys/master-key.ts'

/** Who reads a file: a master key, as a rule or a file names it. */
export interface Reader {
  readonly type: string
  /** See `keyName`. */
  readonly key: string
  /** Type and key, safe and short enough to print. */
  readonly shown: string
  /** What the policy calls it. */
  readonly name?: string
  /** The places, see `KeyPlace`, where a key for it is at hand. */
  readonly mine: readonly string[]
  /** How the file wraps its data key otherwise than the name says: for somebody else, for others too, for nobody. */
  readonly mismatch?: string
  /** Whose service is called to use it. */
  readonly calls?: string
  /** The services that wrap its identity, in the order in which they are tried: one call opens every file. */
  readonly wrappings?: readonly WrappingCall[]
  /** Why it cannot be used here. */
  readonly problem?: string
  /** Whether that is because bulla knows no such keys: sops does. */
  readonly isForSops?: boolean
}

/** Who reads a file, as it is shown. */
export interface Readers {
  readonly groups: readonly (readonly Reader[])[]
  /** How many of the groups are needed to open the file. */
  readonly needed: number
}

/** What would have to change in a file for its readers to be those of the rule. */
export interface ReaderDrift {
  /** 0-based group, and who is missing in the file. */
  readonly added: readonly { readonly group: number; readonly reader: Reader }[]
  /** Who reads the file although the rule does not say so. */
  readonly removed: readonly { readonly group: number; readonly reader: Reader }[]
}

/** `maybe`: when a passphrase is given, a command gives a key, or a service does what it is asked. */
export type Opening = 'yes' | 'maybe' | 'no'

/** What is known about a reader beyond the description of its key. */
export interface ReaderFacts {
  /** What the policy calls keys, by any of the texts that name one. */
  readonly names: ReadonlyMap<string, string>
  /** What the keyring says about it, if somebody is called to use it. */
  readonly call?: KeyCall | undefined
  /** Of an entry of a file: what it holds. */
  readonly facts?: EntryFacts | undefined
}

/** Knows which master keys are at hand here. */
export class ReaderBook {
  private readonly keyring: Keyring
  private readonly places: readonly KeyPlace[]

  constructor(keyring: Keyring, places: readonly KeyPlace[]) {
    this.keyring = keyring
    this.places = places
  }

  reader(description: KeyDescription, { names, call, facts }: ReaderFacts): Reader {
    const key = keyName(description)
    const name = Object.values(description.fields).flatMap((text) => names.get(text) ?? [])[0]
    const unusable = this.unusable(description)
    const problem = unusable?.message ?? facts?.problem ?? call?.problem
    const mismatch = facts?.mismatch ?? facts?.problem
    const { type } = description
    const keys = facts?.opensWith ?? [key]
    const places = this.places.filter((place) => place.type === type && keys.some((own) => place.names.includes(own)))
    return {
      type,
      key: looksSecret(key) ? NOT_SHOWN : key,
      shown: displayName(type, key),
      mine: places.map(({ place }) => place),
      ...(mismatch === undefined ? {} : { mismatch }),
      ...(name === undefined ? {} : { name }),
      ...(call?.whose === undefined ? {} : { calls: call.whose }),
      ...(call?.wrappings === undefined ? {} : { wrappings: call.wrappings }),
      ...(problem === undefined ? {} : { problem }),
      ...(unusable?.code === 'ERR_KEY_UNSUPPORTED' ? { isForSops: true } : {}),
    }
  }

  private unusable(description: KeyDescription): BullaError | undefined {
    try {
      this.keyring.masterKey(description)
      return undefined
    } catch (error) {
      if (isBullaError(error)) return error
      throw error
    }
  }

  /** Whether a file with these readers can be opened here. */
  opening({ groups, needed }: Readers): Opening {
    const held = groups.filter((group) => group.some(({ mine }) => mine.length > 0)).length
    if (held >= needed) return 'yes'
    const waiting = new Set(this.places.flatMap(({ type, needs }) => (needs === undefined ? [] : [type as string])))
    const possible = groups.filter((group) =>
      group.some((reader) => {
        if (reader.mine.length > 0) return true
        const isHidden = waiting.has(reader.type) || reader.calls !== undefined || usableWrappings(reader).length > 0
        return reader.problem === undefined && isHidden
      }),
    )
    return possible.length >= needed ? 'maybe' : 'no'
  }
}

/** The wrappings of its identity that may be used here. */
export function usableWrappings({ wrappings = [] }: Reader): readonly WrappingCall[] {
  return wrappings.filter(({ problem }) => problem === undefined)
}

/** Whether sops may open what bulla cannot: keys that only it can use are not looked for here. */
export function mayBeForSops({ groups, needed }: Readers): boolean {
  const open = groups.filter((group) => group.some(({ mine, isForSops }) => mine.length > 0 || isForSops === true))
  return open.length >= needed
}

/** @param threshold - as rules and files have it: 0 means all groups */
export function readersOf(groups: readonly (readonly Reader[])[], threshold: number): Readers {
  const needed = groups.length < 2 ? 1 : threshold === 0 ? groups.length : Math.max(threshold, 2)
  return { groups, needed }
}

/** Group by group: what `updatekeys` would change. */
export function readerDrift(file: Readers, rule: Readers): ReaderDrift {
  return { added: missingIn(file, rule), removed: missingIn(rule, file) }
}

/** The readers of `wanted` that the same group of `there` does not have. */
function missingIn(there: Readers, wanted: Readers): ReaderDrift['added'] {
  return wanted.groups.flatMap((group, index) => {
    const known = new Set(there.groups[index]?.map(identityOf))
    return group.filter((reader) => !known.has(identityOf(reader))).map((reader) => ({ group: index, reader }))
  })
}

function identityOf({ type, key }: Reader): string {
  return `${type} ${key}`
}
