import { spawnSync } from 'node:child_process'
import { describe, expect } from 'vitest'
import { newIdentity } from '../helpers/age.ts'
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

/** What a shell offers for command lines whose last word is not finished, a line each. */
const ASKED: Readonly<Record<string, (line: string) => readonly string[]>> = {
  bash: (line) => {
    const words = `COMP_WORDS=(${line}); COMP_CWORD=$(( \${#COMP_WORDS[@]} - 1 ))`
    return ['--noprofile', '--norc', '-c', `source ../script; ${words}; _bulla; printf '%s\\n' "\${COMPREPLY[@]}"`]
  },
  fish: (line) => ['--no-config', '-c', `source ../script; complete -C '${line}' | string replace -r '\\t.*' ''`],
}

describe.each(Object.entries(ASKED))('the completion of recipients in a real %s', (shell, args) => {
  const missing = isThere(shell) ? undefined : `needs ${shell}`

  it.skipIf(missing !== undefined)(
    `offers verbs and names, also in lists and from a folder below, and runs no name${missing === undefined ? '' : ` (skipped: it ${missing})`}`,
    async ({ box }) => {
      for (const name of ['alice', 'zora', 'zoe', '$(touch harm)', '`touch harm`'])
        box.write(`.bulla/recipients/${name}.yaml`, `recipient: ${newIdentity().recipient}\n`)
      box.write('sub/.keep', '')
      box.write('script', (await box.bulla(['completion', shell])).out)
      const offered = async (line: string) => {
        const script = `cd sub && HOME=${JSON.stringify(box.folder)} exec ${shell} "$@"`
        const { out } = await box.run('sh', ['-c', script, 'sh', ...args(line)], {})
        return out.split('\n').filter((word) => word !== '')
      }
      expect(await offered('bulla recipient ro')).toEqual(['rotate'])
      expect(await offered('bulla recipient show zo')).toEqual(['zoe', 'zora'])
      expect(await offered('bulla encrypt --age ali')).toEqual(['alice'])
      expect(await offered('bulla rotate --rm-age alice,zor')).toEqual(['alice,zora'])
      expect(await offered('bulla check --format sar')).toEqual(['sarif'])
      expect(await offered('bulla init --hooks lef')).toEqual(['lefthook'])
      expect(await offered('bulla hook run pre-com')).toEqual(['pre-commit'])
      expect([box.has('harm'), box.has('sub/harm')]).toEqual([false, false])
    },
  )
})

const noZsh = noTerminal ?? (isThere('zsh') ? undefined : 'needs zsh')

describe('the completion of recipients in a real zsh', () => {
  it.skipIf(noZsh !== undefined)(
    `offers names, also in lists${noZsh === undefined ? '' : ` (skipped: it ${noZsh})`}`,
    async ({ box }) => {
      const alice = newIdentity().recipient
      box.write('.bulla/recipients/alice.yaml', `recipient: ${alice}\n`)
      box.write('.bulla/recipients/zora.yaml', `recipient: ${box.recipient}\n`)
      box.write('a.yaml', 'a: 1\n')
      // no files in the place of a verb or a name
      box.write('shoes', '')
      box.write('zoo', '')

      const { shown, left } = await onTerminal(box, SHELLS['zsh']?.(box) ?? '', {
        env: withProgram(box),
        steps: [
          { expect: 'ready> ', send: 'bulla recipient sho\tzo\t' },
          { expect: 'ra', send: '\n' },
          { expect: 'zora (person)', send: 'bulla encrypt -i --age alice,zo\t' },
          { expect: 'alice,zora', send: ' a.yaml\n' },
          { expect: 'ready> ', send: 'exit\n' },
        ],
      })

      expect({ left, shown }).toMatchObject({ left: 0 })
      const sealed = box.read('a.yaml')
      expect([sealed.includes(alice), sealed.includes(box.recipient)]).toEqual([true, true])
    },
  )
})
