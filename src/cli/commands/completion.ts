import { UsageError } from '../../errors.ts'
import { type CompletionModel, completionModel, SHELLS, type Shell } from '../completion/model.ts'
import type { CommandDefinition, Definitions, Io } from '../io.ts'
import { addCommonOptions } from '../options/options.ts'

const HELP = `
The script knows all commands, their options and values, and finds the names of recipients. It
starts no program when you press Tab. Generate it again after an update. To always load it:

  bash        put into ~/.bashrc:        eval "$(bulla completion bash)"
  zsh         put into ~/.zshrc, behind compinit:  source <(bulla completion zsh)
  fish        bulla completion fish > ~/.config/fish/completions/bulla.fish
  powershell  put into $PROFILE:  bulla completion powershell | Out-String | Invoke-Expression

Examples:
  $ bulla completion bash > ~/.local/share/bash-completion/completions/bulla
  $ bulla completion zsh > "\${fpath[1]}/_bulla"

Exit codes: 0 printed, 3 no shell is named, or one that is not known.`

const SCRIPTS: Readonly<Record<Shell, () => Promise<(model: CompletionModel) => string>>> = {
  bash: async () => (await import('../completion/bash.ts')).bashScript,
  zsh: async () => (await import('../completion/zsh.ts')).zshScript,
  fish: async () => (await import('../completion/fish.ts')).fishScript,
  powershell: async () => (await import('../completion/powershell.ts')).powershellScript,
}

export function define(
  command: CommandDefinition,
  io: Io,
  done: (code: number) => void,
  _behind: readonly string[],
  definitions: () => Promise<Definitions>,
): void {
  command
    .description('Print a script with which a shell completes commands, options and values.')
    .argument('[shell]', SHELLS.join(', '))
  addCommonOptions(command)
  command.addHelpText('after', HELP)
  command.action(async (name: string | undefined) => {
    const shell = SHELLS.find((known) => known === name)
    if (shell === undefined) {
      const message = name === undefined ? 'no shell was named' : 'there is no completion for this shell'
      throw new UsageError('ERR_USAGE', message, { hint: `the shells are ${SHELLS.join(', ')}` })
    }
    const script = await SCRIPTS[shell]()
    io.writeOut(script(completionModel(io.program, await definitions())))
    done(0)
  })
}
