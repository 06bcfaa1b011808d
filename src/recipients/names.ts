import { KeyError } from '../errors.ts'

const MAX_CHARACTERS = 64
/** Windows opens a device under these names, whatever the folder and whatever stands behind a dot. */
const DEVICE = /^(?:con|prn|aux|nul|conin|conout|com[0-9]|lpt[0-9])(?:\.|$)/
/** What looks like a public key is meant as one; and in small letters a secret one would be a name too. */
const KEY = /^(?:age1|age-secret-key-|age-plugin-|ssh-(?:rsa|ed25519))/

/**
 * Why a text cannot be the name of a recipient; undefined when it can. Names become names of files, on every system:
 * one spelling each, no path, nothing that a system takes for something else. Never repeats the text.
 */
export function nameProblem(text: string): string | undefined {
  if (text === '') return 'it is empty'
  if (text.length > MAX_CHARACTERS) return `it has more than ${MAX_CHARACTERS} characters`
  if (KEY.test(text.toLowerCase())) return 'it looks like a key'
  if (!/^[a-z0-9][a-z0-9._-]*$/.test(text))
    return 'names have small letters, digits, dots, dashes and underscores, and begin with a letter or a digit'
  if (text.endsWith('.')) return 'it ends with a dot'
  return DEVICE.test(text) ? 'Windows has a device of this name' : undefined
}

/** Whether a text is a name and not a public key. */
export function isRecipientName(text: string): boolean {
  return nameProblem(text) === undefined
}

/** @throws KeyError `ERR_RECIPIENT_NAME` */
export function checkName(text: string): void {
  const problem = nameProblem(text)
  if (problem === undefined) return
  throw new KeyError('ERR_RECIPIENT_NAME', `this cannot be the name of a recipient: ${problem}`, {
    hint: 'choose a name such as prod-deploy or alice',
  })
}

/** How an earlier key of a recipient is called. */
export function earlierName(name: string): string {
  return `${name}, earlier`
}
