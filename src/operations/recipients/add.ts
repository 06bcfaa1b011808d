import { isBullaError, KeyError } from '../../errors.ts'
import { parseRecipient } from '../../keys/age/recipients.ts'
import { looksSecret } from '../../keys/looks-secret.ts'
import type { Recipient } from '../../recipients/recipient-file.ts'
import type { World } from '../ports.ts'
import type { MadeRecipient } from './create.ts'
import { checkNewKey, createRecipientFile, newRecipientPath } from './recipient-store.ts'

export interface AddOptions {
  readonly name: string
  /** The public key, or a file that holds one: its comments and empty lines do not count. */
  readonly text: string
  readonly description?: string
}

export interface AddedRecipient extends MadeRecipient {
  /** Why nothing can be sealed for it yet. */
  readonly problem: string | undefined
}

/**
 * Give a public key a name. Nobody is called.
 *
 * @throws KeyError `ERR_RECIPIENT_NAME`, `ERR_RECIPIENT`; FileError
 */
export async function addRecipient({ name, text, description }: AddOptions, world: World): Promise<AddedRecipient> {
  const path = await newRecipientPath(name, world)
  const publicKey = onlyKey(text)
  const problem = checkPublicKey(publicKey)
  await checkNewKey(publicKey, world)
  const recipient: Recipient = {
    name,
    recipient: publicKey,
    ...(description === undefined ? {} : { description }),
    wrappings: [],
    previous: [],
  }
  await createRecipientFile(path, recipient, world)
  return { path, recipient, problem }
}

/** @throws KeyError `ERR_RECIPIENT`; what was given is not shown: it may be a secret in the wrong place */
export function onlyKey(text: string): string {
  // first of all, and in comments too: a file of age-keygen holds both halves
  if (looksSecret(text)) {
    throw new KeyError('ERR_RECIPIENT', 'an identity (secret key) was given where a recipient (public key) belongs', {
      hint: 'give its public half, which "age-keygen -y FILE" prints; if the identity was sent to you, its owner must replace it',
    })
  }
  const lines = text.split(/\r?\n/).map((line) => line.trim())
  const [key, second] = lines.filter((line) => line !== '' && !line.startsWith('#'))
  if (key !== undefined && second === undefined) return key
  throw new KeyError('ERR_RECIPIENT', key === undefined ? 'no public key was given' : 'several lines were given', {
    hint: 'a recipient has one public key: age1… or ssh-ed25519 …',
  })
}

/** @returns why it cannot be used yet. @throws KeyError `ERR_RECIPIENT` when it is no public key */
export function checkPublicKey(text: string): string | undefined {
  try {
    parseRecipient(text)
    return undefined
  } catch (error) {
    if (isBullaError(error) && error.code === 'ERR_KEY_UNSUPPORTED') return error.message
    throw error
  }
}
