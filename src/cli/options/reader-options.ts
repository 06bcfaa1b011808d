import type { ReaderChange } from '../../operations/readers/readers.ts'
import type { CommandDefinition } from '../io.ts'
import { KEY_OPTIONS, readKeys } from './key-options.ts'
import { collect, integer, type Values } from './options.ts'

/** `--add-*` and `--rm-*` of every kind of key. */
export function addReaderOptions(command: CommandDefinition): void {
  command.optionsGroup('Who reads the file from now on (lists with commas; no SSH, plugin, PGP and Huawei keys yet):')
  for (const { name, about } of KEY_OPTIONS.toReversed()) {
    command.option(`--add-${name} <keys>`, `add ${about}`, collect)
    command.option(`--rm-${name} <keys>`, `remove ${about}`, collect)
  }
  command
    .option('--aws-profile <name>', 'AWS profile for the keys of --add-kms and --rm-kms')
    .option('--encryption-context <pairs>', 'AWS encryption context for these keys, key:value,key:value')
    .option('--group <index>', 'key group to change, from 0 (else: add to the first, remove from all)')
}

/** @throws ConfigError `ERR_RECIPIENT`; UsageError `ERR_USAGE`, `ERR_ENCRYPTION_CONTEXT` */
export function givenReaders(values: Values): ReaderChange {
  return {
    add: readKeys(values, ({ name }) => `add-${name}`),
    remove: readKeys(values, ({ name }) => `rm-${name}`),
    group: integer(values, 'group', '--group'),
  }
}
