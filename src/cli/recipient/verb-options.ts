import { UsageError } from '../../errors.ts'
import type { Values } from '../options/options.ts'
import { RECIPIENT_VERBS, type RecipientVerb } from './verb-names.ts'

/** Which promise nothing that a verb without them would not keep. */
const EVERYWHERE = ['config', 'quiet', 'verbose', 'yes']
const WRAPPING = [
  ...['awsKms', 'kms', 'gcpKms', 'azureKv', 'hcVaultTransit', 'local', 'localName'],
  ...['awsProfile', 'encryptionContext'],
]
const GRANT = ['apply', 'group', 'shared', 'allowEmpty', 'allowLockout', 'dryRun', 'json']

/** What each verb takes beside that. All verbs are one command, which cannot tell by itself. */
const OPTIONS: Readonly<Record<RecipientVerb, readonly string[]>> = {
  create: [...WRAPPING, 'description', 'postQuantum'],
  add: ['description', 'file'],
  list: ['json'],
  show: ['json'],
  wrap: [...WRAPPING, 'dryRun', 'json'],
  rewrap: [...WRAPPING, 'all', 'from', 'dryRun', 'json'],
  remove: ['dryRun'],
  rotate: ['file', 'newKey', 'dropPrevious', 'allowLockout', 'dryRun', 'json'],
  rename: [],
  grant: GRANT,
  ungrant: GRANT,
}

/**
 * An option that a verb does not know must not be passed over: who wrote `--dry-run` believes that nothing was done.
 *
 * @throws UsageError `ERR_USAGE`
 */
export function checkVerbOptions(verb: RecipientVerb, values: Values): void {
  const known = [...EVERYWHERE, ...OPTIONS[verb]]
  const strange = Object.keys(values).find((name) => values[name] !== undefined && !known.includes(name))
  if (strange === undefined) return
  const option = optionOf(strange)
  const others = RECIPIENT_VERBS.filter((other) => OPTIONS[other].includes(strange))
  throw new UsageError('ERR_USAGE', `recipient ${verb} has no option ${option}`, {
    hint: `leave it out; it belongs to ${others.join(', ')}`,
  })
}

/** @param about - what help says of the option: which verbs have it, in front of a colon, where not all have */
export function isOptionOf(verb: RecipientVerb, name: string, about: string): boolean {
  const verbs = wordsOf(verbsOf(about))
  return [...EVERYWHERE, ...OPTIONS[verb]].includes(name) && (verbs.length === 0 || verbs.includes(verb))
}

/** `rotate, grant: ` in front of what help says of an option; empty when it names no verbs. */
export function verbsOf(about: string): string {
  const front = /^[a-z, ]+: /.exec(about)?.[0] ?? ''
  return wordsOf(front).every((word) => RECIPIENT_VERBS.some((verb) => verb === word)) ? front : ''
}

function wordsOf(front: string): string[] {
  return front.split(/[, :]+/).filter((word) => word !== '')
}

function optionOf(name: string): string {
  return `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
}
