import type { CommandDefinition } from '../io.ts'
import { ALLOW_LOCKOUT } from '../options.ts'

/** What `grant` and `ungrant` have that other verbs do not. */
export function addGrantOptions(command: CommandDefinition): void {
  command
    .optionsGroup('Who reads what (grant, ungrant):')
    .option('--apply', 'give the sealed files their new readers too, all or none')
    .option('--group <index>', 'key group of the rule, from 0')
    .option('--shared', 'accept that other rules change, which repeat the keys by an alias')
    .option('--allow-empty', 'take the last reader out of a rule')
    .option(...ALLOW_LOCKOUT)
}
