import { existsSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { describe, expect } from 'vitest'
import { expectNoSecret, MARKER } from '../helpers/canary.ts'
import { edited, editor } from '../helpers/editors.ts'
import { it, type Sandbox } from '../helpers/sandbox.ts'
import { noTerminal, onTerminal } from '../helpers/terminal.ts'

const SECRET = `${MARKER}-hunter2`
const SIGINT = 2
/** An editor that shows something and reads a line from the terminal; what was typed becomes a value. */
const ASKING = `
process.stdout.write('editing ' + process.stdin.isTTY + process.stdout.isTTY)
require('node:readline').createInterface({ input: process.stdin }).once('line', (line) => {
  save(text + 'typed: ' + line + '\\n')
  process.exit()
})`

const sealed = (box: Sandbox, name = 'a.yaml', plain = `a: ${SECRET}\n`) => box.seal({ [name]: plain })

const opened = async (box: Sandbox, name = 'a.yaml') => (await box.bulla(['decrypt', name])).out
const noted = (box: Sandbox, name: string) => readFileSync(box.path(`../${name}`), 'utf8')

describe.skipIf(noTerminal !== undefined)('editing on a terminal', () => {
  it('leaves the terminal to the editor, whatever size it takes', async ({ box }) => {
    await sealed(box)
    const steps = [
      { expect: 'editing truetrue', columns: 40, send: '' },
      { expect: '', columns: 120, send: 'by hand\r' },
    ]
    const session = await onTerminal(box, 'bulla edit -q a.yaml', { steps, env: editor(box, ASKING) })
    expect(session).toMatchObject({ code: 0, left: 0, echo: true, shown: 'editing truetrueby hand\r\n' })
    expect(await opened(box)).toBe(`a: ${SECRET}\ntyped: by hand\n`)
  })

  it('and Ctrl-C in the middle of it ends by SIGINT, and nothing is left', async ({ box }) => {
    await sealed(box)
    const before = box.snapshot()
    const steps = [{ expect: 'editing', send: 'half\x03' }]
    const session = await onTerminal(box, 'exec "$NODE" "$BULLA" edit -q a.yaml', { steps, env: editor(box, ASKING) })
    expect(session).toMatchObject({ signal: SIGINT, left: 0, echo: true })
    expect(edited(box).map((path) => existsSync(dirname(path)))).toEqual([false])
    expect(box.snapshot()).toEqual(before)
  })

  it('leaves Ctrl-C to an editor that wants it', async ({ box }) => {
    await sealed(box)
    const script = `process.on('SIGINT', () => { save(text + 'b: caught\\n'); process.exit() }); ${ASKING}`
    const steps = [{ expect: 'editing', send: '\x03' }]
    // a shell in between would end by it
    const session = await onTerminal(box, 'exec "$NODE" "$BULLA" edit -q a.yaml', { steps, env: editor(box, script) })
    expect(session).toMatchObject({ code: 0, left: 0 })
    expect(await opened(box)).toBe(`a: ${SECRET}\nb: caught\n`)
  })

  it.for([
    ['a.yaml', `a: ${SECRET}\n`, `a: ${SECRET}\nb: [\n`, '#'],
    ['a.env', `A=${SECRET}\n`, `A=${SECRET}\nB\n`, '#'],
    ['a.ini', `[s]\na = ${SECRET}\n`, `[s]\na = ${SECRET}\n[x\n`, ';'],
  ] as const)(
    'opens a text that cannot be sealed again, with the reason on top: %s',
    async ([name, plain, bad, sign], { box }) => {
      await sealed(box, name, plain)
      const good = plain.replace('hunter2', 'hunter3')
      // the second time only the end is changed: the comment stays where it is
      const script = `note('seen' + round, text); save(round === 1 ? ${JSON.stringify(bad)} : text.replace(${JSON.stringify(bad)}, ${JSON.stringify(good)}))`
      const session = await onTerminal(box, `bulla edit -q ${name}`, { env: editor(box, script) })
      expect(session).toMatchObject({ code: 0, shown: '' })
      const [comment = '', rest] = noted(box, 'seen2').split(/(?<=go away by themselves.*\n)/)
      expect(rest).toBe(bad)
      for (const line of comment.trimEnd().split('\n')) expect(line).toMatch(new RegExp(`^${sign}! bulla: `))
      const line = Number(/error: line (\d+): /.exec(comment)?.[1])
      // in the lines of the file as it was opened; one that ends too early has its error behind the last of them
      expect(line).toBeGreaterThanOrEqual(comment.split('\n').length)
      expect(line).toBeLessThanOrEqual(noted(box, 'seen2').split('\n').length)
      expectNoSecret(comment)
      expect(await opened(box, name)).toBe(good)
    },
  )

  it('shows what is wrong with JSON, which has no comments, and waits', async ({ box }) => {
    await sealed(box, 'a.json', '{"a": "x"}\n')
    const script = `save(round === 1 ? '{"a": "${SECRET}"' : text + '}\\n')`
    const steps = [{ expect: 'Enter opens the editor again, Ctrl-C gives up: ', send: '\r' }]
    const session = await onTerminal(box, 'bulla edit -q a.json', { steps, env: editor(box, script) })
    expect(session).toMatchObject({ code: 0, left: 0 })
    expect(session.shown).toMatch(/^error: line 1: /)
    expectNoSecret(session.shown)
    expect(await opened(box, 'a.json')).toBe(`{"a": "${SECRET}"}\n`)
  })

  it('gives up when the text is left as it is, or with Ctrl-D or Ctrl-C', async ({ box }) => {
    await sealed(box)
    await sealed(box, 'a.json', '{"a": "x"}\n')
    const before = box.snapshot()
    const same = await onTerminal(box, 'bulla edit -q a.yaml', { env: editor(box, `if (round === 1) save('a: [')`) })
    expect(same).toMatchObject({ code: 1 })
    expect(same.shown).toMatch(/^bulla: error: a\.yaml:1:\d+: .*\r\nbulla: hint: .*\r\n$/)
    const env = editor(box, `save('{')`)
    const ctrlD = [{ expect: 'gives up: ', send: '\x04' }]
    expect(await onTerminal(box, 'bulla edit -q a.json', { env, steps: ctrlD })).toMatchObject({ code: 1, left: 0 })
    const ctrlC = [{ expect: 'gives up: ', send: '\x03' }]
    const session = await onTerminal(box, 'exec "$NODE" "$BULLA" edit -q a.json', { env, steps: ctrlC })
    expect(session).toMatchObject({ signal: SIGINT, left: 0, echo: true })
    expect(edited(box).filter((path) => existsSync(dirname(path)))).toEqual([])
    expect(box.snapshot()).toEqual(before)
  })
})
