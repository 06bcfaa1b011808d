import { describe, expect } from 'vitest'
import { MARKER } from '../helpers/canary.ts'
import { it, type Sandbox } from '../helpers/sandbox.ts'
import { noTerminal, onTerminal } from '../helpers/terminal.ts'

const SECRET = `${MARKER}-hunter2`
const SIGINT = 2
const ASKED = 'value of password: '
const PASTE = (text: string) => `\x1b[200~${text}\x1b[201~`

/** A file in which only passwords are sealed. */
async function sealed(box: Sandbox): Promise<void> {
  box.policy('encrypted_regex: ^pass')
  box.write('a.yaml', 'password: old\nuser: ada\n')
  if ((await box.bulla(['encrypt', '-i', 'a.yaml'])).code !== 0) throw new Error('the file could not be sealed')
}

/** Set the password on a terminal, where `send` is typed. */
function typed(box: Sandbox, send: string, script = 'bulla set a.yaml password') {
  return onTerminal(box, script, { steps: [{ expect: ASKED, send }] })
}

const password = async (box: Sandbox) => (await box.bulla(['get', 'a.yaml', 'password'])).out

describe.skipIf(noTerminal !== undefined)('a value that set asks for on a terminal', () => {
  it.for([
    ['is a text, also where it looks like JSON', '{"a":1}\r', '{"a":1}'],
    ['can be mended while it is typed', 'x\x7fwrong\x15ü right\r', 'ü right'],
    ['may have several lines when it is pasted', `${PASTE('-----\rline\r-----\r')}\r`, '-----\nline\n-----'],
    ['has no line break at its end when it is pasted', `${PASTE('pasted\r')}\r`, 'pasted'],
    ['is what was pasted last, when that before was struck out', `${PASTE('a\rb')}\x15${PASTE('c\rd')}\r`, 'c\nd'],
  ] as const)('%s', async ([, send, wanted], { box }) => {
    await sealed(box)
    expect(await typed(box, send)).toMatchObject({ code: 0, left: 0, echo: true })
    expect(await password(box)).toBe(wanted)
  })

  it('is not shown', async ({ box }) => {
    await sealed(box)
    const { shown, code } = await typed(box, `${SECRET}\r`)
    expect({ shown, code }).toEqual({ shown: `\x1b[?2004h${ASKED}\x1b[?2004l\r\n`, code: 0 })
  })

  it.for([
    ['nothing', '\r', 100, 'nothing was typed; the file stays as it is'],
    ['Ctrl-D', '\x04', 100, 'no value was given'],
    ['lines of a paste that the terminal does not mark', 'one\rtwo\rthree\r', 7, 'several lines came at once'],
    ['such lines without an end', 'one\rtwo', 7, 'several lines came at once'],
  ] as const)('leaves the file as it was after %s', async ([, send, code, message], { box }) => {
    await sealed(box)
    const before = box.snapshot()
    const session = await typed(box, send)
    expect(session).toMatchObject({ code, left: 0, echo: true })
    expect(session.shown).toContain(message)
    expect(session.shown).not.toMatch(/two|three/)
    expect(box.snapshot()).toEqual(before)
  })

  it('leaves the terminal as it was after Ctrl-C', async ({ box }) => {
    await sealed(box)
    const before = box.snapshot()
    const session = await typed(box, 'half\x03', 'exec "$NODE" "$BULLA" set a.yaml password')
    expect(session).toMatchObject({ signal: SIGINT, left: 0, echo: true })
    expect(session.shown).toMatch(/\x1b\[\?2004l/)
    expect(box.snapshot()).toEqual(before)
  })

  it('is asked for with a warning where the selector leaves it readable', async ({ box }) => {
    await sealed(box)
    const expected = 'value of db.token, which stays readable in the file (encrypted_regex "^pass" does not seal it): '
    const steps = [{ expect: expected, send: '\x04' }]
    expect(await onTerminal(box, 'bulla set a.yaml db.token', { steps })).toMatchObject({ code: 100, left: 0 })
    const below = [{ expect: 'value of db.pass[0]: ', send: '\x04' }]
    expect(await onTerminal(box, 'bulla set a.yaml "db.pass[0]"', { steps: below })).toMatchObject({ left: 0 })
  })

  it('is asked for without marks on a terminal that knows none', async ({ box }) => {
    await sealed(box)
    const steps = [{ expect: ASKED, send: 'new\r' }]
    const { shown } = await onTerminal(box, 'bulla set a.yaml password', { steps, env: { TERM: 'dumb' } })
    expect(shown).toBe(`${ASKED}\r\n`)
    expect(await password(box)).toBe('new')
  })
})
