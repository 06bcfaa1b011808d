import { devNull } from 'node:os'
import { describe, expect } from 'vitest'
import { expectNoSecret, MARKER } from '../helpers/canary.ts'
import { COMMAND, it, type Sandbox } from '../helpers/sandbox.ts'
import { stopWhenItPrints } from '../helpers/stopping.ts'
import { noTerminal, onTerminal } from '../helpers/terminal.ts'

const SECRET = `${MARKER}-hunter2`
const isWindows = process.platform === 'win32'
const isRoot = process.getuid?.() === 0

const envOf = (out: string) =>
  Object.fromEntries(out.split('\n').flatMap((line) => (line === '' ? [] : [line.split('=', 2)])))

describe.skipIf(isWindows)('exec', () => {
  it('gives the program its arguments as they are, and nobody else the values', async ({ box }) => {
    await box.seal({ 'a.yaml': `password: ${SECRET}\n` })
    const words = ['$password', '*', 'two  blanks', '', '--help', '--', 'é']
    const script = 'printf "[%s]" "$@"; printf "%s" "$password" > got'
    const { code, out, err } = await box.bulla(['exec', 'a.yaml', '--', 'sh', '-c', script, 'sh', ...words], {
      env: box.observe(),
    })
    expect({ code, out, err }).toEqual({ code: 0, out: words.map((word) => `[${word}]`).join(''), err: '' })
    expect(box.read('got')).toBe(SECRET)
    expect(box.observed()).toEqual(['run sh'])
  })

  it('with --pristine gives it nothing else', async ({ box }) => {
    await box.seal({ 'a.yaml': 'A: x\nB: 1.50\nC: true\n' })
    const { out } = await box.bulla(['exec', '--pristine', 'a.yaml', '--', 'env'])
    expect(envOf(out)).toEqual({ A: 'x', B: '1.5', C: 'true' })
  })

  it('unsets what is null: no value from elsewhere takes its place', async ({ box }) => {
    await box.seal({ 'a.yaml': 'A: null\nB: x\n' })
    const { out } = await box.bulla(['exec', 'a.yaml', '--', 'env'], { env: { A: 'outside', B: 'outside' } })
    expect(envOf(out)['A']).toBeUndefined()
    expect(envOf(out)['B']).toBe('x')
  })

  it('takes several files: the later one counts, and what it replaces is said without its value', async ({ box }) => {
    await box.seal({ 'a.env': `A=${SECRET}\nB=b\n`, 'b.yaml': 'A: second\nC: c\n' })
    const { code, out, err } = await box.bulla(['exec', '--pristine', 'a.env', 'b.yaml', '--', 'env'])
    expect({ code, env: envOf(out) }).toEqual({ code: 0, env: { A: 'second', B: 'b', C: 'c' } })
    expect(err).toMatch(/^bulla: note: b\.yaml: A: also in a\.env, this one counts\n$/)
    expectNoSecret(err)
    expect((await box.bulla(['exec', '-q', 'a.env', 'b.yaml', '--', 'true'])).err).toBe('')
  })

  it('says when there are documents and lines that it does not use', async ({ box }) => {
    await box.seal({ 'a.yaml': 'A: x\n---\nA: y\n', 'b.env': 'B=1\nB=2\n' })
    const { out, err } = await box.bulla(['exec', '--pristine', 'a.yaml', 'b.env', '--', 'env'])
    expect(envOf(out)).toEqual({ A: 'x', B: '2' })
    expect(err).toBe(
      'bulla: note: a.yaml: only the first of its documents is used\n' +
        'bulla: note: b.env: B: more than once in it, the last one counts\n',
    )
  })

  it('explains nested values with the names that --flatten gives, which it then gives', async ({ box }) => {
    await box.seal({ 'a.yaml': `db:\n  password: ${SECRET}\n  hosts: [h1, h2] # c\nmy-key: x\n` })
    const refused = await box.bulla(['exec', 'a.yaml', '--', 'env'])
    expect(refused).toMatchObject({ code: 1, out: '' })
    expect(refused.err).toBe(
      'bulla: error: a.yaml: an environment holds single values, not what is nested: db\n' +
        'bulla: hint: --flatten would give DB_PASSWORD (db.password), DB_HOSTS_0 (db.hosts.0), DB_HOSTS_1 (db.hosts.1), ' +
        'MY_KEY (my-key)\n',
    )
    const { out } = await box.bulla(['exec', '--pristine', '--flatten', 'a.yaml', '--', 'env'])
    expect(envOf(out)).toEqual({ DB_PASSWORD: SECRET, DB_HOSTS_0: 'h1', DB_HOSTS_1: 'h2', MY_KEY: 'x' })
  })

  const refused: [string, string, RegExp, RegExp][] = [
    ['a-b: <S>\n', 'odd', /shells drop variables with these names: a-b/, /--flatten would give A_B; .*--allow-env a-b/],
    ['export A: <S>\n', 'export', /shells drop .*: export A/, /hint: take the word export out of these lines/],
    ['"a=b": <S>\n', 'equals', /no variable can have these names: a=b/, /--flatten would give A_B/],
    ['NODE_OPTIONS: <S>\n', 'special', /NODE_OPTIONS is not taken from a file: it has/, /--allow-env NODE_OPTIONS/],
    [
      'PATH: <S>\nLD_PRELOAD: <S>\n',
      'two',
      /PATH is not .*\(also: LD_PRELOAD\)/,
      /--allow-env PATH --allow-env LD_PRELOAD/,
    ],
    ['a: "<S>\\0"\n', 'zero', /\(a\): a value with a zero byte/, /exec-file/],
  ]
  it.for(refused)(
    'refuses %j, says why and what to do, and starts nothing',
    async ([yaml, , message, hint], { box }) => {
      await box.seal({ 'a.yaml': yaml.replaceAll('<S>', SECRET) })
      const { code, out, err } = await box.bulla(['exec', 'a.yaml', '--', 'touch', 'started'], { env: box.observe() })
      expect({ code, out }).toEqual({ code: 1, out: '' })
      expect(err).toMatch(message)
      expect(err).toMatch(hint)
      expectNoSecret(err)
      expect([box.has('started'), box.observed()]).toEqual([false, []])
    },
  )

  it('takes names that are named in --allow-env, separated by commas or one by one', async ({ box }) => {
    await box.seal({ 'a.yaml': 'LD_LIBRARY_PATH: x\nENV: y\na-b: z\n' })
    const allow = ['--allow-env', 'LD_LIBRARY_PATH,ENV', '--allow-env', 'a-b']
    const { code, out } = await box.bulla(['exec', '--pristine', ...allow, 'a.yaml', '--', 'env'])
    expect({ code, env: envOf(out) }).toEqual({ code: 0, env: { LD_LIBRARY_PATH: 'x', ENV: 'y', 'a-b': 'z' } })
  })

  it('ends like shells do when there is no such program, or it cannot be run', async ({ box }) => {
    await box.seal({ 'a.yaml': 'A: x\n', 'large.yaml': `A: ${SECRET}${'x'.repeat(300_000)}\n` })
    const nobody = await box.bulla(['exec', 'a.yaml', '--', 'no-such-program', SECRET])
    expect(nobody).toMatchObject({ code: 127, out: '' })
    expect((await box.bulla(['exec', 'a.yaml', '--', './a.yaml'])).code).toBe(126)
    const large = await box.bulla(['exec', 'large.yaml', '--', 'true'])
    expect(large).toMatchObject({ code: 126, out: '' })
    expect(large.err).toMatch(/the values are too large for an environment\n.*exec-file/)
    expectNoSecret(nobody.err + large.err)
  })

  it('wants files before -- and a program behind it', async ({ box }) => {
    await box.seal({ 'a.yaml': 'A: x\n' })
    for (const [args, message] of [
      [['a.yaml'], 'no program was given'],
      [['a.yaml', '--'], 'no program was given'],
      [['--', 'env'], 'no sealed file was given'],
      [['a.yaml', '--pristin', '--', 'env'], 'unknown option'],
    ] as const) {
      const { code, out, err } = await box.bulla(['exec', ...args])
      expect({ code, out }).toEqual({ code: 1, out: '' })
      expect(err).toContain(message)
    }
  })

  it.skipIf(!isRoot)('with --user runs as somebody else, for everything it can see', async ({ box }) => {
    await box.seal({ 'a.yaml': 'A: x\n' })
    const script = 'id -un; id -Gn; echo $USER $LOGNAME; test -r /proc/1/environ || echo no rights; echo $A'
    const { code, out, err } = await box.bulla(['exec', '--user', 'nobody', 'a.yaml', '--', 'sh', '-c', script])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toMatch(/^nobody\n\S+\nnobody nobody\nno rights\nx\n$/)
    const unknown = await box.bulla(['exec', '--user', 'no-such-user', 'a.yaml', '--', 'id'])
    expect(unknown).toMatchObject({ code: 1, out: '' })
  })

  it('with --user is refused to everybody but root', async ({ box }) => {
    await box.seal({ 'a.yaml': 'A: x\n' })
    const { code, out, err } = await box.bullaUnprivileged(['exec', '--user', 'root', 'a.yaml', '--', 'id'])
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(err).toMatch(/only root can run a program as somebody else/)
  })
})

