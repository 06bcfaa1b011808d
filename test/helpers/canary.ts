import { inspect } from 'node:util'

/** Part of test secrets by convention, so that a leak is found even where the secret was changed on the way. */
export const MARKER = 'C4N4RY'

const WINDOW = 12
const INSPECT = { depth: Number.POSITIVE_INFINITY, showHidden: true, maxArrayLength: null, maxStringLength: null }
/** What all identities start with says nothing; hints may show it. */
const PUBLIC_PREFIX = /^AGE-(SECRET-KEY-(PQ-)?|PLUGIN-)1?/i

/**
 * Fail when something that a person or a log will see shows a secret or a piece of one, in any case and any of the usual
 * encodings.
 *
 * @param shown - an error (with everything `console.error` and `JSON.stringify` print of it) or a text
 * @param secrets - texts, or bytes
 */
export function expectNoSecret(shown: unknown, ...secrets: readonly (string | Uint8Array)[]): void {
  const raw = textOf(shown).toLowerCase()
  // inspect aligns the bytes of an array in columns
  const text = `${raw}\n${raw.replaceAll(/\s+/g, ' ')}`
  for (const secret of [MARKER, ...secrets]) {
    for (const piece of piecesOf(secret)) {
      if (text.includes(piece.toLowerCase())) throw new Error('a secret is shown where people and logs can see it')
    }
  }
}

function textOf(shown: unknown): string {
  if (typeof shown === 'string') return shown
  const details = shown instanceof Error ? [shown.message, shown.stack ?? '', String(shown.cause ?? '')] : []
  return [inspect(shown, INSPECT), JSON.stringify(shown) ?? '', ...details].join('\n')
}

/** Every stretch of the secret that is long enough to be no coincidence. */
function piecesOf(secret: string | Uint8Array): string[] {
  const spellings = typeof secret === 'string' ? [secret.replace(PUBLIC_PREFIX, '')] : spellingsOf(secret)
  if (spellings.some((spelling) => spelling.length < MARKER.length))
    throw new RangeError('a test secret is too short to be looked for')
  return spellings.flatMap((spelling) => {
    const count = Math.max(1, spelling.length - WINDOW + 1)
    return Array.from({ length: count }, (_, index) => spelling.slice(index, index + WINDOW))
  })
}

function spellingsOf(bytes: Uint8Array): string[] {
  const buffer = Buffer.from(bytes)
  // the last one is how inspect prints an array of bytes
  return [buffer.toString('hex'), buffer.toString('base64'), buffer.toString('base64url'), [...bytes].join(', ')]
}
