import type { KeyDescription } from '../master-key.ts'

/**
 * Services that hold keys which never leave them: as master keys of files and as wrappers of identities. `local` is a
 * file on this machine, for development; it wraps identities only.
 */
export const SERVICE_TYPES = ['kms', 'gcp_kms', 'azure_kv', 'hc_vault', 'local'] as const
export type ServiceType = (typeof SERVICE_TYPES)[number]

/** What names a key of a service: the fields of its entries in files, see `KEY_FIELDS` in `format/metadata.ts`. */
export interface ServiceKey extends Omit<KeyDescription, 'type'> {
  readonly type: ServiceType
}

/** What a wrapped identity is bound to: encryption context or AAD where the service has one. */
export interface Binding {
  readonly name: string
  /** `age1…`. */
  readonly recipient: string
}

/** How one call is to be made. */
export interface ServiceCall {
  /** Aborts at the deadline of all that is tried; retries go on until then. */
  readonly signal: AbortSignal
  readonly binding?: Binding
}

export interface Wrapped {
  /** In the text form that files have, see reference of each kind. */
  readonly enc: string
  /** The key with what was left open filled in, such as the version of an Azure key. */
  readonly key: ServiceKey
}

/** What is wrapped: a data key of 32 bytes, or a share of 33. A reply of another length is an error of the service. */
export const WRAPPED_LENGTHS: readonly number[] = [32, 33]

/**
 * One kind of key service: one implementation per folder below `keys/`. It holds clients and sessions; safe to call
 * concurrently. Every method asks the `CallPolicy` before it calls anybody.
 *
 * @throws every method: {@link KeyError} `ERR_RECIPIENT` for a key that is malformed, `ERR_NOT_ALLOWED` for one that the
 *   user has not allowed, `ERR_KEY_SERVICE` when the service could not be asked or refused; the message says service,
 *   key, region, whose credentials were used, and which permission is missing; never a byte of what was sent or replied
 */
export interface KeyService {
  readonly type: ServiceType
  /** Well formed and allowed. Calls nobody. */
  check(key: ServiceKey): void
  /** What is missing on this machine to use the key, as far as that is seen without a call; undefined: nothing. */
  missing?(key: ServiceKey): Promise<string | undefined>
  /** What this key costs the user in trust, for `explain`: account, project, vault or host that is called. */
  account(key: ServiceKey): string
  /** @param plaintext - 32 or 33 bytes; the caller owns and wipes them */
  wrap(key: ServiceKey, plaintext: Uint8Array, call: ServiceCall): Promise<Wrapped>
  /** @returns 32 or 33 bytes, which the caller owns and wipes */
  unwrap(key: ServiceKey, enc: string, call: ServiceCall): Promise<Uint8Array>
  /**
   * Move to another key without the plaintext leaving the service. Undefined when these two keys cannot (another region,
   * another kind): then it is unwrapped and wrapped.
   */
  rewrap?(
    from: { readonly key: ServiceKey; readonly enc: string; readonly binding?: Binding },
    to: { readonly key: ServiceKey; readonly binding?: Binding },
    call: Omit<ServiceCall, 'binding'>,
  ): Promise<Wrapped | undefined>
  /** The key without the version that was filled in when it wrapped: it wraps by the newest one again. Default: the same. */
  newest?(key: ServiceKey): ServiceKey
  dispose?(): void
}

/** Gives the service of a kind; loads it when it is first asked for. One per process. */
export interface KeyServices {
  get(type: ServiceType): Promise<KeyService>
  /** Forget sessions and clients; they are made anew when they are asked for again. */
  dispose?(): void
}
