import { UsageError } from '../../errors.ts'
import { HOOK_NAMES, type HookName } from '../../operations/hooks/hook-names.ts'
import { suggest } from '../../operations/suggest.ts'
import { runHookOf } from '../hooks/hook-run.ts'
import type { CommandDefinition, Io } from '../io.ts'
import { addCommonOptions, type Values, worldOf } from '../options/options.ts'

const HELP = `
Git runs this, and passes on what it gives to the hook of that name. It checks what is staged or
pushed, never the working copy, by the .sops.yaml of the same tree. The hooks are pre-commit,
pre-merge-commit, pre-applypatch, prepare-commit-msg, pre-push and pre-receive.

To let one commit pass on purpose, say why: BULLA_ALLOW='test data' git commit …
This is recorded in bulla-allowed.log in git's folder, and does not count for what is pushed.

Examples:
  $ bulla hook run pre-commit
  $ bulla hook run pre-merge-commit

Exit codes: 0 nothing stops it, 1 something does, 2 something cannot be judged, which stops it too.`

export function define(command: CommandDefinition, io: Io, done: (code: number) => void): void {
  command
    .description('Check what git is about to commit or receive. This is what the hooks run.')
    .usage('run <name> [args...]')
    .argument('[hook-verb]', 'run')
    .argument('[hook-name]', 'which hook')
    .argument('[args...]', 'what git gives to the hook')
  addCommonOptions(command)
  command.addHelpText('after', HELP)
  command.action(async (verb: string | undefined, name: string | undefined, args: string[], values: Values) => {
    if (verb === undefined) io.writeOut(`${command.helpInformation()}${HELP}\n`)
    const world = () => worldOf(values, io)
    const hookIo = { ...io, now: () => world().now(), world: async () => world() }
    done(verb === undefined ? 0 : await runHookOf(hookName(verb, name), args, hookIo))
  })
}

function hookName(verb: string, name: string | undefined): HookName {
  if (verb !== 'run') {
    throw new UsageError('ERR_USAGE', 'hook can run', { hint: 'write "hook run NAME"' })
  }
  const known = HOOK_NAMES.find((hook) => hook === name)
  if (known !== undefined) return known
  const meant = suggest(name ?? '', HOOK_NAMES)
  throw new UsageError('ERR_USAGE', 'hook run needs the name of a hook that bulla answers', {
    hint: meant === undefined ? `they are ${HOOK_NAMES.join(', ')}` : `did you mean ${meant}?`,
  })
}
