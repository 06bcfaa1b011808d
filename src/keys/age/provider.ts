import type { RandomSource } from '../../crypto/random.ts'
import { KeyError } from '../../errors.ts'
import type { KeyEntry } from '../../format/metadata.ts'
import { keyName } from '../key-name.ts'
import type {
  EntryFacts,
  KeyCall,
  KeyDescription,
  KeyPlace,
  KeyProvider,
  MasterKey,
  UnwrapContext,
} from '../master-key.ts'
import type { WrappedIdentities } from '../wrapped/wrapped-identities.ts'
import { AgeFileError } from './age-file-error.ts'
import { encodeArmor } from './armor.ts'
import { headerOf, unreadable } from './entry-shape.ts'
import type { AgeEnvironment } from './environment.ts'
import { openAgeFile, openWith, sealAgeFile } from './file.ts'
import type { AgeHeader } from './header.ts'
import { sealForHybrid } from './hybrid.ts'
import { AgeIdentityStore } from './identity-store.ts'
import { inspectAgeFile } from './inspect.ts'
import { type AgeRecipient, parseRecipient } from './recipients.ts'
import { wrapForX25519 } from './x25519.ts'

const USABLE_STANZAS = ['X25519', 'mlkem768x25519']

/**
 * Wraps data keys for age recipients and unwraps them with the identities of this machine. Each entry is a complete,
 * armored age file with one recipient, as sops writes it.
 */
export class AgeProvider implements KeyProvider {
  readonly type = 'age'
  private readonly identities: AgeIdentityStore
  private readonly random: RandomSource
  private readonly recipients = new Map<string, AgeRecipient>()

  /** @param wrapped - identities that key services wrap; undefined when none are used */
  constructor(environment: AgeEnvironment, random: RandomSource, wrapped?: WrappedIdentities) {
    this.identities = new AgeIdentityStore(environment, wrapped)
    this.random = random
  }

  masterKey(description: KeyDescription): MasterKey {
    const recipient = this.recipient(description.fields['recipient'] ?? '')
    return {
      type: this.type,
      name: recipient.text,
      wrap: async (share) => ({
        type: this.type,
        enc: await this.wrap(recipient, share),
        fields: { recipient: recipient.text },
      }),
    }
  }

  /** Parsed once: a thousand files usually have the same recipients. */
  private recipient(text: string): AgeRecipient {
    const known = this.recipients.get(text)
    if (known !== undefined) return known
    const recipient = parseRecipient(text)
    this.recipients.set(text, recipient)
    return recipient
  }

  private async wrap(recipient: AgeRecipient, share: Uint8Array): Promise<string> {
    const file =
      recipient.kind === 'hybrid'
        ? await sealForHybrid(share, recipient.text)
        : sealAgeFile(share, (fileKey) => wrapForX25519(fileKey, recipient.publicKey), this.random)
    if (file !== undefined) return encodeArmor(file)
    throw new KeyError(
      'ERR_RECIPIENT',
      'the recipient is not a safe public key: anybody could open what is wrapped for it',
      {
        hint: 'remove it, and ask its owner for a recipient made by age-keygen',
      },
    )
  }

  async unwrap(entry: KeyEntry, context: UnwrapContext = {}): Promise<Uint8Array | null> {
    const failures: unknown[] = []
    const content = await this.open(entry, context, (error) => failures.push(error))
    // no other identity helped either
    if (content === null && failures.length > 0) throw failures[0]
    return content
  }

  private async open(
    entry: KeyEntry,
    context: UnwrapContext,
    failed: (error: unknown) => void,
  ): Promise<Uint8Array | null> {
    try {
      const header = headerOf(entry.enc)
      checkUsable(header)
      const recipient = keyName(entry)
      const here = await this.identities.here(recipient, context)
      const content = here === undefined ? null : await openWith(here, header)
      return content ?? (await openAgeFile(header, this.identities.candidates(recipient, context, failed)))
    } catch (error) {
      if (!(error instanceof AgeFileError)) throw error
      throw new KeyError('ERR_NO_DATA_KEY', unreadable(error), { hint: 'restore the sops block from git' })
    }
  }

  async inspect(entry: KeyEntry, triesAll: boolean): Promise<EntryFacts> {
    const named = keyName(entry)
    try {
      return await inspectAgeFile(
        headerOf(entry.enc),
        named,
        await this.identities.atHand(triesAll ? undefined : named),
      )
    } catch (error) {
      if (error instanceof AgeFileError) return { opensWith: [], problem: unreadable(error) }
      throw error
    }
  }

  holds(entry: KeyEntry): Promise<boolean> {
    return this.identities.holds(keyName(entry))
  }

  mayGet(entry: KeyEntry, context: UnwrapContext = {}): Promise<boolean> {
    return this.identities.mayGet(keyName(entry), context)
  }

  async about(description: KeyDescription, context: UnwrapContext = {}): Promise<KeyCall> {
    const wrappings = await this.identities.wrappings(keyName(description), context)
    return wrappings.length === 0 ? {} : { wrappings }
  }

  nameOf(description: KeyDescription, context: UnwrapContext = {}): Promise<string | undefined> {
    return this.identities.nameOf(keyName(description), context)
  }

  async survey(): Promise<readonly KeyPlace[]> {
    return (await this.identities.survey()).map((found) => ({ type: this.type, ...found }))
  }

  report(): readonly string[] {
    return this.identities.report()
  }

  dispose(): void {
    this.identities.dispose()
  }
}

/** Says so before any command runs or a passphrase is asked for: no identity that could come of it would fit. */
function checkUsable({ stanzas }: AgeHeader): void {
  if (stanzas.some(({ type }) => USABLE_STANZAS.includes(type))) return
  const ssh = stanzas.some(({ type }) => type.startsWith('ssh-'))
  throw new KeyError(
    'ERR_KEY_UNSUPPORTED',
    ssh
      ? 'it is wrapped for an SSH key, which cannot be used yet'
      : 'it is wrapped for a kind of age key that cannot be used yet',
    { hint: 'open the file with sops' },
  )
}
