/** The data of a user's own configuration that the schema lets through. */
export interface RawUserConfig {
  readonly allow?: RawAllow | null
  readonly timeouts?: RawTimeouts | null
}

interface RawAllow {
  readonly hosts?: readonly string[] | null
  readonly accounts?: readonly string[] | null
}

interface RawTimeouts {
  readonly total?: number | null
  readonly each?: number | null
}