/** Says when it listens, then which signal came, and ends with 7. */
const LISTENER = `
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2']
for (const signal of signals) process.on(signal, () => { console.log(signal); process.exit(7) })
process.stdin.resume()
setInterval(() => {}, 1_000_000)
console.log('ready')
`

/** Start, wait for `ready`, send a signal to the command alone. */
function signalled(box: Sandbox, args: readonly string[], signal: NodeJS.Signals) {
  return stopWhenItPrints(box.start(process.execPath, [COMMAND, ...args], {}), signal)
}

describe.skipIf(isWindows)('signals', () => {
  it.for(['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2'] as const)(
    '%s reaches the program, whose exit code counts',
    async (signal, { box }) => {
      await box.seal({ 'a.yaml': 'A: x\n' })
      box.write('listen.cjs', LISTENER)
      const { code, out } = await signalled(box, ['exec', 'a.yaml', '--', process.execPath, 'listen.cjs'], signal)
      expect({ code, out }).toEqual({ code: 7, out: `ready\n${signal}\n` })
    },
  )

  it('that ends the program is 128 and its number after exec, 255 after exec-env', async ({ box }) => {
    await box.seal({ 'a.yaml': 'A: x\n' })
    const wait = "console.log('ready'); setInterval(() => {}, 1_000_000)"
    const byExec = await signalled(box, ['exec', 'a.yaml', '--', process.execPath, '-e', wait], 'SIGTERM')
    expect(byExec).toMatchObject({ code: 143, signal: null })
    box.write('wait.cjs', wait)
    const byEnv = await signalled(box, ['exec-env', 'a.yaml', `exec '${process.execPath}' wait.cjs`], 'SIGTERM')
    expect(byEnv).toMatchObject({ code: 255, signal: null })
  })

  it.skipIf(noTerminal !== undefined)('of a key on the terminal reaches the program once', async ({ box }) => {
    await box.seal({ 'a.yaml': 'A: x\n' })
    // the answer to SIGUSR2 comes behind what the command has made of the key before
    const count = `
let [count, rounds] = [0, 0]
process.on('SIGINT', () => {
  count += 1
  process.kill(process.ppid, 'SIGUSR2')
})
process.on('SIGUSR2', () => {
  rounds += 1
  console.log('round ' + rounds + ': ' + count)
  if (rounds === 5) process.exit(5)
})
setInterval(String, 1_000_000)
console.log('ready')
`
    box.write('count.cjs', count)
    const rounds = [1, 2, 3, 4].map((round) => ({ expect: `round ${round}`, send: '\x03' }))
    const steps = [{ expect: 'ready', send: '\x03' }, ...rounds]
    const session = await onTerminal(box, `exec "$NODE" "$BULLA" exec a.yaml -- "$NODE" count.cjs`, { steps })
    expect(session).toMatchObject({ code: 5, left: 0 })
    expect(session.shown).toContain('round 5: 5')
  })
})

