import { spawnSync } from 'node:child_process'
import { describe, expect } from 'vitest'
import { COMMAND, it, type Sandbox } from '../helpers/sandbox.ts'
import { noTerminal, onTerminal } from '../helpers/terminal.ts'

/** How each shell is started without settings of a user, with the script loaded as its help says. */
const SHELLS: Readonly<Record<string, (box: Sandbox) => string>> = {
  bash: (box) => {
    box.write('bashrc', `PS1='ready> '\nbind 'set bell-style none'\neval "$(bulla completion bash)"\n`)
    return 'exec bash --noprofile --rcfile bashrc -i'
  },
  zsh: (box) => {
    const settings = `PS1='ready> '\nunsetopt beep\nautoload -U compinit && compinit -D -u\n`
    box.write('.zshrc', `${settings}source <(bulla completion zsh)\n`)
    return `ZDOTDIR=${JSON.stringify(box.folder)} exec zsh -d -i`
  },
  fish: (box) => {
    const settings = `function fish_prompt; echo -n 'ready> '; end\nset -g fish_greeting\n`
    box.write('home/fish/config.fish', `${settings}bulla completion fish | source\n`)
    return `XDG_CONFIG_HOME=${JSON.stringify(box.path('home'))} XDG_DATA_HOME=$XDG_CONFIG_HOME HOME=$XDG_CONFIG_HOME exec fish -i`
  },
}

/** `bulla` as a program: shells complete for those, and functions of this test are not theirs. */
function withProgram(box: Sandbox): Record<string, string> {
  box.write('bin/bulla', `#!/bin/sh\nexec ${JSON.stringify(process.execPath)} ${JSON.stringify(COMMAND)} "$@"\n`, 0o755)
  return { PATH: `${box.path('bin')}:${box.env['PATH']}`, TERM: 'dumb', HOME: box.folder }
}

const isThere = (shell: string) => spawnSync(shell, ['--version']).status === 0

describe.each(Object.entries(SHELLS))('completion in a real %s', (shell, start) => {
  const missing = noTerminal ?? (isThere(shell) ? undefined : `needs ${shell}`)

  it.skipIf(missing !== undefined)(
    `completes commands, options, values and files${missing === undefined ? '' : ` (skipped: it ${missing})`}`,
    async ({ box }) => {
      box.write('unfinished note.txt', '{}')
      const env = withProgram(box)
      const tab = (expected: string, typed: string) => ({ expect: expected, send: `${typed}\t` })

      const { shown, left } = await onTerminal(box, start(box), {
        env,
        steps: [
          tab('ready> ', 'bulla filest'),
          tab('atus', '--input'),
          tab('type', 'js'),
          tab('on', 'unf'),
          // what is run is what was completed
          { expect: 'txt', send: '\n' },
          { expect: '{"encrypted":false}', send: 'exit\n' },
        ],
      })

      expect({ left, shown }).toMatchObject({ left: 0 })
    },
  )
})
