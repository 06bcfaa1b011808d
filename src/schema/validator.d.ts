/** What `scripts/schema-validators.mjs` makes of an import with `?validator` at its end. */
declare module '*.schema.json?validator' {
  /** One complaint of ajv. It names places and limits of the schema, never a value of the data. */
  interface SchemaError {
    readonly keyword: string
    /** JSON pointer into the data. */
    readonly instancePath: string
    /** JSON pointer into the schema. */
    readonly schemaPath: string
    readonly params: Readonly<Record<string, unknown>>
    readonly message?: string
  }

  /** The schema, without what only people read. */
  export function schema(): unknown

  export const validate: {
    (data: unknown): boolean
    /** Complaints about the last `data`; null when it was valid. Read them before the next call. */
    errors?: readonly SchemaError[] | null
  }
}
