import type { ServiceKey } from '../services/key-service.ts'

/** The secret half of a recipient, wrapped by one key service: an envelope. */
export interface Wrapping {
  readonly key: ServiceKey
  /** The wrapping key, 32 bytes, as the service wrapped it. */
  readonly ciphertext: string
  /** What is sealed with the wrapping key; base64. */
  readonly payload: string
  /** RFC 3339. */
  readonly createdAt?: string
}

/** A key pair of a recipient whose secret half is wrapped. */
export interface WrappedIdentity {
  /** Of the recipient. */
  readonly name: string
  /** The public half, `age1…`. */
  readonly recipient: string
  /** At least one, in the order in which they are tried. */
  readonly wrappings: readonly Wrapping[]
  /** The file that holds them, absolute. */
  readonly path: string
}

/** What is known here about the recipients that a file may be sealed for. Calls nobody. */
export interface WrappedIdentityFinder {
  /**
   * The wrapped identity of a public key, for a file; undefined when there is none.
   *
   * @param file - absolute; undefined for standard input
   * @throws BullaError when it cannot be told
   */
  find(recipient: string, file: string | undefined): Promise<WrappedIdentity | undefined>
  /** What the recipient that has, or had, a public key is called. @throws BullaError when it cannot be told */
  nameOf(recipient: string, file: string | undefined): Promise<string | undefined>
  /** What is wrong where they are looked for, so that some are not known; texts for the user. Never rejects. */
  problems(file: string | undefined): Promise<readonly string[]>
  /** From now on everything is looked for anew. */
  forget(): Promise<void>
}
