import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync } from 'node:fs'
import { Encrypter } from 'age-encryption'
import { describe, expect } from 'vitest'
import { expectNoSecret, MARKER } from '../helpers/canary.ts'
import { it, type Sandbox } from '../helpers/sandbox.ts'
import { noTerminal, onTerminal } from '../helpers/terminal.ts'

const SECRET = `${MARKER}-hunter2`
const PASSPHRASE = `${MARKER} correct horse ü`
const YAML = `a: ${SECRET}\n`
const PROMPT = 'Enter the passphrase for the age identity of SOPS_AGE_KEY_FILE: '
const SIGINT = 2

/** A sealed file, and an identity that only a passphrase opens. */
async function locked(box: Sandbox): Promise<Record<string, string>> {
  box.policy()
  box.write('a.yaml', YAML)
  await box.bulla(['encrypt', '-i', 'a.yaml'])
  const encrypter = new Encrypter()
  encrypter.setPassphrase(PASSPHRASE)
  encrypter.setScryptWorkFactor(10)
  return { SOPS_AGE_KEY_FILE: box.write('../locked.age', await encrypter.encrypt(`${box.identity}\n`)) }
}

/** For the clock of the command: long enough for a progress bar, or no time at all. */
const SLOW_MS = 1_000
const FAST_MS = 0

async function several(box: Sandbox): Promise<void> {
  box.policy()
  for (const name of ['a', 'b', 'c', 'd']) box.write(`${name}.yaml`, YAML)
  await box.bulla(['encrypt', '-i', '.'])
}

/** The title of a group of tests, with the reason when it will be skipped. */
function titled(title: string, reason: string | undefined): string {
  return reason === undefined ? title : `${title} (skipped: it ${reason})`
}

