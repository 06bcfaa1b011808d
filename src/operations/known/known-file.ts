import { type Fingerprint, Fingerprinter } from '../../scan/known/fingerprint.ts'

/** A value that was seen when a sealed file was open. */
export interface SealedValue extends Fingerprint {
  /** JSON of the file, from the root of the repository, and the key path in it. Read only for what is found. */
  readonly origin: string
}

/** What a repository remembers of the values that are sealed in it. */
export interface KnownFile {
  /** 32 random bytes of this repository. */
  readonly key: Uint8Array
  /** Of the sliding hash of {@link Fingerprinter}; undefined where nothing was written yet: it follows from the key. */
  base: number | undefined
  /** Up to this commit, everything sealed has been looked at. */
  head: string | undefined
  /** Which keys were at hand then. */
  keys: string | undefined
  /** Ids of sealed blobs of which the values are known, the oldest first. */
  readonly opened: Set<string>
  /** Ids of those that no key opened, with their paths. */
  readonly closed: Map<string, string>
  /** By id, the oldest first. */
  readonly values: Map<string, SealedValue>
}

const TITLE = 'bulla known values 1'
const KEY_BYTES = 32
/** What is older is forgotten: the file stays below some megabytes. */
const MOST_VALUES = 50_000
const MOST_BLOBS = 20_000
const MOST_BYTES = 32 * 1024 * 1024

export function emptyKnownFile(key: Uint8Array): KnownFile {
  return {
    key,
    base: undefined,
    head: undefined,
    keys: undefined,
    opened: new Set(),
    closed: new Map(),
    values: new Map(),
  }
}

/** @returns undefined for what is not in this format: of a later version, or of somebody else */
export function parseKnownFile(bytes: Uint8Array): KnownFile | undefined {
  if (bytes.length > MOST_BYTES) return undefined
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')
  if (!text.startsWith(`${TITLE}\n`)) return undefined
  const found = emptyKnownFile(new Uint8Array(KEY_BYTES))
  let hasKey = false
  for (let start = TITLE.length + 1; start < text.length; ) {
    const feed = text.indexOf('\n', start)
    const end = feed === -1 ? text.length : feed
    const line = new Line(text.slice(start, end))
    start = end + 1
    const kind = line.word()
    const first = line.word()
    if (kind === 'value') {
      const length = Number(line.word())
      const sketch = Number.parseInt(line.word(), 36)
      if (!Number.isInteger(length) || !Number.isInteger(sketch)) continue
      found.values.set(first, { id: first, length, sketch, origin: line.rest() })
    } else if (kind === 'open') found.opened.add(first)
    else if (kind === 'closed') found.closed.set(first, textIn(line.rest()))
    else if (kind === 'head') found.head = first
    else if (kind === 'keys') found.keys = first
    else if (kind === 'base') found.base = baseIn(first)
    else if (kind === 'key') {
      const key = Buffer.from(first, 'base64url')
      hasKey = key.length === KEY_BYTES
      if (hasKey) found.key.set(key)
    }
  }
  return hasKey ? found : undefined
}

/** Words with a space behind each. No array is made of them: every hook reads this file, and would wait for the collector. */
class Line {
  private readonly text: string
  private at = 0

  constructor(text: string) {
    this.text = text
  }

  /** The next one; empty when there is none. */
  word(): string {
    const space = this.text.indexOf(' ', this.at)
    const word = this.text.slice(this.at, space === -1 ? this.text.length : space)
    this.at += word.length + 1
    return word
  }

  /** What is left. */
  rest(): string {
    return this.text.slice(this.at)
  }
}

export function formatKnownFile({ key, base, head, keys, opened, closed, values }: KnownFile): Uint8Array {
  const lines = [
    TITLE,
    `key ${Buffer.from(key).toString('base64url')}`,
    `base ${new Fingerprinter(key, base).base}`,
    ...(head === undefined ? [] : [`head ${head}`]),
    ...(keys === undefined ? [] : [`keys ${keys}`]),
    ...[...opened].slice(-MOST_BLOBS).map((id) => `open ${id}`),
    ...[...closed].slice(-MOST_BLOBS).map(([id, path]) => `closed ${id} ${JSON.stringify(path)}`),
    ...[...values.values()]
      .slice(-MOST_VALUES)
      .map(({ id, length, sketch, origin }) => `value ${id} ${length} ${sketch.toString(36)} ${origin}`),
  ]
  return Buffer.from(`${lines.join('\n')}\n`)
}

/** It is odd; with another one no copy would be found. */
function baseIn(word: string): number | undefined {
  const base = /^[0-9]{1,10}$/.test(word) ? Number(word) : 0
  return base % 2 === 1 && base < 2 ** 32 ? base : undefined
}

/** Where a value is sealed: `secrets.yaml (db.password)`. */
export function readOrigin(origin: string): { readonly file: string; readonly keyPath: string } {
  const [file, keyPath] = listIn(origin)
  return { file: String(file ?? ''), keyPath: String(keyPath ?? '') }
}

export function writeOrigin(file: string, keyPath: string): string {
  return JSON.stringify([file, keyPath])
}

function textIn(json: string): string {
  return String(listIn(`[${json}]`)[0] ?? '')
}

function listIn(json: string): unknown[] {
  try {
    const parsed: unknown = JSON.parse(json)
    return Array.isArray(parsed) ? parsed : []
  } catch {
    return [] // somebody changed the line: the value is known all the same
  }
}
