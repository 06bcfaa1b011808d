import { createHmac } from 'node:crypto'
import { isPlace, isPlainWord, isReference } from '../../scan/values.ts'

/** Shorter ones stand anywhere by chance. */
const SHORTEST = 8
const CERTAIN = 12
const KEY_BYTES = 32
const FINGERPRINT_BYTES = 12

/** What stands in the file; nobody without the key of this clone can compare it with a guess. */
interface Data {
  readonly version: 1
  readonly key: string
  /** The commit whose files were all looked at. */
  readonly commit: string | undefined
  /** Fingerprints by sealed blob. */
  readonly blobs: Readonly<Record<string, readonly string[]>>
  /** Sealed files of that commit that no key at hand opened: paths by blob. */
  readonly unopened?: Readonly<Record<string, string>>
}

/**
 * Fingerprints of the values that are sealed in a repository, keyed by random bytes that stay in its git folder. Texts are
 * compared with them token by token.
 */
export class KnownValues {
  commit: string | undefined
  /** Paths by blob. */
  readonly unopened: Map<string, string>
  private readonly key: Buffer
  private readonly blobs: Map<string, readonly string[]>
  private readonly levels = new Map<string, 'block' | 'warn'>()
  private readonly lengths = new Set<number>()

  private constructor({ key, commit, blobs, unopened = {} }: Data) {
    this.unopened = new Map(Object.entries(unopened))
    this.key = Buffer.from(key, 'base64')
    this.commit = commit
    this.blobs = new Map(Object.entries(blobs))
    for (const prints of this.blobs.values()) for (const print of prints) this.learn(print)
  }

  static create(random: (length: number) => Uint8Array): KnownValues {
    const key = Buffer.from(random(KEY_BYTES)).toString('base64')
    return new KnownValues({ version: 1, key, commit: undefined, blobs: {} })
  }

  /** @returns undefined for what is no such file: it is made anew */
  static parse(bytes: Uint8Array): KnownValues | undefined {
    try {
      const data = JSON.parse(Buffer.from(bytes).toString('utf8')) as Data // written by format(), else it fails below
      return data.version === 1 && Buffer.from(data.key, 'base64').length === KEY_BYTES
        ? new KnownValues(data)
        : undefined
    } catch {
      return undefined
    }
  }

  format(): Uint8Array {
    const { commit } = this
    const data: Data = {
      ...{ version: 1, key: this.key.toString('base64'), commit },
      blobs: Object.fromEntries(this.blobs),
      unopened: Object.fromEntries(this.unopened),
    }
    return Buffer.from(JSON.stringify(data))
  }

  has(blob: string): boolean {
    return this.blobs.has(blob)
  }

  get isEmpty(): boolean {
    return this.levels.size === 0
  }

  /** Remember the values of a sealed blob, also as base64 and in addresses. */
  add(blob: string, values: Iterable<string>): void {
    const prints = new Set<string>()
    for (const value of values) {
      const level = levelOf(value)
      if (level === undefined) continue
      const base64 = Buffer.from(value).toString('base64')
      for (const form of new Set([value, base64, base64.replace(/=+$/, ''), encodeURIComponent(value)])) {
        prints.add(`${level === 'block' ? 'b' : 'w'}${form.length}:${this.fingerprint(form)}`)
      }
    }
    this.blobs.set(blob, [...prints])
    this.unopened.delete(blob)
    for (const print of prints) this.learn(print)
  }

  /** Whether a token of a text is a sealed value, and how sure that is. */
  match(token: string): 'block' | 'warn' | undefined {
    return this.lengths.has(token.length) ? this.levels.get(this.fingerprint(token)) : undefined
  }

  private learn(print: string): void {
    const [head = '', fingerprint = ''] = print.split(':')
    this.lengths.add(Number(head.slice(1)))
    if (head.startsWith('b') || !this.levels.has(fingerprint)) {
      this.levels.set(fingerprint, head.startsWith('b') ? 'block' : 'warn')
    }
  }

  private fingerprint(text: string): string {
    return createHmac('sha256', this.key).update(text).digest().subarray(0, FINGERPRINT_BYTES).toString('base64')
  }
}

/** Values that are words, names of hosts or of files stand in clear elsewhere for good reasons. */
function levelOf(value: string): 'block' | 'warn' | undefined {
  if (value.length < SHORTEST || /\s/.test(value) || isPlainWord(value) || isReference(value)) return undefined
  if (isPlace(value) || /^[a-z][a-z-]*$/i.test(value) || /^[\w-]+(?:\.[a-z][\w-]*)+(?::\d+)?$/i.test(value))
    return undefined
  return value.length >= CERTAIN ? 'block' : 'warn'
}