describe.skipIf(noTerminal !== undefined)(titled('on a terminal', noTerminal), () => {
  it('the passphrase of an identity is asked for, and not shown', async ({ box }) => {
    const env = await locked(box)
    const steps = [{ expect: PROMPT, send: `${PASSPHRASE}\r` }]
    const session = await onTerminal(box, 'bulla decrypt a.yaml > out.yaml', { env, steps })
    expect(session).toMatchObject({ code: 0, left: 0, echo: true })
    expect(session.shown).toBe(`${PROMPT}\r\n`)
    expectNoSecret(session.shown, box.identity)
    expect(box.read('out.yaml')).toBe(YAML)
  })

  it('it is the terminal that is asked, not standard input, and once for many files', async ({ box }) => {
    const env = await locked(box)
    const steps = [{ expect: PROMPT, send: `${PASSPHRASE}\r` }]
    const piped = 'cat a.yaml | bulla decrypt --input-type yaml 2> err | cat > out.yaml'
    expect(await onTerminal(box, piped, { env, steps })).toMatchObject({ code: 0, left: 0, shown: `${PROMPT}\r\n` })
    expect({ out: box.read('out.yaml'), err: box.read('err') }).toEqual({ out: YAML, err: '' })
    await box.sh('for i in 1 2 3 4 5; do cp a.yaml b$i.yaml; done')
    const many = await onTerminal(box, 'bulla decrypt --dry-run . 2> err > out', { env, steps })
    expect(many).toMatchObject({ code: 0, left: 0, shown: `${PROMPT}\r\n` })
  })

  it('a wrong passphrase may be corrected, three times', async ({ box }) => {
    const env = await locked(box)
    const again = `That was not the passphrase. ${PROMPT}`
    const wrong = { expect: PROMPT, send: 'wrong\r' }
    const corrected = [wrong, { expect: again, send: `x\x7f${PASSPHRASE}\r` }]
    expect(await onTerminal(box, 'bulla decrypt a.yaml > out', { env, steps: corrected })).toMatchObject({
      code: 0,
      left: 0,
    })
    const session = await onTerminal(box, 'bulla decrypt a.yaml > out', { env, steps: [wrong, wrong, wrong] })
    expect(session).toMatchObject({ code: 128, left: 0, echo: true })
    expect(session.shown).toMatch(/SOPS_AGE_KEY_FILE: the passphrase was wrong/)
  })

  it.for([
    ['Ctrl-D', '\x04'],
    ['nothing', '\r'],
  ] as const)('%s instead of a passphrase gives up', async ([, send], { box }) => {
    const env = await locked(box)
    const session = await onTerminal(box, 'bulla decrypt -i a.yaml', { env, steps: [{ expect: PROMPT, send }] })
    expect(session).toMatchObject({ code: 128, left: 0, echo: true })
    expect(session.shown).toMatch(/it is protected, and no passphrase was given/)
    expect(box.read('a.yaml')).toContain('ENC[')
  })

  it('Ctrl-C instead of a passphrase ends the command by SIGINT, and leaves the terminal as it was', async ({
    box,
  }) => {
    const env = await locked(box)
    const before = box.snapshot()
    const steps = [{ expect: PROMPT, send: 'half of it\x03' }]
    // the shell hands on the signal that ended the command
    const session = await onTerminal(box, 'exec "$NODE" "$BULLA" decrypt -i a.yaml', { env, steps })
    expect(session).toMatchObject({ signal: SIGINT, left: 0, echo: true })
    expect(session.shown).not.toContain('half')
    expect(box.snapshot()).toEqual(before)
  })

  it('Ctrl-C while it works ends the command by SIGINT', async ({ box }) => {
    await several(box)
    const before = box.snapshot()
    const env = { SOPS_AGE_KEY_FILE: undefined, SOPS_AGE_KEY_CMD: 'sh -c "echo working > /dev/tty; exec sleep 60"' }
    const steps = [{ expect: 'working', send: '\x03' }]
    const session = await onTerminal(box, 'exec "$NODE" "$BULLA" decrypt -i a.yaml', { env, steps })
    expect(session).toMatchObject({ signal: SIGINT, left: 0 })
    expect(box.snapshot()).toEqual(before)
  })

  it('work that takes long has a progress bar, which is gone at the end', async ({ box }) => {
    await several(box)
    const { shown, code } = await onTerminal(box, 'bulla decrypt --dry-run *.yaml > out', { env: box.clock(SLOW_MS) })
    expect(code).toBe(0)
    expect(shown).toMatch(/\r\x1b\[Kopening \[=+ *\] \d\/4/)
    expect(shown).toMatch(/\r\x1b\[K$/)
  })

  it.for([
    [20, 'opening'],
    [11, ''],
  ] as const)('what it says of long work stays in one line: %s columns', async ([columns, label], { box }) => {
    await several(box)
    const script = `stty cols ${columns}; bulla decrypt --dry-run *.yaml > out`
    const { shown, code } = await onTerminal(box, script, { env: box.clock(SLOW_MS) })
    expect(code).toBe(0)
    const lines = shown.split('\r\x1b[K')
    expect(lines.some((line) => line.startsWith(label) && /\d\/4$/.test(line))).toBe(true)
    expect(lines.filter((line) => line.length >= columns)).toEqual([])
  })

  it.for([
    ['fast work', 'bulla decrypt --dry-run *.yaml > out', FAST_MS],
    ['one file', 'bulla decrypt --dry-run a.yaml > out', SLOW_MS],
    ['--quiet', 'bulla decrypt --quiet --dry-run *.yaml > out', SLOW_MS],
    ['a terminal that cannot draw', 'TERM=dumb; bulla decrypt --dry-run *.yaml > out', SLOW_MS],
    ['a terminal that has no room', 'stty cols 3; bulla decrypt --dry-run *.yaml > out', SLOW_MS],
    ['no terminal to look at', 'bulla decrypt --dry-run *.yaml > out 2> err; cat err', SLOW_MS],
  ] as const)('there is no progress bar for %s', async ([, script, stepMs], { box }) => {
    await several(box)
    const { shown, code } = await onTerminal(box, script, { env: box.clock(stepMs) })
    expect({ shown, code }).toEqual({ shown: '', code: 0 })
  })

  it('there is no colour, and no bar in what is piped', async ({ box }) => {
    await several(box)
    const { shown } = await onTerminal(box, 'bulla decrypt nope.yaml; bulla --help; bulla encrypt -i .', {
      env: box.clock(FAST_MS),
    })
    expect(shown).toContain('hint: check the path')
    expect(shown).not.toContain('\x1b')
  })

  it('a command that reads the terminal says so', async ({ box }) => {
    box.policy()
    const steps = [{ expect: 'Ctrl-D ends it', send: 'a: 1\n\x04' }]
    const session = await onTerminal(box, 'bulla encrypt --filename-override a.yaml > out.yaml', { steps })
    expect(session).toMatchObject({ code: 0, left: 0 })
    expect(box.read('out.yaml')).toMatch(/^a: ENC\[/)
  })
})

const noAgent =
  spawnSync('gpg-agent', ['--version']).status === 0 && spawnSync('gpg-connect-agent', ['--version']).status === 0
    ? undefined
    : 'needs gpg-agent and gpg-connect-agent'

describe.skipIf(noAgent !== undefined)(titled('with the real gpg-agent', noAgent), () => {
  it('the passphrase that it keeps is used, and forgotten when it is wrong', async ({ box }) => {
    const env = await locked(box)
    const digest = createHash('sha256')
      .update(readFileSync(env['SOPS_AGE_KEY_FILE'] ?? ''))
      .digest()
      .subarray(0, 25)
    const home = box.path('../gnupg')
    mkdirSync(home, { mode: 0o700 })
    await box.sh(
      `gpg-agent --homedir "${home}" --allow-preset-passphrase --pinentry-program /bin/false --daemon > /dev/null 2>&1`,
    )
    const tell = (command: string) => box.sh(`gpg-connect-agent --homedir "${home}" '${command}' /bye`)
    const preset = (passphrase: string) =>
      tell(`PRESET_PASSPHRASE SopsAge${base32(digest)} -1 ${Buffer.from(passphrase).toString('hex').toUpperCase()}`)
    const options = { env: { ...env, GPG_AGENT_INFO: `${home}/S.gpg-agent:0:1` } }
    try {
      expect((await preset(PASSPHRASE)).out).toBe('OK\n')
      expect(await box.bulla(['decrypt', 'a.yaml'], options)).toMatchObject({ code: 0, out: YAML, err: '' })
      await preset('wrong')
      const { code, err } = await box.bulla(['decrypt', 'a.yaml'], options)
      expect(code).toBe(128)
      expectNoSecret(err, box.identity)
      expect((await tell(`GET_PASSPHRASE --no-ask SopsAge${base32(digest)} X X X`)).out).toMatch(/^ERR /)
    } finally {
      await tell('KILLAGENT')
    }
  })
})

function base32(bytes: Uint8Array): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('')
  return (bits.match(/.{5}/g) ?? [])
    .map((five) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'[Number.parseInt(five, 2)])
    .join('')
}

describe('without a terminal', () => {
  it('a protected identity cannot be used, and that is said', async ({ box }) => {
    const env = await locked(box)
    const { code, err } = await box.bulla(['decrypt', 'a.yaml'], { env })
    expect(code).toBe(128)
    expect(err).toMatch(/SOPS_AGE_KEY_FILE: it is protected, and no passphrase was given/)
    expectNoSecret(err, box.identity)
  })
})
