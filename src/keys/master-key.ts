import type { KeyEntry, KeyType } from '../format/metadata.ts'

/** What names a master key, without a wrapped data key: everything of an entry that is kept when it is wrapped anew. */
export type KeyDescription = Omit<KeyEntry, 'enc'>

/** Something that can wrap a data key. Made by a {@link KeyProvider}, which has checked the description. */
export interface MasterKey {
  readonly type: KeyType
  /** Its name in reports, diffs and `--rm-*`, see `keyName`. */
  readonly name: string
  /**
   * Wrap a data key or a share of one.
   *
   * @param share - 32 or 33 bytes; the caller owns and wipes them.
   * @returns The entry to store: the description with the wrapped bytes.
   * @throws {@link KeyError} of any code; its message becomes the reason in the report of `wrapDataKey`
   */
  wrap(share: Uint8Array): Promise<KeyEntry>
}

/** One of the places where keys of this machine are looked for, and what is there. Nothing in it is secret. */
export interface KeyPlace {
  readonly type: KeyType
  /** The name of an environment variable, or the path of a default file. */
  readonly place: string
  /** The file that was read there; undefined when it is none, or could not be read. */
  readonly file?: string
  /** Names, see `keyName`, of the keys that are at hand there. */
  readonly names: readonly string[]
  /** What has to happen before more keys are known: a person is asked for a passphrase, or a program is run. */
  readonly needs?: 'passphrase' | 'command'
  readonly problem?: string
  /** The variable is not set, or the default file does not exist. */
  readonly isAbsent: boolean
}

/** About the unwrapping of one file. */
export interface UnwrapContext {
  /** The file itself, absolute: recipients and their wrapped identities are looked for near it. */
  readonly file?: string
  /** Whether no service may be called; what was unwrapped before may be used. Default: false. */
  readonly offline?: boolean
}

/** Whom using a master key calls. */
export interface KeyCall {
  /** Account, project, vault or host; undefined when the key is too malformed to say. */
  readonly whose?: string
  /** Why it is not called. */
  readonly problem?: string
  /** What wraps the key, in the order in which it is tried: one call opens every file. */
  readonly wrappings?: readonly WrappingCall[]
}

/** Whom unwrapping an identity calls. */
export interface WrappingCall extends Omit<KeyCall, 'wrappings'> {
  /** Kind and name of the key of the service, safe to print. */
  readonly by: string
}

/** What an entry of a file is, whatever it says about itself: nothing binds its name to the key it is wrapped for. */
export interface EntryFacts {
  /** Names, see `keyName`, of the keys that were tried and open it. */
  readonly opensWith: readonly string[]
  /** How it is wrapped otherwise than its name says. */
  readonly mismatch?: string
  /** Why nobody opens it. */
  readonly problem?: string
}

/**
 * Everything bulla knows about one type of master key: one implementation per folder below `keys/`. It holds what is
 * expensive to get (identities, clients, sessions), so there is one per process, and it is safe to call concurrently.
 */
export interface KeyProvider {
  readonly type: KeyType
  /**
   * The master key that `description` names. Calls nobody.
   *
   * @throws {@link KeyError} `ERR_RECIPIENT` when it names nothing; `ERR_KEY_UNSUPPORTED` when it is well formed but of
   *   a kind that cannot be used yet
   */
  masterKey(description: KeyDescription): MasterKey
  /**
   * Unwrap one entry.
   *
   * @returns The bytes that were wrapped, which the caller owns and wipes; null when the entry is for somebody else.
   * @throws {@link KeyError} when the entry should have opened and did not: it is damaged, a service refused, the kind
   *   is unsupported. The message becomes the reason in the report, so it holds no secret. IntegrityError
   *   `ERR_IDENTITY_BINDING`, which ends everything: somebody tampered with the file of a recipient
   */
  unwrap(entry: KeyEntry, context?: UnwrapContext): Promise<Uint8Array | null>
  /**
   * Whether a key for this entry is certainly at hand. Such entries are tried before others of their type, so that a
   * file with forty readers costs one trial. May not prompt, run a program or call a service.
   */
  holds?(entry: KeyEntry): Promise<boolean>
  /**
   * Whether a service is known that may give a key for this entry. Such entries come after those that are held, and before
   * those for which a person or a program would have to be asked. May not prompt, run a program or call a service.
   */
  mayGet?(entry: KeyEntry, context?: UnwrapContext): Promise<boolean>
  /**
   * Whom using this master key would call, and what would keep it from being called. Calls nobody. Without it: nobody is
   * called for keys of this kind. Never rejects.
   */
  about?(description: KeyDescription, context?: UnwrapContext): Promise<KeyCall>
  /**
   * Look at what an entry holds. Without it: an entry is what its name says. May not prompt, run a program or call a service;
   * never rejects.
   *
   * @param triesAll - whether all keys that are surely at hand are tried on it, not only the one that it names
   */
  inspect?(entry: KeyEntry, triesAll: boolean): Promise<EntryFacts>
  /** What the recipient that has this key is called; undefined when it has no name. Calls nobody; never rejects. */
  nameOf?(description: KeyDescription, context?: UnwrapContext): Promise<string | undefined>
  /** Every place where keys are looked for. May not prompt, run a program or call a service. Never rejects. */
  survey?(): Promise<readonly KeyPlace[]>
  /** Where keys were looked for and what was found or wrong there, a line each; shown only when nothing opened. */
  report?(): readonly string[]
  /** Forget everything, and overwrite what the runtime lets us overwrite. */
  dispose?(): void
}
