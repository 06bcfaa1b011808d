import type { CommandDefinition } from '../io.ts'
import { ALLOW_LOCKOUT } from '../options/options.ts'

/** What `grant` and `ungrant` have that other verbs do not. */
export function addGrantOptions(command: CommandDefinition): void {
  const [flags, about] = ALLOW_LOCKOUT
  command
    .optionsGroup('Who reads what:')
    .option('--apply', 'grant, ungrant: give the sealed files their new readers too, all or none')
    .option('--group <index>', 'grant, ungrant: key group of the rule, from 0')
    .option('--shared', 'grant, ungrant: accept that other rules change, which repeat the keys by an alias')
    .option('--allow-empty', 'ungrant: take the last reader out of a rule')
    .option(flags, `rotate, grant, ungrant: ${about}`)
}
