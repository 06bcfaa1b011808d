import type { Level } from './finding.ts'
import { KNOWN_FILES } from './formats/known-files.ts'
import { TOKEN_RULES } from './rules/index.ts'
import { namedRules } from './rules/named.ts'

/** A rule, for people. */
export interface RuleFacts {
  readonly id: string
  readonly name: string
  /** The highest that its findings have. */
  readonly level: Level
}

/** Rules that are more than an entry of a table. */
const OTHERS: readonly RuleFacts[] = [
  { id: 'private-key', name: 'private key in PEM form, also in one line, escaped or in base64', level: 'block' },
  {
    id: 'pgp-private-key',
    name: 'PGP private key, armoured, in a binary keyring, in base64, or as GnuPG keeps it',
    level: 'block',
  },
  { id: 'putty-private-key', name: 'PuTTY private key', level: 'block' },
  { id: 'google-service-account', name: 'Google service account', level: 'block' },
  { id: 'jwk-private-key', name: 'private JSON web key', level: 'block' },
  { id: 'jwt', name: 'signed token (JWT)', level: 'warn' },
  { id: 'kubernetes-service-account-token', name: 'Kubernetes service account token', level: 'block' },
  { id: 'kubernetes-secret', name: 'value of a Kubernetes Secret', level: 'block' },
  { id: 'url-credentials', name: 'password in an address', level: 'block' },
  { id: 'mysql-dsn', name: 'password in the address of a MySQL database', level: 'block' },
  { id: 'http-basic-auth', name: 'user and password of an HTTP header', level: 'block' },
  { id: 'http-bearer-token', name: 'bearer token', level: 'block' },
  { id: 'curl-user-password', name: 'password of a curl command', level: 'warn' },
  { id: 'command-password', name: 'password on a command line', level: 'warn' },
  { id: 'sql-password', name: 'password in a statement of SQL', level: 'warn' },
  { id: 'config-password', name: 'password in a line of configuration', level: 'warn' },
  { id: 'generic-password', name: 'password, by the name of its key', level: 'warn' },
  { id: 'generic-secret', name: 'value that looks secret, by the name of its key', level: 'warn' },
  { id: 'allow-malformed', name: 'exception that does not count', level: 'warn' },
]

/** Every rule that a finding can have, sorted by id. */
export function listRules(): RuleFacts[] {
  const known = KNOWN_FILES.map(({ rule, message, level }) => ({ id: rule, name: message, level: level ?? 'block' }))
  const byId = new Map<string, RuleFacts>()
  for (const { id, name, level } of [...TOKEN_RULES, ...namedRules(), ...known, ...OTHERS]) {
    const before = byId.get(id)
    if (before === undefined) byId.set(id, { id, name, level })
    else if (level === 'block') byId.set(id, { ...before, level })
  }
  return [...byId.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1))
}
