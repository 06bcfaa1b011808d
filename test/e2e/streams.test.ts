import { describe, expect } from 'vitest'
import { newIdentity } from '../helpers/age.ts'
import { expectNoSecret, MARKER } from '../helpers/canary.ts'
import { it, type Sandbox } from '../helpers/sandbox.ts'

const SECRET = `${MARKER}-hunter2`
const YAML = `db:\n  password: ${SECRET}\n`
const isWindows = process.platform === 'win32'

async function seal(box: Sandbox, content = YAML): Promise<string> {
  box.policy()
  const { code, out, err } = await box.bulla(['encrypt', '--filename-override', 'a.yaml'], { stdin: content })
  if (code !== 0) throw new Error(err)
  box.write('a.yaml', out)
  return out
}

/** Loaded into the command: leaves a sign when standard input has nothing to read yet. */
const NOTICE_WAITING = `
const fs = require('node:fs')
const { readSync } = fs
fs.readSync = (...args) => {
  try {
    return readSync(...args)
  } catch (error) {
    if (error.code === 'EAGAIN') fs.writeFileSync('waiting', '')
    throw error
  }
}
`

/** Gives the command a socket that does not block, and the end of its input only when the command waits for it. */
const FEED_NON_BLOCKING = `
const { spawn } = require('node:child_process')
const fs = require('node:fs')
const sealed = fs.readFileSync('a.yaml')
const args = ['--require', './notice.cjs', process.env.BULLA, 'decrypt', '--input-type', 'yaml']
// what opens it makes it so, and would put that right again if it could
const setNonBlocking = '"$NODE" -e "process.stdin; process.kill(process.pid, 9)"; exec "$NODE" "$@"'
const child = spawn('sh', ['-c', setNonBlocking, 'sh', ...args], { stdio: ['pipe', 'inherit', 'inherit'] })
let isOver = false
child.on('exit', (code) => {
  isOver = true
  process.exitCode = code
})
const feed = () => {
  if (isOver) return
  if (fs.existsSync('waiting')) child.stdin.end(sealed.subarray(60))
  else setImmediate(feed)
}
child.stdin.write(sealed.subarray(0, 60))
feed()
`

/** Several times what a pipe holds. */
const LARGE = `a: |\n${`  ${'x'.repeat(98)}\n`.repeat(5_000)}`

describe('standard input', () => {
  it('is sealed under the name it stands for, and opened', async ({ box }) => {
    const sealed = await seal(box)
    expectNoSecret(sealed)
    const byName = await box.bulla(['decrypt', '--filename-override', 'a.yaml'], { stdin: sealed })
    expect(byName).toMatchObject({ code: 0, out: YAML, err: '' })
    expect(await box.bulla(['decrypt', '--input-type', 'yaml'], { stdin: sealed })).toMatchObject({
      code: 0,
      out: YAML,
    })
    const asJson = ['decrypt', '--input-type', 'yaml', '--output-type', 'json']
    expect(JSON.parse((await box.bulla(asJson, { stdin: sealed })).out)).toEqual({ db: { password: SECRET } })
  })

  it('is a sealed binary file when nothing is said about it', async ({ box }) => {
    box.policy()
    const bytes = Uint8Array.from({ length: 256 }, (_, index) => index)
    const sealed = await box.bulla(['encrypt', '--filename-override', 'a.bin'], { stdin: bytes })
    const opened = await box.bulla(['decrypt'], { stdin: sealed.stdout })
    expect(opened.stdout.equals(bytes)).toBe(true)
    expect((await box.bulla(['decrypt'], { stdin: await seal(box) })).err).toMatch(
      /hint: if it is yaml, .*--input-type/,
    )
  })

  it('may be long, and goes into a file too', async ({ box }) => {
    box.policy()
    const args = ['encrypt', '--filename-override', 'a.yaml', '--output', 'a.yaml']
    expect(await box.bulla(args, { stdin: LARGE })).toMatchObject({ code: 0, out: '' })
    expect((await box.bulla(['decrypt', 'a.yaml'])).out === LARGE).toBe(true)
  })

  it.skipIf(isWindows)('may be named as a file, and be slow', async ({ box }) => {
    const sealed = await seal(box)
    expect((await box.sh('cat a.yaml | bulla decrypt --input-type yaml --output-type yaml /dev/stdin')).out).toBe(YAML)
    // in pieces of one byte
    expect((await box.sh('dd bs=1 if=a.yaml 2> /dev/null | bulla decrypt --input-type yaml')).out).toBe(YAML)
    expect((await box.sh('bulla decrypt --input-type yaml < a.yaml')).out).toBe(YAML)
    expect(box.read('a.yaml')).toBe(sealed)
  })

  it.skipIf(isWindows)('may be non-blocking, as other programs leave it', async ({ box }) => {
    await seal(box)
    box.write('notice.cjs', NOTICE_WAITING)
    box.write('feed.cjs', FEED_NON_BLOCKING)
    expect(await box.sh('"$NODE" feed.cjs')).toMatchObject({ code: 0, out: YAML })
    expect(box.has('waiting')).toBe(true)
  })

  it('that is empty is an empty file, where there can be one', async ({ box }) => {
    box.policy()
    for (const name of ['a.env', 'a.ini', 'a.bin']) {
      const sealed = await box.bulla(['encrypt', '--filename-override', name])
      expect(sealed).toMatchObject({ code: 0, err: '' })
      const opened = await box.bulla(['decrypt', '--filename-override', name], { stdin: sealed.stdout })
      expect(opened).toMatchObject({ code: 0, out: '' })
    }
  })
})

