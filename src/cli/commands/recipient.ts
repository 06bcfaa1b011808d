import { UsageError } from '../../errors.ts'
import { suggest } from '../../operations/suggest.ts'
import type { CommandDefinition, Io } from '../io.ts'
import { addCommonOptions, type Values } from '../options.ts'
import { addGrantOptions, runGrant } from '../recipient/grant.ts'

/** What follows the verb, as it was written. @returns the exit code */
type Verb = (words: readonly string[], values: Values, io: Io) => Promise<number>

/** All verbs, in the order of the help. */
const VERBS: Readonly<Record<string, Verb>> = {
  grant: (words, values, io) => runGrant('grant', words, values, io),
  ungrant: (words, values, io) => runGrant('ungrant', words, values, io),
}

const HELP = `
Verbs:
  grant NAME FILE|REGEX|'rule N'     let a recipient read what a rule of .sops.yaml seals
  ungrant NAME FILE|REGEX|'rule N'   no longer

grant and ungrant change .sops.yaml in place, with everything around the key as it was, and say
which sealed files need updatekeys; --apply does it.

Examples:
  $ bulla recipient grant prod-deploy deploy/db-secret.yaml
  $ bulla recipient grant --apply prod-deploy 'rule 2'
  $ bulla recipient ungrant --dry-run alice '^prod/'

Exit codes: 0 done, 1 no such recipient, rule or policy, a rule that would have no reader left, or
not confirmed, 2 unreadable, 3 cannot be written, 25 a value does not verify, 51 MAC mismatch, 100
no such file, 128 no key opens a file.`

export function define(command: CommandDefinition, io: Io, done: (code: number) => void): void {
  command
    .summary('people and machines with names: who reads what')
    .description('People and machines with names, and what they read.')
    .usage('<verb> [name] [options]')
    .argument('[verb]', 'what to do')
    .argument('[names...]', 'recipients, and what they are to read')
    .optionsGroup('What is done:')
    .option('-y, --yes', 'do not ask')
    .option('--dry-run', 'show what would be done, write nothing')
    .option('--json', 'one JSON document about it')
  addGrantOptions(command)
  addCommonOptions(command)
  command.addHelpText('after', HELP)
  command.action(async (verb: string | undefined, words: string[], values: Values) => {
    if (verb === undefined) io.writeOut(`${command.helpInformation()}${HELP}\n`)
    done(verb === undefined ? 0 : await chosen(verb)(words, values, io))
  })
}

function chosen(verb: string): Verb {
  const found = Object.hasOwn(VERBS, verb) ? VERBS[verb] : undefined
  if (found !== undefined) return found
  const meant = suggest(verb, Object.keys(VERBS))
  throw new UsageError('ERR_USAGE', 'recipient has no such verb', {
    hint: meant === undefined ? `verbs are ${Object.keys(VERBS).join(', ')}` : `did you mean ${meant}?`,
  })
}
