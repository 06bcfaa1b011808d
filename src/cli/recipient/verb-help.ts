import type { CommandDefinition } from '../io.ts'
import { VERB_HELP } from './help.ts'
import type { RecipientVerb } from './verb-names.ts'
import { isOptionOf, verbsOf } from './verb-options.ts'

/** All verbs are one command: the help of one of them shows its usage, and the options that it has. */
export function helpOfVerb(command: CommandDefinition, verbOf: () => RecipientVerb | undefined): void {
  const usual = command.createHelp()
  command.configureHelp({
    commandUsage: (shown) => {
      const verb = verbOf()
      return verb === undefined ? usual.commandUsage(shown) : `${shown.name()} ${verb} ${VERB_HELP[verb].usage}`.trim()
    },
    commandDescription: (shown) => {
      const verb = verbOf()
      return verb === undefined ? usual.commandDescription(shown) : VERB_HELP[verb].about
    },
    // the verbs stand in the text
    visibleArguments: () => [],
    visibleOptions: (shown) => {
      const verb = verbOf()
      const options = usual.visibleOptions(shown)
      if (verb === undefined) return options
      return options.filter(
        (option) =>
          ['help', 'config', 'quiet'].includes(option.attributeName()) ||
          isOptionOf(verb, option.attributeName(), option.description),
      )
    },
    optionDescription: (option) => {
      const text = usual.optionDescription(option)
      return verbOf() === undefined ? text : text.slice(verbsOf(text).length)
    },
  })
}
