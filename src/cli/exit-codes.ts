import type { BullaError, ErrorCode } from '../errors.ts'

type Codes = Readonly<Partial<Record<ErrorCode, number>>>

/** Codes that mean the same in every command. sops's numbers where it has one, since scripts read them. */
const CODES: Codes = {
  ERR_READ: 2,
  ERR_WRITE: 3,
  ERR_FILE_CHANGED: 3,
  ERR_EMIT: 4,
  ERR_ENCRYPTION_CONTEXT: 6,
  ERR_CONFLICT: 8,
  ERR_UNSUPPORTED_VALUE: 23,
  ERR_NOTHING_SEALED: 23,
  ERR_VALUE_FORMAT: 25,
  ERR_VALUE_AUTH: 25,
  ERR_MAC_MISMATCH: 51,
  ERR_MAC_MISSING: 51,
  ERR_INTERNAL: 70,
  ERR_TREE_PATH: 91,
  ERR_EMPTY: 92,
  ERR_NO_FILE: 100,
  ERR_DECRYPTION_ORDER: 112,
  ERR_NO_DATA_KEY: 128,
  ERR_IDENTITY: 128,
  ERR_INTERRUPTED: 130,
  ERR_ALREADY_SEALED: 203,
}

const OWN_CODES: Readonly<Record<string, Codes>> = {
  /** sops calls a plain file that cannot be parsed unreadable, but not a sealed one. */
  encrypt: { ERR_SYNTAX: 2, ERR_UTF8: 2, ERR_LIMIT: 2 },
  /** A sealed file whose values cannot be opened. */
  decrypt: { ERR_UNSUPPORTED_VALUE: 25, ERR_KEY_GROUPS: 128, ERR_KEY_UNSUPPORTED: 128 },
  filestatus: { ERR_READ: 1 },
  help: { ERR_USAGE: 3 },
}

/** The exit code for an error of `command`; 1 for everything without a number of its own. */
export function exitCodeFor({ code, where }: Pick<BullaError, 'code' | 'where'>, command: string): number {
  // to sops, only no file at all is worth a number there
  if (command === 'filestatus' && code === 'ERR_NO_FILE' && where?.file !== undefined) return 1
  return OWN_CODES[command]?.[code] ?? CODES[code] ?? 1
}