describe.skipIf(isWindows)('exec-env', () => {
  it('hands over standard input, output and error', async ({ box }) => {
    await box.seal({ 'a.yaml': 'A: x\n' })
    const { code, out, err } = await box.bulla(['exec-env', 'a.yaml', 'cat; echo "$A" >&2; exit 3'], { stdin: 'in\n' })
    expect({ code, out, err }).toEqual({ code: 3, out: 'in\n', err: 'x\n' })
  })

  it('starts nothing but the shell, and calls nobody', async ({ box }) => {
    await box.seal({ 'a.yaml': `A: ${SECRET}\n` })
    await box.bulla(['exec-env', 'a.yaml', 'true'], { env: box.observe() })
    expect(box.observed()).toEqual(['run /bin/sh'])
  })

  it('does not start when the file does not verify', async ({ box }) => {
    await box.seal({ 'a.yaml': 'A: x\nb_unencrypted: clear\n' })
    box.write('a.yaml', box.read('a.yaml').replace('clear', 'other'))
    expect(await box.bulla(['exec-env', 'a.yaml', 'touch started'])).toMatchObject({ code: 51, out: '' })
    expect(box.has('started')).toBe(false)
  })

  it('without a key starts nothing', async ({ box }) => {
    await box.seal({ 'a.yaml': 'A: x\n' })
    const env = { SOPS_AGE_KEY_FILE: devNull }
    expect(await box.bulla(['exec-env', 'a.yaml', 'touch started'], { env })).toMatchObject({ code: 128, out: '' })
    expect(box.has('started')).toBe(false)
  })
})
