import type { DataKey } from '../crypto/data-key.ts'
import type { RandomSource } from '../crypto/random.ts'
import { KeyError } from '../errors.ts'
import type { KeyEntry, KeyType } from '../format/metadata.ts'
import type {
  EntryFacts,
  KeyCall,
  KeyDescription,
  KeyPlace,
  KeyProvider,
  MasterKey,
  UnwrapContext,
} from './master-key.ts'
import { unsupported } from './unsupported.ts'
import { canUnwrapDataKey, holdsDataKey, type UnwrapRequest, unwrapDataKey } from './unwrap-data-key.ts'
import { type WrappedDataKey, type WrapRequest, wrapDataKey } from './wrap-data-key.ts'

/**
 * All keys of one process. Its providers remember the identities they found, the key objects they imported and the
 * sessions they opened, so that a thousand files cost one search and, for a KMS, one call. Safe to use concurrently.
 */
export class Keyring {
  private readonly providers: ReadonlyMap<KeyType, KeyProvider>
  private readonly random: RandomSource

  /** @param providers - at most one per type; the keyring disposes of them */
  constructor(providers: readonly KeyProvider[], random: RandomSource) {
    this.providers = new Map(providers.map((provider) => [provider.type, provider]))
    this.random = random
  }

  /**
   * The master key that a description (of a rule, an option, or an entry of a file) names.
   *
   * @throws {@link KeyError} `ERR_RECIPIENT`, or `ERR_KEY_UNSUPPORTED` when this kind cannot be used
   */
  masterKey(description: KeyDescription): MasterKey {
    const provider = this.providers.get(description.type)
    if (provider !== undefined) return provider.masterKey(description)
    const { reason, hint } = unsupported(description.type)
    throw new KeyError('ERR_KEY_UNSUPPORTED', reason, { hint })
  }

  /** See `about` of {@link KeyProvider}; undefined when nobody is called. Never rejects. */
  async about(description: KeyDescription, context?: UnwrapContext): Promise<KeyCall | undefined> {
    return this.providers.get(description.type)?.about?.(description, context)
  }

  /** See `inspect` of {@link KeyProvider}; undefined when entries of this kind cannot be looked into. Never rejects. */
  async inspect(entry: KeyEntry, triesAll: boolean): Promise<EntryFacts | undefined> {
    return this.providers.get(entry.type)?.inspect?.(entry, triesAll)
  }

  /** See {@link wrapDataKey}. */
  wrap(request: Omit<WrapRequest, 'random'>): Promise<WrappedDataKey> {
    return wrapDataKey({ ...request, random: this.random })
  }

  /** See {@link unwrapDataKey}. */
  unwrap(request: UnwrapRequest): Promise<DataKey> {
    return unwrapDataKey(request, this.providers)
  }

  /** Where keys of this machine are, as far as that is known without asking, running or calling anything. */
  async survey(): Promise<readonly KeyPlace[]> {
    const providers = [...this.providers.values()]
    return (await Promise.all(providers.map(async (provider) => (await provider.survey?.()) ?? []))).flat()
  }

  /** Whether the keys at hand open such a file. May run and ask what unwrapping runs and asks. */
  canUnwrap(request: UnwrapRequest): Promise<boolean> {
    return canUnwrapDataKey(request, this.providers)
  }

  /** Whether keys that are surely at hand open such a file; nobody is asked, nothing is run or called. */
  holds(request: UnwrapRequest): Promise<boolean> {
    return holdsDataKey(request, this.providers)
  }

  /** Forget and overwrite all key material. The keyring can be used again afterwards and then searches anew. */
  dispose(): void {
    for (const provider of this.providers.values()) provider.dispose?.()
  }
}
