import { relative } from 'node:path'
import { bareRecipient } from '../../config/key-text.ts'
import { type BullaError, type ErrorCode, isBullaError, KeyError } from '../../errors.ts'
import { displayName } from '../../keys/key-name.ts'
import type { World } from '../ports.ts'

/** Their messages show keys, as `displayName` does. */
const CODES: readonly ErrorCode[] = ['ERR_KEY_UNSUPPORTED', 'ERR_WRAP']

/** Errors about keys, with the names and files of the recipients whose keys these are: nobody knows them by heart. */
export async function nameInErrors(
  errors: readonly unknown[],
  { recipients, cwd }: Pick<World, 'recipients' | 'cwd'>,
): Promise<readonly unknown[]> {
  if (!errors.some(isAboutKeys)) return errors
  const owners = await ownersOf(recipients)
  return errors.map((error) => {
    if (!isAboutKeys(error)) return error
    const message = owners.reduce((text, { keys, name, path }) => {
      const key = keys.find((one) => text.includes(one))
      return key === undefined ? text : text.replace(key, () => `${key} (${name}, ${relative(cwd, path)})`)
    }, error.message)
    return message === error.message ? error : new KeyError(error.code, message, detailsOf(error))
  })
}

async function ownersOf(recipients: World['recipients']) {
  try {
    const all = (await (await recipients()).all(undefined))?.recipients ?? []
    // behind an SSH key stands a comment, the same or another one, or none
    return all.map(({ name, path, recipient }) => {
      const keys = [recipient, bareRecipient(recipient)].map((key) => displayName('age', key))
      return { name, path, keys }
    })
  } catch (error) {
    // that recipients cannot be read is told by who needs them
    if (isBullaError(error)) return []
    throw error
  }
}

function isAboutKeys(error: unknown): error is BullaError {
  return isBullaError(error) && CODES.includes(error.code)
}

function detailsOf({ where, hint, cause }: BullaError) {
  return {
    ...(where === undefined ? {} : { where }),
    ...(hint === undefined ? {} : { hint }),
    ...(cause === undefined ? {} : { cause }),
  }
}
