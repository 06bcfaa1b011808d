import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { describe, expect } from 'vitest'
import { expectNoSecret, MARKER } from '../helpers/canary.ts'
import { COMMAND, it, type Sandbox } from '../helpers/sandbox.ts'
import { stopWhenItPrints } from '../helpers/stopping.ts'

const SECRET = `${MARKER}-hunter2`
const YAML = `password: ${SECRET}\n`
const isWindows = process.platform === 'win32'
const isRoot = process.getuid?.() === 0

const seal = (box: Sandbox, content = YAML, name = 'a.yaml') => box.seal({ [name]: content })

/** The folder above a path that a command has shown, and the one above that. */
function foldersOf(out: string): string[] {
  const path = out.trim().split('\n').at(-1) ?? ''
  expect(path).toMatch(/^\/[\w./-]+$/)
  return [dirname(path), dirname(dirname(path))]
}

/** Reads a path many times over, at one after the other, and says whether it was always the same. */
const READER = `
const { readFileSync } = require('node:fs')
const seen = new Set()
for (let count = 0; count < 20; count += 1) seen.add(readFileSync(process.argv[2], 'utf8'))
console.log(seen.size, [...seen][0].length)
`

describe.skipIf(isWindows)('exec-file', () => {
  it('shows a pipe that only the user can open, and takes it away afterwards', async ({ box }) => {
    await seal(box)
    const script = 'cat {}; ls -l {} | cut -c 1-10; ls -ld $(dirname {}) | cut -c 1-10; echo {}'
    const { code, out, err } = await box.bulla(['exec-file', 'a.yaml', script])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toContain(`${YAML}prw-------\ndrwx------\n/`)
    for (const folder of foldersOf(out)) expect(existsSync(folder)).toBe(false)
  })

  it('gives the content to each reader, also to one that has it open twice', async ({ box }) => {
    await seal(box)
    box.write('reader.cjs', READER)
    const script = `cat {} {}; diff {} {} && echo same; cat {} | cat; '${process.execPath}' reader.cjs {}`
    const { code, out } = await box.bulla(['exec-file', 'a.yaml', script])
    expect({ code, out }).toEqual({ code: 0, out: `${YAML}${YAML}same\n${YAML}1 ${YAML.length}\n` })
  })

  it('gives all of what is larger than a pipe, and does not wait for who stops reading', async ({ box }) => {
    const large = `${'x'.repeat(99)}\n`.repeat(20_000)
    await seal(box, large, 'a.bin')
    const script = 'cat {} | wc -c; head -c 5 {}; echo; cat {} | wc -c; exec 3< {}; exit 4'
    const { code, out } = await box.bulla(['exec-file', 'a.bin', script])
    expect({ code, out: out.replace(/ /g, '') }).toEqual({ code: 4, out: '2000000\nxxxxx\n2000000\n' })
  })

  it('ends with a command that never looks at the file', async ({ box }) => {
    await seal(box)
    expect(await box.bulla(['exec-file', 'a.yaml', 'exit 6'])).toMatchObject({ code: 6, out: '', err: '' })
  })

  it('gives nothing to a reader twice: an empty file stays empty', async ({ box }) => {
    await seal(box, '', 'a.bin')
    expect(await box.bulla(['exec-file', 'a.bin', 'cat {} {}; echo end'])).toMatchObject({ code: 0, out: 'end\n' })
  })

  it('with --no-fifo shows a file under the wanted name, and takes it away afterwards', async ({ box }) => {
    await seal(box)
    const script = 'test -f {} && cat {} {}; ls -l {} | cut -c 1-10; echo {}'
    const { code, out, err } = await box.bulla(['exec-file', '--no-fifo', '--filename', 'tls.pem', 'a.yaml', script])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toMatch(new RegExp(`^${YAML}${YAML}-rw-------\n/\\S+/tls\\.pem\n$`))
    for (const folder of foldersOf(out)) expect(existsSync(folder)).toBe(false)
  })

  it('where no pipe can be made, says that it is a file', async ({ box }) => {
    await seal(box)
    const { code, out, err } = await box.bulla(['exec-file', 'a.yaml', 'test -f {} && echo file'], {
      env: { PATH: '/nowhere' },
    })
    expect({ code, out }).toEqual({ code: 0, out: 'file\n' })
    expect(err).toMatch(/^bulla: note: there are no pipes with names here: it is a file, as with --no-fifo\n/)
  })

  it('has a path that needs no quotes, whatever the temporary folder is called', async ({ box }) => {
    await seal(box)
    box.write("it's a place/x", '')
    const env = { TMPDIR: box.path("it's a place"), XDG_RUNTIME_DIR: box.path("it's a place") }
    for (const options of [[], ['--no-fifo']]) {
      const { code, out } = await box.bulla(['exec-file', ...options, 'a.yaml', 'cat {}'], { env })
      expect({ code, out }).toEqual({ code: 0, out: YAML })
    }
  })

  it('takes names without folders only', async ({ box }) => {
    await seal(box)
    for (const name of ['../x', '/x', 'a/b', '.', '..']) {
      const { code, out, err } = await box.bulla(['exec-file', '--filename', name, 'a.yaml', 'cat {}'])
      expect({ code, out }).toEqual({ code: 1, out: '' })
      expect(err).toMatch(/--filename is a name without folders/)
    }
  })

  it.for([[[]], [['--no-fifo']]] as const)(
    'leaves nothing behind after a signal, with %j',
    async ([options], { box }) => {
      await seal(box)
      const wait = "setInterval(String, 1_000_000); console.log('{}')"
      for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
        const command = ['exec-file', ...options, 'a.yaml', `exec '${process.execPath}' -e "${wait}"`]
        const { code, out } = await stopWhenItPrints(box.start(process.execPath, [COMMAND, ...command], {}), signal)
        expect(code).toBe(255)
        for (const folder of foldersOf(out)) expect(existsSync(folder)).toBe(false)
      }
    },
  )

  it('with --no-fifo leaves nothing behind after kill -9, once the command has ended', async ({ box }) => {
    await seal(box)
    const command = 'echo {}; while kill -0 $PPID 2>/dev/null; do sleep 0.05; done; cat {} > seen'
    const started = box.start(process.execPath, [COMMAND, 'exec-file', '--no-fifo', 'a.yaml', command], {})
    const { signal, out } = await stopWhenItPrints(started, 'SIGKILL')
    expect(signal).toBe('SIGKILL')
    const [, folder = ''] = foldersOf(out)
    while (existsSync(folder)) await setImmediate()
    expect(box.read('seen')).toBe(YAML)
  })

  it('with --no-fifo keeps the file from doctor --clean while the command runs', async ({ box }) => {
    await seal(box)
    const doctor = `'${process.execPath}' '${COMMAND}' doctor --clean > cleaned`
    const command = `echo {}; while kill -0 $PPID 2>/dev/null; do sleep 0.05; done; ${doctor}; cat {} > seen`
    const started = box.start(process.execPath, [COMMAND, 'exec-file', '--no-fifo', 'a.yaml', command], {})
    const { out } = await stopWhenItPrints(started, 'SIGKILL')
    const [, folder = ''] = foldersOf(out)
    while (existsSync(folder)) await setImmediate()
    expect(box.read('cleaned')).not.toContain(folder)
    expect(box.read('seen')).toBe(YAML)
  })

  it('with --no-fifo keeps the file for a command that had just started when kill -9 came', async ({ box }) => {
    await seal(box)
    // longer than a guard takes to remove what nobody uses
    const command = 'sleep 0.3; cat {} > seen; echo {}'
    const { out } = await box.bulla(['exec-file', '--no-fifo', 'a.yaml', command], { env: box.die(2) })
    const [, folder = ''] = foldersOf(out)
    while (existsSync(folder)) await setImmediate()
    expect(box.read('seen')).toBe(YAML)
  })

  it('with --no-fifo the command has no file open that it would not have without', async ({ box }) => {
    await seal(box)
    const { out } = await box.bulla(['exec-file', '--no-fifo', 'a.yaml', 'echo x >&3; echo $0'])
    expect(out).toBe('/bin/sh\n')
  })

  it('starts mkfifo and the shell, nothing else, and the values are in no words', async ({ box }) => {
    await seal(box)
    const { err } = await box.bulla(['exec-file', 'a.yaml', 'true {}'], { env: box.observe() })
    expect(box.observed()).toEqual(['run mkfifo', 'run /bin/sh'])
    expectNoSecret(err)
  })

  it.skipIf(!isRoot)('with --user gives the file to that user', async ({ box }) => {
    await seal(box)
    for (const options of [[], ['--no-fifo']]) {
      const { code, out } = await box.bulla([
        'exec-file',
        ...options,
        '--user',
        'nobody',
        'a.yaml',
        'id -un; cat {}; echo {}',
      ])
      expect(code).toBe(0)
      expect(out).toContain(`nobody\n${YAML}`)
      for (const folder of foldersOf(out)) expect(existsSync(folder)).toBe(false)
    }
  })

  it('converts, or says that the format cannot hold it', async ({ box }) => {
    await seal(box)
    const json = await box.bulla(['exec-file', '--output-type', 'json', 'a.yaml', 'cat {}'])
    expect(JSON.parse(json.out)).toEqual({ password: SECRET })
    await seal(box, 'a: [1]\n', 'b.yaml')
    const refused = await box.bulla(['exec-file', '--output-type', 'dotenv', 'b.yaml', 'touch started'])
    expect(refused).toMatchObject({ code: 4, out: '' })
    expect(box.has('started')).toBe(false)
  })
})
