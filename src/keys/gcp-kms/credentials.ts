/** Proves to Google who is calling. */
export interface GcpCredentials {
  /** Whose they are, for errors: a mail address, or the place where they were found. Never a secret. */
  readonly who: string
  /**
   * What a request needs to carry.
   *
   * @throws CallFailure
   */
  headers(signal: AbortSignal): Promise<Readonly<Record<string, string>>>
}
