import { describe, expect, it } from 'vitest'
import { COMMANDS } from '../../../../src/cli/commands.ts'
import { SHELLS } from '../../../../src/cli/completion/model.ts'
import { run } from '../../../../src/cli/run.ts'
import { fakeIo } from '../../../helpers/fake-io.ts'

async function call(line: string, program = 'bulla') {
  const io = fakeIo({ program })
  const code = await run(line.split(' '), io)
  return { code, out: io.out(), err: io.err() }
}

describe.each(SHELLS)('the completion script for %s', (shell) => {
  it('knows every command and every option of its help, and is plain ASCII', async () => {
    const { code, out, err } = await call(`completion ${shell}`)

    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toMatch(/^[\n\x20-\x7e]*$/)
    for (const name of Object.keys(COMMANDS)) {
      expect(out).toContain(name)
      const help = (await call(`${name} --help`)).out
      for (const [, option = ''] of help.matchAll(/^ {2}(?:-\w, )?--([a-z-]+)/gm)) {
        expect(out).toContain(shell === 'fish' ? `-l ${option} ` : `--${option}`)
      }
    }
  })

  it('is for the name under which bulla was started', async () => {
    const { out } = await call(`completion ${shell}`, 'sops')
    expect(out).toMatch(/completion for sops, made by "sops completion/)
    expect(out).not.toMatch(/_bulla|-c bulla|'bulla'/)
  })

  it('closes every quote and bracket', async () => {
    const { out } = await call(`completion ${shell}`)
    const escaped = { bash: /\\./g, zsh: /'\\''/g, fish: /\\./g, powershell: /''/g }[shell]
    const bare = out
      .replaceAll(/^#.*$/gm, '')
      .replaceAll(escaped, '')
      .replaceAll(/'[^']*'/g, '')
    expect(bare.match(/'/g)).toBeNull()
    for (const [open, close] of ['{}', '[]'].map((pair) => [...pair])) {
      expect(bare.split(open ?? '').length).toBe(bare.split(close ?? '').length)
    }
  })
})

describe('the completion script for powershell', () => {
  it('names no key of a table twice: PowerShell would refuse all of it, also where only case differs', async () => {
    const tables = (await call('completion powershell')).out.split(/@\{|\}/)
    for (const table of tables) {
      const keys = [...table.matchAll(/^ +'([^']*)' = /gm)].map(([, key]) => key?.toLowerCase())
      expect(keys).toEqual([...new Set(keys)])
    }
    expect(tables.length).toBeGreaterThan(Object.keys(COMMANDS).length)
  })
})

describe('the command completion', () => {
  it.each(['completion', 'completion tcsh', 'completion Bash'])("is refused with sops's number: %s", async (line) => {
    const { code, out, err } = await call(line)
    expect({ code, out }).toEqual({ code: 3, out: '' })
    expect(err).toMatch(/\nbulla: hint: the shells are bash, zsh, fish, powershell\n$/)
  })
})
