/**
 * Every error code. The code is the contract; messages are for people and may change.
 * README, "Errors and exit codes", says what each one means.
 */
export type ErrorCode =
  // how bulla was called
  | 'ERR_USAGE'
  | 'ERR_CONFLICT'
  | 'ERR_NO_FILE'
  | 'ERR_NO_FILE_FOR_KEYS'
  | 'ERR_NOT_CONFIRMED'
  | 'ERR_TREE_PATH'
  | 'ERR_PATH_NOT_FOUND'
  | 'ERR_VALUE'
  | 'ERR_NO_VALUE'
  | 'ERR_DECRYPTION_ORDER'
  | 'ERR_ENCRYPTION_CONTEXT'
  // reading and writing files
  | 'ERR_READ'
  | 'ERR_WRITE'
  | 'ERR_FILE_CHANGED'
  | 'ERR_INTERRUPTED'
  | 'ERR_EDITOR'
  // text of a file
  | 'ERR_SYNTAX'
  | 'ERR_UTF8'
  | 'ERR_EMPTY'
  | 'ERR_LIMIT'
  | 'ERR_EMIT'
  | 'ERR_UNSUPPORTED_VALUE'
  // sealed files
  | 'ERR_NOT_SEALED'
  | 'ERR_ALREADY_SEALED'
  | 'ERR_METADATA'
  | 'ERR_VERSION'
  | 'ERR_NOTHING_SEALED'
  | 'ERR_VALUE_FORMAT'
  | 'ERR_VALUE_AUTH'
  | 'ERR_MAC_MISMATCH'
  | 'ERR_MAC_MISSING'
  // policy
  | 'ERR_CONFIG'
  | 'ERR_CONFIG_NOT_FOUND'
  | 'ERR_NO_RULE'
  | 'ERR_NO_RECIPIENT'
  | 'ERR_SELECTOR'
  // keys
  | 'ERR_RECIPIENT'
  | 'ERR_IDENTITY'
  | 'ERR_WRAP'
  | 'ERR_NO_DATA_KEY'
  | 'ERR_KEY_GROUPS'
  | 'ERR_KEY_UNSUPPORTED'
  | 'ERR_LOCKOUT'
  // key services, and identities wrapped by them
  | 'ERR_NOT_ALLOWED'
  | 'ERR_KEY_SERVICE'
  | 'ERR_RECIPIENT_NAME'
  | 'ERR_RECIPIENT_FILE'
  | 'ERR_IDENTITY_BINDING'
  | 'ERR_GIT'
  | 'ERR_MERGE'
  // programs that are run with values
  | 'ERR_VARIABLE'
  | 'ERR_PROGRAM'
  | 'ERR_PROGRAM_NOT_FOUND'
  | 'ERR_INTERNAL'

/** Where an error is. Never holds a value, an identity or an excerpt of a file. */
export interface Where {
  readonly file?: string
  /** Keys from the root of the document, `["db", "password"]`. */
  readonly path?: readonly string[]
  /** 1-based. */
  readonly line?: number
  /** 1-based, in characters. */
  readonly column?: number
}

export interface ErrorDetails {
  readonly where?: Where
  /** What to do next, imperative. */
  readonly hint?: string
  /** Only our own errors and plain file-system errors: anything else may carry a secret. */
  readonly cause?: unknown
}

/** Base of every error bulla throws on purpose. Nothing in it is secret. */
export class BullaError extends Error {
  // written out: a bundler may give the classes other names
  override readonly name: string = 'BullaError'
  readonly code: ErrorCode
  readonly where: Where | undefined
  readonly hint: string | undefined

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.code = code
    this.where = details.where
    this.hint = details.hint
  }

  /** The same error, placed more exactly, with a hint if it has none: what is known already stays. */
  at(where: Where, fallbackHint?: string): this {
    return this.copied({ ...where, ...this.where }, this.hint ?? fallbackHint)
  }

  /** The same error where something else helps than is usual. */
  withHint(hint: string): this {
    return this.copied(this.where, hint)
  }

  private copied(where: Where | undefined, hint: string | undefined): this {
    const Same = this.constructor as new (code: ErrorCode, message: string, details: ErrorDetails) => this
    return new Same(this.code, this.message, {
      ...(where === undefined ? {} : { where }),
      ...(hint === undefined ? {} : { hint }),
      ...(this.cause === undefined ? {} : { cause: this.cause }),
    })
  }

  toJSON(): { name: string; code: ErrorCode; message: string; where?: Where; hint?: string } {
    return {
      name: this.name,
      code: this.code,
      message: this.message,
      ...(this.where === undefined ? {} : { where: this.where }),
      ...(this.hint === undefined ? {} : { hint: this.hint }),
    }
  }
}

/** The command line or the options of a call do not fit together. */
export class UsageError extends BullaError {
  override readonly name = 'UsageError'
}
/** A file cannot be read or written, or changed under our hands. */
export class FileError extends BullaError {
  override readonly name = 'FileError'
}
/** A text is not what its format allows, or holds what SOPS cannot carry. */
export class FormatError extends BullaError {
  override readonly name = 'FormatError'
}
/** `.sops.yaml` is missing, wrong, or has no answer for a file. */
export class ConfigError extends BullaError {
  override readonly name = 'ConfigError'
}
/** No key opens, wraps, or can be read. */
export class KeyError extends BullaError {
  override readonly name = 'KeyError'
}
/** A sealed value or the MAC of a file does not verify. */
export class IntegrityError extends BullaError {
  override readonly name = 'IntegrityError'
}
/** git could not be asked, or refused. */
export class GitError extends BullaError {
  override readonly name = 'GitError'
}

/** A program cannot be started. */
export class ProgramError extends BullaError {
  override readonly name = 'ProgramError'
}

/** Whether `error` is one of ours, also when it comes from another copy of this package. */
export function isBullaError(error: unknown): error is BullaError {
  return (
    error instanceof Error &&
    typeof (error as Partial<BullaError>).code === 'string' &&
    'hint' in error &&
    'where' in error
  )
}
