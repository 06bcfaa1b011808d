import { createHash } from 'node:crypto'
import type { Finding } from '../finding.ts'
import { TOKEN_RULES } from '../rules/index.ts'

/** What their form shows to be drawn by chance, at sixty bits and more: a hash of it tells nothing to who has it not. */
const UNGUESSABLE = new Set([
  ...TOKEN_RULES.map(({ id }) => id).filter((id) => id !== 'docker-registry-auth'),
  'private-key',
  'pgp-private-key',
  'putty-private-key',
  'google-service-account',
  'jwk-private-key',
])
const SHORTEST = 20
const SEPARATOR = '\0'

/**
 * A name for each finding of a file that stays the same when lines move. `value:` is a hash of the value, for what nobody
 * can guess; everything else gets `place:`, a hash of rule, file and keys, which has nothing of the value in it.
 */
export function fingerprintsOf(
  findings: readonly Finding[],
  fileName: string,
  text: string,
): ReadonlyMap<Finding, string> {
  return new Map(findings.map((finding) => [finding, fingerprintOf(finding, fileName, text)]))
}

function fingerprintOf({ rule, level, path, span }: Finding, fileName: string, text: string): string {
  const value = text.slice(span.start, span.end)
  if (level === 'block' && UNGUESSABLE.has(rule) && value.length >= SHORTEST) {
    return `value:${hash([rule, value.replace(/\s+/g, '')])}`
  }
  // items of lists move; their keys do not
  const keys = (path ?? []).filter((key) => !/^\d+$/.test(key))
  return `place:${hash([rule, fileName, ...keys])}`
}

function hash(parts: readonly string[]): string {
  return createHash('sha256')
    .update(['bulla finding 1', ...parts].join(SEPARATOR))
    .digest('hex')
    .slice(0, 24)
}
