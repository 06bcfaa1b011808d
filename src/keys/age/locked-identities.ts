import { createHash } from 'node:crypto'
import { reasonOf } from '../reason.ts'
import { AgeFileError } from './age-file-error.ts'
import { decodeArmor } from './armor.ts'
import type { AgeEnvironment } from './environment.ts'
import { openAgeFile } from './file.ts'
import { type AgeHeader, parseHeader } from './header.ts'
import { type NativeIdentity, parseIdentities } from './identities.ts'
import { PassphraseIdentity, passphraseStanza } from './passphrase.ts'

const ATTEMPTS = 3
const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** Whether the text of a source is an age file, to be opened with a passphrase, and not a list of identities. */
export function isLocked(text: string): boolean {
  return text.startsWith('age-encryption') || text.startsWith('-----BEGIN AGE')
}

/** An identity file behind a passphrase. It is asked for when an identity is needed, and once however many callers wait. */
export class LockedIdentities {
  /** Why it gives no identities; undefined while it is not opened or when it was opened. */
  problem: string | undefined
  private readonly place: string
  private readonly text: string
  private readonly environment: AgeEnvironment
  private unlocked: Promise<readonly NativeIdentity[]> | undefined

  /** @param text - the file, one character a byte */
  constructor(place: string, text: string, environment: AgeEnvironment) {
    this.place = place
    this.text = text
    this.environment = environment
  }

  /** The identities inside; none when it cannot be opened, see {@link problem}. Never rejects. */
  unlock(): Promise<readonly NativeIdentity[]> {
    this.unlocked ??= this.open().catch((error: unknown) => {
      this.problem = error instanceof AgeFileError ? `it is damaged: ${error.message}` : reasonOf(error)
      return []
    })
    return this.unlocked
  }

  private async open(): Promise<readonly NativeIdentity[]> {
    const file = this.text.startsWith('-----') ? decodeArmor(this.text) : Buffer.from(this.text, 'latin1')
    const header = parseHeader(file)
    if (passphraseStanza(header) === undefined) return this.fail('it is encrypted, but not with a passphrase')
    const cacheId = agentCacheId(file)
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
      const passphrase = await this.environment.askPassphrase({ place: this.place, cacheId, attempt })
      if (passphrase === undefined || passphrase === '')
        return this.fail('it is protected, and no passphrase was given')
      const identities = await openWith(header, passphrase)
      if (identities !== undefined) return identities.length > 0 ? identities : this.fail('it holds no identity')
    }
    return this.fail('the passphrase was wrong')
  }

  private fail(problem: string): readonly NativeIdentity[] {
    this.problem = problem
    return []
  }
}

/** Undefined when the passphrase is wrong. */
async function openWith(header: AgeHeader, passphrase: string): Promise<readonly NativeIdentity[] | undefined> {
  const content = await openAgeFile(header, [new PassphraseIdentity(passphrase)])
  if (content === null) return undefined
  const text = Buffer.from(content.buffer, content.byteOffset, content.byteLength).toString('latin1')
  // wiped: the strings made of it cannot be
  content.fill(0)
  return parseIdentities(text).identities
}

/** @see sops `age/encrypted_keys.go`: gpg-agent takes 50 characters at most, and percent-encodes what is not base32 */
function agentCacheId(file: Uint8Array): string {
  const digest = createHash('sha256').update(file).digest().subarray(0, 25)
  const bits = [...digest].map((byte) => byte.toString(2).padStart(8, '0')).join('')
  const letters = (bits.match(/.{5}/g) ?? []).map((five) => BASE32[Number.parseInt(five, 2)])
  return `SopsAge${letters.join('')}`
}
