import { UsageError } from '../../errors.ts'
import { suggest } from '../../operations/suggest.ts'
import type { CommandDefinition, Io } from '../io.ts'
import { addCommonOptions, type Values, VERBOSE } from '../options/options.ts'
import { addGrantOptions } from '../recipient/grant-options.ts'
import { HELP, VERB_HELP } from '../recipient/help.ts'
import { helpOfVerb } from '../recipient/verb-help.ts'
import { RECIPIENT_VERBS, type RecipientVerb } from '../recipient/verb-names.ts'
import { checkVerbOptions } from '../recipient/verb-options.ts'
import type { VerbCall } from '../recipient/verbs.ts'
import { addWrappingOptions } from '../recipient/wrapping-options.ts'

type Verb = (call: VerbCall) => Promise<number>

/** Only the verb that is run is loaded. */
const VERBS: Readonly<Record<RecipientVerb, () => Promise<Verb>>> = {
  create: async () => (await import('../recipient/verbs.ts')).create,
  add: async () => (await import('../recipient/verbs.ts')).add,
  list: async () => (await import('../recipient/show.ts')).list,
  show: async () => (await import('../recipient/show.ts')).show,
  wrap: async () => (await import('../recipient/verbs.ts')).wrap,
  rewrap: async () => (await import('../recipient/verbs.ts')).rewrap,
  remove: async () => (await import('../recipient/verbs.ts')).remove,
  rotate: async () => (await import('../recipient/rotate.ts')).rotate,
  rename: async () => (await import('../recipient/verbs.ts')).rename,
  grant: async () => {
    const { runGrant } = await import('../recipient/grant.ts')
    return ({ words, values, io }) => runGrant('grant', words, values, io)
  },
  ungrant: async () => {
    const { runGrant } = await import('../recipient/grant.ts')
    return ({ words, values, io }) => runGrant('ungrant', words, values, io)
  },
}

export function define(command: CommandDefinition, io: Io, done: (code: number) => void): void {
  command
    .description('Recipients: people and machines with names, machines with identities that a KMS wraps.')
    .usage('VERB [name] [options]')
    .argument('[recipient-verb]', RECIPIENT_VERBS.join(', '))
    .argument('[name-and-more...]', 'who, and what else the verb takes')
  const keysOf = addWrappingOptions(command)
  command
    .optionsGroup('What is made or changed:')
    .option('--description <text>', 'who or what the recipient is')
    .option('--post-quantum', 'create: a key that is to resist quantum computers')
    .option('-f, --file <file>', 'add, rotate: the file with the public key')
    .option('--new-key', 'rotate: make a key of your own, in your key file')
    .option('--drop-previous', 'rotate: drop the wrapped identities of earlier keys')
    .option('--all', 'rewrap: all recipients')
    .option('--from <text>', 'rewrap: the wrapping whose key holds this text')
    .option('--dry-run', 'wrap, rewrap, remove, rotate, grant, ungrant: say what would be done, and do nothing')
    .option('-y, --yes', 'remove, rotate, grant, ungrant: do not ask')
    .option('--json', 'one JSON document about it')
    .option(...VERBOSE)
  addGrantOptions(command)
  addCommonOptions(command)
  const verbOf = () => RECIPIENT_VERBS.find((verb) => verb === command.args[0])
  helpOfVerb(command, verbOf)
  command.addHelpText('after', () => {
    const verb = verbOf()
    return verb === undefined ? HELP : VERB_HELP[verb].more
  })
  command.action(async (verb: string | undefined, words: string[], values: Values) => {
    if (verb === undefined) io.writeOut(`${command.helpInformation()}${HELP}\n`)
    done(verb === undefined ? 0 : await run(verb, { words, values, keys: keysOf(values), io }))
  })
}

/** @throws UsageError `ERR_USAGE` */
async function run(word: string, call: VerbCall): Promise<number> {
  const verb = RECIPIENT_VERBS.find((known) => known === word)
  if (verb !== undefined) {
    checkVerbOptions(verb, call.values)
    return await (await VERBS[verb]())(call)
  }
  const meant = suggest(word, RECIPIENT_VERBS)
  throw new UsageError('ERR_USAGE', 'recipient has no such verb', {
    hint: meant === undefined ? `the verbs are ${RECIPIENT_VERBS.join(', ')}` : `did you mean ${meant}?`,
  })
}
