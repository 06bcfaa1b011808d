import { createHash, type Hash, timingSafeEqual } from 'node:crypto'
import { IntegrityError } from '../errors.ts'
import { parseSealed } from '../format/enc.ts'
import { encodeText } from '../format/text.ts'
import { withoutFraction } from '../format/time.ts'
import { ByteArena } from './byte-arena.ts'
import { sealValue, tryOpenValue } from './cipher.ts'
import type { DataKey } from './data-key.ts'

/** SHA-256 of `sops`, hashed first when only sealed values count, so that the two kinds of MAC never agree. */
const ONLY_ENCRYPTED_PREFIX = Buffer.from('8a3fd2ad54ce66527b1034f3d147be0b0b975b3bf44f72c6fdadec8176f27d69', 'hex')

/** The digest takes short values together: a call of OpenSSL costs more than to hash one. */
const TOGETHER = 2048

/**
 * The digest over the values of a file: one SHA-512 over the plaintext bytes of every leaf in walk order, all documents
 * together, with nothing between them. Nulls and comments are not added; which others are is for the walk to say.
 *
 * @see sops `sops.go`, `Tree.Encrypt`
 */
export class MacDigest {
  private readonly hash: Hash
  private readonly waiting = new ByteArena(256)
  /** What was added last: opened values stand one behind the other, and many of them are hashed as one. */
  private run: Uint8Array = new Uint8Array()
  private runStart = 0
  private runEnd = 0

  /** @param start - `mac_only_encrypted` of the file, or a digest to go on from */
  constructor(start: boolean | MacDigest) {
    this.hash = typeof start === 'boolean' ? createHash('sha512') : start.copy()
    if (start === true) this.hash.update(ONLY_ENCRYPTED_PREFIX)
  }

  /**
   * Add the plaintext bytes of one leaf, spelled as the ciphertext spells them (`True`, floats without exponent): all of
   * `plaintext`, or the part between two offsets. They must stay as they are until something else was added or the digest
   * is finished.
   */
  add(plaintext: Uint8Array, start = 0, end = plaintext.length): void {
    if (plaintext !== this.run || start !== this.runEnd) {
      this.endRun()
      this.run = plaintext
      this.runStart = start
    }
    this.runEnd = end
  }

  /** Add the plaintext of one leaf as text. */
  addText(plaintext: string): void {
    if (plaintext.length >= TOGETHER) {
      this.add(encodeText(plaintext))
      return
    }
    this.endRun()
    this.waiting.addText(plaintext)
    this.flushFull()
  }

  private endRun(): void {
    const { run, runStart, runEnd } = this
    this.runStart = runEnd
    if (runEnd - runStart < TOGETHER) {
      this.waiting.addBytes(run, runStart, runEnd)
      this.flushFull()
    } else {
      this.flush()
      this.hash.update(run.subarray(runStart, runEnd))
    }
  }

  private copy(): Hash {
    this.endRun()
    this.flush()
    return this.hash.copy()
  }

  private flushFull(): void {
    if (this.waiting.length >= TOGETHER) this.flush()
  }

  private flush(): void {
    this.hash.update(this.waiting.bytes.subarray(0, this.waiting.length))
    this.waiting.length = 0
  }

  /** 128 upper-case hexadecimal digits. Ends the digest: nothing can be added afterwards. */
  finish(): string {
    this.endRun()
    this.flush()
    this.waiting.wipe()
    return this.hash.digest('hex').toUpperCase()
  }
}

/** A digest, and from some leaf on others, in which that leaf is spelled otherwise or exchanged. */
export class Digests {
  readonly own: MacDigest
  other: MacDigest | undefined
  exchanged: MacDigest | undefined

  constructor(own: MacDigest) {
    this.own = own
  }

  add(plaintext: Uint8Array, start = 0, end = plaintext.length): void {
    this.own.add(plaintext, start, end)
    this.other?.add(plaintext, start, end)
    this.exchanged?.add(plaintext, start, end)
  }

  /** Add what the second one spells otherwise. */
  addTwo(plaintext: Uint8Array, otherwise: Uint8Array): void {
    this.other ??= new MacDigest(this.own)
    this.own.add(plaintext)
    this.other.add(otherwise)
    this.exchanged?.add(plaintext)
  }
}

interface MacPlace {
  readonly dataKey: DataKey
  /** `lastmodified` of the file as RFC 3339; bound to the MAC to the second. */
  readonly lastModified: string
}

/**
 * Seal a digest as the `mac` field.
 *
 * @param iv - 32 fresh bytes
 * @returns The `ENC[…]` string.
 */
export function sealMac({ dataKey, lastModified, digest, iv }: MacPlace & { digest: string; iv: Uint8Array }): string {
  return sealValue({
    dataKey,
    iv,
    aad: encodeText(macAad(lastModified)),
    plaintext: Buffer.from(digest, 'ascii'),
    type: 'str',
  })
}

interface MacCheck extends MacPlace {
  readonly mac: string
  readonly digest: string
  readonly otherDigest?: string | undefined
  readonly opened?: string | undefined
}

/**
 * Check the `mac` field against the digest of the values that were read.
 *
 * The digests are not in the error: they are unsalted hashes of the plaintext, and a short value can be guessed from one.
 *
 * @param otherDigest - what else the values may have been hashed to, see `OpenedTree`
 * @param opened - what `mac` held, if it was opened with the values of the file
 * @throws {@link IntegrityError} `ERR_MAC_MISSING` when the field is empty; `ERR_MAC_MISMATCH` when it does not open
 *   with this data key and time, or holds another digest
 */
export function verifyMac({ dataKey, lastModified, mac, digest, otherDigest, opened }: MacCheck): void {
  if (mac === '') {
    throw new IntegrityError(
      'ERR_MAC_MISSING',
      'the file has no mac: nothing says that its values are complete and unchanged',
      {
        hint: 'restore the file from git; to read it all the same use --ignore-mac',
      },
    )
  }
  const stored = opened === undefined ? openMac({ dataKey, lastModified }, mac) : Buffer.from(opened, 'utf8')
  if (stored === undefined) throw mismatch('the mac of the file does not open: mac or lastmodified was changed')
  if (isDigest(stored, digest) || (otherDigest !== undefined && isDigest(stored, otherDigest))) return
  throw mismatch(
    'the mac does not match the values: something was changed, added, removed or reordered without the data key',
  )
}

function openMac({ dataKey, lastModified }: MacPlace, mac: string): Uint8Array | undefined {
  const sealed = parseSealed(mac)
  return sealed?.type === 'str' ? tryOpenValue({ dataKey, sealed, aad: encodeText(macAad(lastModified)) }) : undefined
}

function isDigest(stored: Uint8Array, digest: string): boolean {
  const computed = Buffer.from(digest, 'ascii')
  return stored.length === computed.length && timingSafeEqual(stored, computed)
}

/** What the `mac` field is bound to. */
export function macAad(lastModified: string): string {
  return withoutFraction(lastModified)
}

function mismatch(message: string): IntegrityError {
  return new IntegrityError('ERR_MAC_MISMATCH', message, {
    hint: 'compare the file with its last good version in git; to read it all the same use --ignore-mac',
  })
}
