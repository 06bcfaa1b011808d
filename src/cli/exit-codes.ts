import type { BullaError, ErrorCode } from '../errors.ts'

type Codes = Readonly<Partial<Record<ErrorCode, number>>>

/** Codes that mean the same in every command. sops's numbers where it has one, since scripts read them. */
const CODES: Codes = {
  ERR_READ: 2,
  ERR_WRITE: 3,
  ERR_FILE_CHANGED: 3,
  ERR_EMIT: 4,
  ERR_ENCRYPTION_CONTEXT: 6,
  ERR_VALUE: 7,
  ERR_CONFLICT: 8,
  ERR_UNSUPPORTED_VALUE: 23,
  ERR_NOTHING_SEALED: 23,
  ERR_VALUE_FORMAT: 25,
  ERR_VALUE_AUTH: 25,
  ERR_NO_FILE_FOR_KEYS: 49,
  ERR_MAC_MISMATCH: 51,
  ERR_MAC_MISSING: 51,
  ERR_INTERNAL: 70,
  ERR_TREE_PATH: 91,
  ERR_EMPTY: 92,
  ERR_NO_FILE: 100,
  ERR_NO_VALUE: 100,
  ERR_DECRYPTION_ORDER: 112,
  // as shells do
  ERR_PROGRAM: 126,
  ERR_PROGRAM_NOT_FOUND: 127,
  ERR_NO_DATA_KEY: 128,
  ERR_IDENTITY: 128,
  ERR_IDENTITY_BINDING: 128,
  ERR_INTERRUPTED: 130,
  ERR_EDITOR: 201,
  ERR_ALREADY_SEALED: 203,
}

/** As opening, but that no file at all is wrong use. */
const EXEC: Codes = { ERR_NO_FILE: 1, ERR_UNSUPPORTED_VALUE: 25, ERR_KEY_GROUPS: 128, ERR_KEY_UNSUPPORTED: 128 }

/** A path that is wrong has the number of a value that is wrong. */
const SET: Codes = { ERR_TREE_PATH: 7, ERR_KEY_GROUPS: 128, ERR_KEY_UNSUPPORTED: 128 }

const OWN_CODES: Readonly<Record<string, Codes>> = {
  /** sops calls a plain file that cannot be parsed unreadable, but not a sealed one. */
  encrypt: { ERR_SYNTAX: 2, ERR_UTF8: 2, ERR_LIMIT: 2 },
  /** A sealed file whose values cannot be opened. */
  decrypt: { ERR_UNSUPPORTED_VALUE: 25, ERR_KEY_GROUPS: 128, ERR_KEY_UNSUPPORTED: 128 },
  /** A text that cannot be sealed is left as it is, whatever is wrong with it. */
  edit: {
    ...{ ERR_UNSUPPORTED_VALUE: 1, ERR_NOTHING_SEALED: 1, ERR_EMPTY: 1, ERR_ALREADY_SEALED: 1, ERR_WRAP: 128 },
    ...{ ERR_KEY_GROUPS: 128, ERR_KEY_UNSUPPORTED: 128 },
  },
  set: SET,
  unset: SET,
  get: { ERR_UNSUPPORTED_VALUE: 25, ERR_KEY_GROUPS: 128, ERR_KEY_UNSUPPORTED: 128 },
  filestatus: { ERR_READ: 1 },
  updatekeys: { ERR_READ: 1 },
  groups: { ERR_NO_FILE: 2 },
  exec: EXEC,
  'exec-env': EXEC,
  'exec-file': EXEC,
  completion: { ERR_USAGE: 3 },
  help: { ERR_USAGE: 3 },
}

/** A file that was named and is not there, where that is not the same as no file at all. */
const MISSING_FILE: Readonly<Record<string, number>> = {
  exec: 2,
  'exec-env': 2,
  'exec-file': 2,
  filestatus: 1,
  rotate: 2,
  set: 2,
  unset: 2,
  updatekeys: 1,
  groups: 2,
}

/** Commands of which 1 says that something was found. */
const JUDGES: readonly string[] = ['check', 'scan']

/** The exit code for an error of `command`; for everything without a number of its own 1, or 2 where 1 is an answer. */
export function exitCodeFor({ code, where }: Pick<BullaError, 'code' | 'where'>, command: string): number {
  const missing = code === 'ERR_NO_FILE' && where?.file !== undefined ? MISSING_FILE[command] : undefined
  return missing ?? OWN_CODES[command]?.[code] ?? CODES[code] ?? (JUDGES.includes(command) ? 2 : 1)
}
