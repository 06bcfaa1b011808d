import type { BullaError } from '../../errors.ts'
import { wrappingName } from '../../keys/wrapped/wrapping-name.ts'
import { copied, type ListedRecipient, type RecipientFolder } from '../../recipients/directory.ts'
import { keysOf, type PreviousKey, type RecipientKey } from '../../recipients/recipient-file.ts'
import type { World } from '../ports.ts'

/** A recipient, as it is shown. Nothing in it is secret. */
export interface ShownRecipient {
  readonly name: string
  /** Absolute. */
  readonly path: string
  readonly kind: 'person' | 'machine'
  readonly description?: string
  readonly keys: readonly ShownKey[]
}

export interface ShownKey {
  readonly recipient: string
  readonly state: 'current' | 'previous'
  readonly retiredAt?: string
  /** `keyArn`: what an alias of AWS stood for. */
  readonly wrappings: readonly { readonly key: string; readonly keyArn?: string; readonly createdAt?: string }[]
}

export interface RecipientList {
  readonly recipients: readonly ShownRecipient[]
  readonly problems: readonly BullaError[]
}

/** All recipients that are known here. Calls nobody. @throws ConfigError `ERR_RECIPIENT_FILE` */
export async function listRecipients({ recipients }: World): Promise<RecipientList> {
  const found = await (await recipients()).all()
  return { recipients: (found?.recipients ?? []).map(shown), problems: found === undefined ? [] : problemsIn(found) }
}

/** Files of recipients that are not used: broken ones, and those of which nobody can tell whose key it is. */
export function problemsIn({ recipients, problems }: RecipientFolder): BullaError[] {
  return [...problems, ...copiesIn(recipients)]
}

function copiesIn(recipients: readonly ListedRecipient[]): BullaError[] {
  const owners = new Map<string, ListedRecipient>()
  const copies: BullaError[] = []
  for (const one of recipients) {
    const owner = keysOf(one)
      .map(({ recipient }) => owners.get(recipient))
      .find((other) => other !== undefined)
    if (owner !== undefined) copies.push(copied(owner, one))
    for (const { recipient } of keysOf(one)) if (!owners.has(recipient)) owners.set(recipient, one)
  }
  return copies
}

/** One recipient. Calls nobody. @throws KeyError `ERR_RECIPIENT_NAME`; ConfigError `ERR_RECIPIENT_FILE` */
export async function showRecipient(name: string, { recipients }: World): Promise<ShownRecipient> {
  return shown(await (await recipients()).byName(name))
}

function shown(recipient: ListedRecipient): ShownRecipient {
  const { name, path, description } = recipient
  const keys = keysOf(recipient)
  return {
    name,
    path,
    kind: keys.some(({ wrappings }) => wrappings.length > 0) ? 'machine' : 'person',
    ...(description === undefined ? {} : { description }),
    keys: keys.map((key, index) => shownKey(key, index)),
  }
}

function shownKey(
  { recipient, wrappings, retiredAt }: RecipientKey & Pick<PreviousKey, 'retiredAt'>,
  index: number,
): ShownKey {
  return {
    recipient,
    state: index === 0 ? 'current' : 'previous',
    ...(retiredAt === undefined ? {} : { retiredAt }),
    wrappings: wrappings.map(({ key, createdAt }) => ({
      key: wrappingName(key),
      ...(key.fields['key_arn'] === undefined ? {} : { keyArn: key.fields['key_arn'] }),
      ...(createdAt === undefined ? {} : { createdAt }),
    })),
  }
}