describe('standard output', () => {
  it('holds the payload and nothing else', async ({ box }) => {
    await seal(box)
    box.write('sub/.sops.yaml', 'creation_rules: []\n')
    box.write('sub/b.yaml', YAML)
    const { out, err } = await box.bulla(['encrypt', 'sub/b.yaml'])
    expect(out).toMatch(/^db:\n {2}password: ENC/)
    expect(err).toMatch(/^bulla: note: sub.b\.yaml: .*nearer to the file/)
  })

  it.skipIf(isWindows)('holds no note either when both streams are one', async ({ box }) => {
    await seal(box)
    box.write('sub/.sops.yaml', 'creation_rules: []\n')
    box.write('sub/b.yaml', YAML)
    expect((await box.sh('bulla encrypt sub/b.yaml 2>&1')).out).toMatch(/^db:/)
    expect((await box.sh('bulla encrypt sub/b.yaml > both 2>&1; cat both')).out).toMatch(/^db:/)
    const failed = await box.sh('bulla encrypt sub/none.yaml 2>&1')
    expect(failed.out).toMatch(/^bulla: error: sub.none\.yaml: /)
    const written = await box.sh('bulla encrypt --in-place sub/b.yaml 2>&1')
    expect(written.out).toMatch(/^bulla: note: .*nearer to the file/)
  })

  it.skipIf(isWindows).for([
    ['/dev/stdout', '| cat'],
    ['pipe', '& cat pipe'],
  ] as const)('may be named as a file, which holds no earlier version: %s', async ([name, reader], { box }) => {
    await seal(box)
    box.write('b.yaml', YAML)
    for (const args of ['encrypt b.yaml', 'decrypt a.yaml']) {
      const { out, err } = await box.sh(`rm -f pipe; mkfifo pipe; bulla ${args} --output ${name} ${reader}; wait`)
      expect({ out: out.slice(0, 3), err }).toEqual({ out: 'db:', err: '' })
    }
  })

  it.skipIf(isWindows)('is written to although the working directory is gone', async ({ box }) => {
    await seal(box)
    const { out, err } = await box.sh('here=$PWD; mkdir gone; cd gone; rmdir ../gone; bulla decrypt "$here/a.yaml"')
    expect({ out, err }).toEqual({ out: YAML, err: '' })
  })

  it.skipIf(isWindows)('may be cut off by its reader: nothing is said about it', async ({ box }) => {
    await seal(box, LARGE)
    const { out, err } = await box.sh('{ bulla decrypt a.yaml; echo $? > code; } | head -n 1')
    expect({ out, err, code: box.read('code') }).toEqual({ out: 'a: |\n', err: '', code: '141\n' })
    const gone = await box.sh('{ bulla decrypt a.yaml; echo $? > code; } | true')
    expect({ err: gone.err, code: box.read('code') }).toEqual({ err: '', code: '141\n' })
    expect((await box.sh('{ bulla --help; echo $? > code; } | true')).err).toBe('')
  })

  it.skipIf(isWindows)('that is full is an error', async ({ box }) => {
    await seal(box)
    const { code, err } = await box.sh('bulla decrypt a.yaml > /dev/full')
    expect(code).toBe(3)
    expect(err).toBe(
      'bulla: error: standard output: cannot be written: the disk is full\nbulla: hint: make room, then run the command again\n',
    )
  })

  it.skipIf(isWindows)('may be closed: no file gets what was meant for it', async ({ box }) => {
    const sealed = await seal(box)
    for (const streams of ['>&-', '2>&-', '>&- 2>&-', '<&- >&- 2>&-']) {
      expect(await box.sh(`bulla decrypt -i a.yaml ${streams}`)).toMatchObject({ code: 0 })
      expect(box.read('a.yaml')).toBe(YAML)
      box.write('a.yaml', sealed)
      expect((await box.sh(`bulla decrypt a.yaml ${streams}`)).code).toBe(0)
      expect((await box.sh(`bulla decrypt nope.yaml ${streams}`)).code).toBe(100)
      expect(box.read('a.yaml')).toBe(sealed)
    }
  })

  it.skipIf(isWindows)('may be a slow reader with a full pipe', async ({ box }) => {
    await seal(box, LARGE)
    const { out } = await box.sh('bulla decrypt a.yaml | dd bs=100 2> /dev/null | wc -c')
    expect(Number(out)).toBe(LARGE.length)
  })
})

