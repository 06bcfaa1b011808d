import { UsageError } from '../../errors.ts'
import type { StoreName } from '../../format/tree.ts'
import type { World } from '../../operations/ports.ts'
import { storeNameFor } from '../../operations/stores.ts'
import type { SetReport } from '../../operations/values/set.ts'
import type { CommandDefinition, Io } from '../io.ts'
import { renderNote } from '../show/messages.ts'
import {
  addCommonOptions,
  addKeyServiceOptions,
  checkKeyServices,
  DECRYPTION_ORDER,
  decryptionOrder,
  flag,
  IGNORE_MAC,
  INDENT,
  INPUT_TYPE,
  integer,
  onlyGiven,
  SAME_OUTPUT_TYPE,
  storeType,
  type Values,
  worldOf,
} from './options.ts'

/** Options of commands that change one value. @param idempotent - what that option means */
export function addChangeOptions(command: CommandDefinition, idempotent: string): void {
  command.optionsGroup('What is changed:')
  addReadingOptions(command)
  command
    .option('--idempotent', idempotent)
    .option(...SAME_OUTPUT_TYPE)
    .option('--shamir-secret-sharing-threshold <groups>', 'accepted for sops: who reads the file stays')
  addKeyServiceOptions(command)
  addCommonOptions(command)
}

/** Options of commands that look into one sealed file. */
export function addReadingOptions(command: CommandDefinition): void {
  command
    .option('--document <number>', 'which of several YAML documents, from 0')
    .option(...INPUT_TYPE)
    .option(...INDENT)
    .option(...IGNORE_MAC)
    .option(...DECRYPTION_ORDER)
}

/** What {@link addReadingOptions} is about, and the world to do it in. */
export interface ReadingOptions {
  readonly world: World
  readonly order: readonly string[]
  readonly ignoreMac: boolean
  readonly document?: number
  readonly indent?: number
  readonly inputType?: StoreName
}

/** @throws UsageError `ERR_USAGE`, `ERR_DECRYPTION_ORDER` */
export function readingOptions(values: Values, io: Io): ReadingOptions {
  checkKeyServices(values, io)
  const document = integer(values, 'document', '--document')
  const indent = integer(values, 'indent', '--indent')
  const inputType = storeType(values, 'inputType', '--input-type')
  return {
    world: worldOf(values, io),
    order: decryptionOrder(values, io),
    ignoreMac: flag(values, 'ignoreMac'),
    ...onlyGiven({ document, indent, inputType }),
  }
}

/** The same for a command that writes. @throws UsageError `ERR_CONFLICT` for another format than the file has */
export function changeOptions(values: Values, io: Io, file = ''): ReadingOptions {
  const options = readingOptions(values, io)
  integer(values, 'shamirSecretSharingThreshold', '--shamir-secret-sharing-threshold')
  const outputType = storeType(values, 'outputType', '--output-type')
  if (outputType === undefined || outputType === (options.inputType ?? storeNameFor(file))) return options
  throw new UsageError('ERR_CONFLICT', 'a file keeps its format when a value of it is changed', {
    hint: 'leave out --output-type; to change the format use decrypt and encrypt',
  })
}

/** @throws UsageError `ERR_NO_FILE`, whose number sops has for this */
export function checkWords(words: readonly string[], least: number, most: number, usage: string): void {
  if (words.length >= least && words.length <= most) return
  const what = words.length < least ? 'words are missing' : 'there are too many words'
  throw new UsageError('ERR_NO_FILE', what, { hint: `write ${usage}, and quotes around what holds blanks` })
}

/** Tell why a file was not written. @returns the exit code */
export function reportChange({ path, notes }: SetReport, values: Values, io: Io): number {
  if (!flag(values, 'quiet')) for (const note of notes) renderNote(path, note, io)
  return 0
}
