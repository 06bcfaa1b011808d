import { dirname } from 'node:path'
import { bareRecipient } from '../../config/key-text.ts'
import { KeyError } from '../../errors.ts'
import { keyName } from '../../keys/key-name.ts'
import { keysOf } from '../../recipients/recipient-file.ts'
import { PolicyFinder } from '../policy.ts'
import type { World } from '../ports.ts'
import { placesOf } from './key-places.ts'
import { readStored } from './recipient-store.ts'

/** Where the public keys of a recipient still stand. */
export interface RecipientUse {
  /** Rules of the policy, 1-based, with their lines. */
  readonly rules: readonly { readonly file: string; readonly rule: number; readonly line: number }[]
  /** Sealed files, absolute. */
  readonly files: readonly string[]
  /** Whether identities are wrapped in the file: nobody can open with them once it is gone. */
  readonly isMachine: boolean
}

/**
 * Remove the file of a recipient. Policies and sealed files stay as they are, and say public keys from then on.
 *
 * @param confirmed - asked with what still uses the recipient; undefined when nobody could be asked
 * @returns what still uses it; undefined when it was not confirmed
 * @throws KeyError `ERR_RECIPIENT_NAME`; UsageError `ERR_NOT_CONFIRMED`; FileError. Calls nobody
 */
export async function removeRecipient(
  name: string,
  confirmed: (use: RecipientUse) => Promise<boolean | undefined>,
  world: World,
): Promise<RecipientUse | undefined> {
  const { recipient, version } = await readStored(name, world)
  const keys = keysOf(recipient)
  const publicKeys = new Set(keys.map((key) => bareRecipient(key.recipient)))
  const use: RecipientUse = {
    rules: await rulesWith(publicKeys, recipient.path, world),
    files: (await placesOf([...publicKeys], dirname(dirname(dirname(recipient.path))), world)).files,
    isMachine: keys.some(({ wrappings }) => wrappings.length > 0),
  }
  const answer = await confirmed(use)
  if (answer === undefined) {
    throw new KeyError('ERR_NOT_CONFIRMED', 'there is nobody who could be asked; nothing was removed', {
      where: { file: recipient.path },
      hint: 'add --yes to go on without asking',
    })
  }
  if (!answer) return undefined
  await world.files.remove(version)
  ;(await world.recipients()).forget()
  return use
}

async function rulesWith(
  publicKeys: ReadonlySet<string>,
  path: string,
  { files, cwd, configPath }: World,
): Promise<RecipientUse['rules']> {
  const { config } = await new PolicyFinder(files, cwd, configPath).config(path)
  return (config?.rules ?? []).flatMap(({ index, groups, place }) => {
    const uses = groups.flat().some((key) => publicKeys.has(bareRecipient(keyName(key))))
    return uses ? [{ file: config?.path ?? '', rule: index + 1, line: place('age').line }] : []
  })
}