describe('standard error', () => {
  it.skipIf(isWindows)('has no colour, whatever the terminal is said to be', async ({ box }) => {
    await seal(box)
    const env = { FORCE_COLOR: '3', CLICOLOR_FORCE: '1', TERM: 'xterm-256color', COLORTERM: 'truecolor' }
    for (const args of [['decrypt', 'nope.yaml'], ['--help'], ['decrypt', 'a.yaml'], ['encrypt', '--nope']]) {
      const { out, err } = await box.bulla(args, { env })
      expect(`${out}${err}`).not.toContain('\x1b')
    }
  })

  it('holds no value when something fails, nor the identity', async ({ box }) => {
    box.policy()
    box.write('a.yaml', `a: ${SECRET}\nb: [${SECRET}\n`)
    for (const command of ['encrypt', 'decrypt', 'filestatus']) {
      const { out, err } = await box.bulla([command, 'a.yaml'], { env: { BULLA_DEBUG: 'stack' } })
      expect(out).toBe('')
      expectNoSecret(err, box.identity)
    }
  })
})

describe('standard error that takes nothing', () => {
  it.skipIf(isWindows)('as nobody reads it, stops no commit that only has warnings', async ({ box }) => {
    await seal(box)
    await box.git('init', '-q')
    box.write('.sops.yaml', `creation_rules:\n  - age: ${newIdentity().recipient}\n`)
    await box.git('add', '.')
    const told = await box.sh('bulla hook run pre-commit')
    expect(told).toMatchObject({ code: 0, err: expect.stringContaining('warn readers-drift: a.yaml') })
    const unread = await box.sh('{ bulla hook run pre-commit; echo $? > code; } 2>&1 | true')
    expect({ err: unread.err, code: box.read('code') }).toEqual({ err: '', code: '0\n' })
  })

  it.skipIf(process.platform !== 'linux')(
    'as the disk is full, changes nothing of what is done, nor the exit code',
    async ({ box }) => {
      await seal(box)
      box.write('b.yaml', YAML)
      expect((await box.sh('bulla decrypt nope.yaml 2> /dev/full')).code).toBe(100)
      // with several files something is said at the end
      expect((await box.sh('bulla decrypt -i a.yaml && bulla encrypt -i a.yaml b.yaml 2> /dev/full')).code).toBe(0)
      expect(box.read('b.yaml')).toContain('ENC[')
      expect((await box.sh('git init -q && cp b.yaml c.yaml && bulla check --strict 2> /dev/full > report')).code).toBe(
        0,
      )
    },
  )
})

describe('a command that waits for what never comes', () => {
  it('fails, though Node has nothing left to do and would call that success', async ({ box }) => {
    box.policy()
    box.write('a.yaml', YAML)
    box.write('stuck.cjs', "require('node:fs').fsync = () => undefined\n")
    const env = { NODE_OPTIONS: `--require ${box.path('stuck.cjs')}` }
    const { code, out, err } = await box.bulla(['encrypt', '-i', 'a.yaml'], { env })
    expect({ code, out }).toEqual({ code: 70, out: '' })
    expect(err).toContain('stopped before it was done')
    expect(box.read('a.yaml')).toBe(YAML)
  })
})
