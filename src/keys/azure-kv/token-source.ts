import type { Challenge } from './challenge.ts'

/** One way to get a token. */
export interface TokenSource {
  /** Whose credentials it uses, for errors. Never a secret. */
  readonly who: string
  /** Whether somebody set it up: then no other is tried when it fails. */
  readonly isMeant: boolean
  /**
   * @returns undefined when this machine has nothing of the kind
   * @throws CallFailure
   */
  token(challenge: Challenge): Promise<SourcedToken | undefined>
}

export interface SourcedToken {
  readonly token: string
  /** Milliseconds since 1970. */
  readonly until: number
}
