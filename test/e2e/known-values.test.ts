import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { describe, expect } from 'vitest'
import { newIdentity } from '../helpers/age.ts'
import { expectNoSecret, MARKER } from '../helpers/canary.ts'
import { COMMAND, it, Sandbox } from '../helpers/sandbox.ts'

const SECRET = `${MARKER}&9 horse!Stapl`
const SHORT = 'qwzx-19ab'
const SEALED = `db:\n  password: '${SECRET}'\n  short: ${SHORT}\n`
const STORE = '.git/bulla/known-values'

/** A repository with a hook, and a file that is sealed and committed. */
async function repository(box: Sandbox): Promise<void> {
  await box.git('init', '-q', '-b', 'main')
  const hook = `#!/bin/sh\nexec '${process.execPath}' '${COMMAND}' hook run pre-commit "$@"\n`
  box.write('.git/hooks/pre-commit', hook, 0o755)
  box.write('.sops.yaml', `creation_rules:\n  - path_regex: ^secrets/\n    age: ${box.recipient}\n`)
  box.write('secrets/db.yaml', SEALED)
  await box.bulla(['encrypt', '-i', 'secrets/db.yaml'])
  await box.git('add', '.')
  await box.git('commit', '-q', '-m', 'sealed')
}

function commit(box: Sandbox, env: Record<string, string | undefined> = {}) {
  return box.sh('git add . && git commit -q -m next', { env })
}

describe('a value that is sealed in the repository', () => {
  it.each<[string, string]>([
    ['as it is', `the password is ${SECRET}.`],
    ['in base64', `data: ${Buffer.from(SECRET).toString('base64')}`],
    ['in base64 with a user', `Authorization: ${Buffer.from(`me:${SECRET}`).toString('base64')}`],
    ['URL-encoded', `https://host/?p=${encodeURIComponent(SECRET)}&x=1`],
  ])('stops a commit that holds it %s, and is not shown', async (_, text) => {
    const box = new Sandbox()
    try {
      await repository(box)
      box.write('README.md', `# Readme\n\n${text}\n`)
      const { code, err } = await commit(box)
      expect(code).toBe(1)
      expect(err).toMatch(
        /block known-value: README\.md:3:\d+: a copy of a value that is sealed in secrets\/db\.yaml \(db\.password\)/,
      )
      expectNoSecret(err, SECRET)
      expectNoSecret(box.read(STORE), SECRET, SHORT)
    } finally {
      box.dispose()
    }
  })

  it('is told with a file that is gone as with one that was there', async ({ box }) => {
    await repository(box)
    await box.git('mv', 'secrets/db.yaml', 'secrets/other.yaml')
    box.write('README.md', `${SECRET}\n`)
    const { err } = await commit(box)
    expect(err).toContain('was sealed in secrets/db.yaml (db.password), which is not in the work tree now')
  })

  it('is kept as a fingerprint, for nobody else to read', async ({ box }) => {
    await repository(box)
    expect(box.mode(STORE)).toBe('600')
    expect(box.read(STORE)).toMatch(/^value [\w-]{14} 20 \w+ \["secrets\/db.yaml","db.password"\]$/m)
    expect(await box.git('status', '--porcelain')).toBe('')
  })

  it('keeps the path of its file when git shows an older version, which it hands over as a copy', async ({ box }) => {
    await repository(box)
    await box.git('config', 'diff.bulla.textconv', `'${process.execPath}' '${COMMAND}' diff --textconv`)
    box.write('.git/info/attributes', 'secrets/** diff=bulla\n')
    await box.bulla(['set', 'secrets/db.yaml', 'db.short', '"other-19ab"'])
    await box.git('commit', '-q', '-a', '-m', 'next')
    rmSync(box.path(STORE))
    expect(await box.git('log', '-p')).toContain(SECRET)
    expect(existsSync(box.path(STORE))).toBe(false)
    await box.bulla(['set', 'secrets/db.yaml', 'db.short', '"third-19ab"'])
    expect(await box.git('diff')).toContain('third-19ab')
    const places = box.read(STORE).match(/\["[^"]+"/g)
    expect([...new Set(places)]).toEqual(['["secrets/db.yaml"'])
  })

  it('warns when it is short, until it stands in clear', async ({ box }) => {
    await repository(box)
    box.write('notes.txt', `code ${SHORT}\n`)
    const first = await commit(box)
    expect([first.code, first.err]).toEqual([0, expect.stringContaining('warn known-value: notes.txt:1:6')])
    box.write('other.txt', `code ${SHORT}\n`)
    expect(await commit(box)).toMatchObject({ code: 0, err: '' })
  })

  it('stops a push though it stands at HEAD, until the remote has it', async ({ box }) => {
    await repository(box)
    const hook = `#!/bin/sh\nexec '${process.execPath}' '${COMMAND}' hook run pre-push "$@"\n`
    box.write('.git/hooks/pre-push', hook, 0o755)
    await box.git('init', '-q', '--bare', 'remote.git')
    await box.git('remote', 'add', 'origin', './remote.git')
    expect(await box.sh('git push -q origin main')).toMatchObject({ code: 0, err: '' })
    box.write('README.md', `${SECRET}\n`)
    const reason = { BULLA_ALLOW: 'a reason' }
    expect(await box.sh('git add README.md && git commit -q -m next', { env: reason })).toMatchObject({ code: 0 })
    const found = expect.stringContaining(' README.md:1:1: a copy of a value that is sealed')
    for (const refs of ['main', 'main:new']) {
      expect(await box.sh(`git push -q origin ${refs}`, { env: reason })).toMatchObject({ code: 1, err: found })
    }
    expect(await box.bulla(['check', 'origin/main..main'])).toMatchObject({ code: 1 })
    await box.git('push', '-q', '--no-verify', 'origin', 'main')
    box.write('other.md', `${SECRET}\n`)
    expect(await box.sh('git add other.md && git commit -q -m other')).toMatchObject({ code: 0 })
    const told = await box.sh('git push -q origin main')
    expect([told.code, told.err]).toEqual([0, expect.stringContaining('warn known-value: ')])
    expect(await box.bulla(['check', 'origin/main~1..main'])).toMatchObject({ code: 0 })
  })

  it('is not hidden by many copies of another one, which stood there before', async ({ box }) => {
    await repository(box)
    const notes = `the name is ${SHORT}\n`.repeat(60)
    box.write('notes.txt', notes)
    expect(await commit(box)).toMatchObject({ code: 0 })
    box.write('notes.txt', `${notes}the password is ${SECRET}.\n`)
    expect(await commit(box)).toMatchObject({
      code: 1,
      err: expect.stringContaining('block known-value: notes.txt:61'),
    })
  })

  it('blocks from 12 characters, warns from 8, and is not looked for below', async ({ box }) => {
    await repository(box)
    const values = ['qw3-Rty', 'qw3-Rtyu', 'qw3-Rtyuo9p', 'qw3-Rtyuo9p!']
    expect(values.map(({ length }) => length)).toEqual([7, 8, 11, 12])
    box.write('secrets/more.yaml', values.map((value, index) => `k${index}: "${value}"\n`).join(''))
    await box.bulla(['encrypt', '-i', 'secrets/more.yaml'])
    box.write('notes.txt', values.map((value) => `${value}\n`).join(''))
    const { code, err } = await commit(box)
    expect(code).toBe(1)
    expect(err.match(/(?:block|warn) known-value: notes\.txt:\d/g)).toEqual([
      'warn known-value: notes.txt:2',
      'warn known-value: notes.txt:3',
      'block known-value: notes.txt:4',
    ])
  })

  it('is known of a file that came with a merge, and that no command opened', async ({ box }) => {
    await repository(box)
    await box.git('checkout', '-q', '-b', 'side')
    box.write('secrets/new.yaml', `token: ${MARKER}-from-the-side\n`)
    await box.bulla(['encrypt', '-i', 'secrets/new.yaml'])
    await box.git('add', '.')
    await box.git('commit', '-q', '--no-verify', '-m', 'new')
    await box.git('checkout', '-q', 'main')
    await box.git('merge', '-q', '--ff-only', 'side')
    box.write('README.md', `${MARKER}-from-the-side\n`)
    const { code, err } = await commit(box)
    expect([code, err]).toEqual([1, expect.stringContaining('secrets/new.yaml (token)')])
  })

  it('is known after its file was opened, also where no key is at hand when the commit is made', async ({ box }) => {
    await repository(box)
    await box.git('rm', '-q', '--cached', 'secrets/db.yaml')
    box.write('.git/info/exclude', 'secrets/\n')
    await box.sh(`rm ${STORE}`)
    await box.bulla(['decrypt', 'secrets/db.yaml'])
    box.write('README.md', `${SECRET}\n`)
    const { code, err } = await commit(box, { SOPS_AGE_KEY_FILE: undefined })
    expect([code, err]).toEqual([1, expect.stringContaining('block known-value: README.md:1:1')])
  })

  it('is not looked for without a key, which the hook says until there is one', async ({ box }) => {
    await repository(box)
    await box.sh(`rm ${STORE}`)
    box.write('README.md', 'nothing\n')
    const blind = await commit(box, { SOPS_AGE_KEY_FILE: undefined })
    const note = 'bulla: pre-commit: no key at hand opens one sealed file: copies of their values are not looked for\n'
    expect([blind.code, blind.err]).toEqual([0, note])
    box.write('README.md', `${SECRET}\n`)
    expect(await commit(box)).toMatchObject({ code: 1, err: expect.stringContaining('block known-value') })
  })

  it('is not looked for, and nothing is kept, when that is switched off', async ({ box }) => {
    await repository(box)
    await box.sh('rm -r .git/bulla')
    box.write('README.md', `${SECRET}\n`)
    expect(await commit(box, { BULLA_NO_KNOWN_VALUES: '1' })).toMatchObject({ code: 0, err: '' })
    await box.bulla(['decrypt', 'secrets/db.yaml'], { env: { BULLA_NO_KNOWN_VALUES: '1' } })
    expect(box.has('.git/bulla')).toBe(false)
  })

  it('is not looked for in a linked worktree by a store of its own', async ({ box }) => {
    await repository(box)
    await box.git('worktree', 'add', '-q', 'linked', '-b', 'other')
    box.write('linked/README.md', `${SECRET}\n`)
    const { code, err } = await box.sh('git add . && git commit -q -m next', { cwd: 'linked' })
    expect([code, err]).toEqual([1, expect.stringContaining('block known-value: README.md:1:1')])
    expect(box.has('.git/worktrees/linked/bulla')).toBe(false)
  })

  it('is found by check wherever it stands', async ({ box }) => {
    await repository(box)
    box.write('README.md', `${SECRET}\n`)
    await box.git('add', '.')
    await box.git('commit', '-q', '--no-verify', '-m', 'leak')
    const { code, out } = await box.bulla(['check'])
    expect([code, out]).toEqual([1, expect.stringContaining('block known-value: README.md:1:1')])
    expectNoSecret(out, SECRET)
  })
})

describe('a copy in what a sealed file leaves in clear', () => {
  const partly = (text: string) => `token: x1\n${text}`

  /** Seals only tokens, and in clear beside them what `text` says. */
  async function sealedBeside(box: Sandbox, name: string, text: string): Promise<void> {
    await repository(box)
    const rules = `creation_rules:\n  - path_regex: ^secrets/\n    age: ${box.recipient}\n`
    box.write('.sops.yaml', `${rules}  - age: ${box.recipient}\n    encrypted_regex: ^token$\n`)
    box.write(name, text)
    await box.bulla(['encrypt', '-i', name])
    expect(box.read(name)).toContain('ENC[AES256_GCM,')
  }

  it.each<[string, string, string, RegExp, string]>([
    [
      'a value',
      'app.yaml',
      partly(`db:\n  host: '${SECRET}'\n`),
      /app\.yaml:3:\d+: .*\(db\.host\)/,
      'bulla set app.yaml db.host',
    ],
    [
      'a value of JSON',
      'app.json',
      JSON.stringify({ token: 'x1', a: SECRET }),
      /app\.json:\d+:\d+: /,
      'bulla set app.json a',
    ],
    ['a value of dotenv', '.env', `token=x1\nURL=${encodeURIComponent(SECRET)}\n`, /\.env:2:5: /, 'bulla set .env URL'],
    ['a value of INI', 'app.ini', `[a]\ntoken = x1\nb = ${SECRET}\n`, /app\.ini:3:5: /, 'bulla set app.ini a.b'],
    ['a list', 'app.yaml', partly(`all:\n  - '${SECRET}'\n`), /app\.yaml:3:6: /, 'bulla edit app.yaml'],
    ['a comment', 'app.yaml', partly(`# was ${SECRET}\nb: 1\n`), /app\.yaml:2:7: /, 'bulla edit app.yaml'],
    [
      'base64',
      'app.yaml',
      partly(`a: ${Buffer.from(SECRET).toString('base64')}\n`),
      /app\.yaml:2:4: /,
      'bulla set app.yaml a',
    ],
  ])('stops a commit: %s', async (_, name, text, place, repair) => {
    const box = new Sandbox()
    try {
      await sealedBeside(box, name, text)
      const { code, err } = await commit(box)
      expect([code, err]).toEqual([1, expect.stringMatching(/stopped by 1 finding\n/)])
      expect(err).toMatch(place)
      expect(err.split('\n').map((line) => line.trim())).toContain(`${repair} && git add ${name}`)
      expectNoSecret(err, SECRET)
      const scanned = await box.bulla(['scan', '--staged'])
      expect([scanned.code, scanned.out]).toEqual([1, expect.stringContaining(repair)])
    } finally {
      box.dispose()
    }
  })

  it('is repaired by the command that is named', async ({ box }) => {
    await sealedBeside(box, 'app.yaml', partly(`host: '${SECRET}'\n`))
    expect((await commit(box)).code).toBe(1)
    await box.bulla(['set', 'app.yaml', 'host', '"db.example.org"'])
    expect(await commit(box)).toMatchObject({ code: 0, err: '' })
  })

  it('is none when it is sealed there too, nor in metadata', async ({ box }) => {
    await sealedBeside(box, 'app.yaml', `token: '${SECRET}'\nhost: db.example.org\n`)
    expect(await commit(box)).toMatchObject({ code: 0, err: '' })
  })

  it('is told once when the file says that it is sealed', async ({ box }) => {
    await sealedBeside(box, 'app.yaml', partly('host: h\n'))
    box.write('app.yaml', box.read('app.yaml').replace('host: h', `host: h\nmore:\n  token: '${SECRET}'`))
    const { code, err } = await commit(box)
    expect([code, err]).toEqual([1, expect.stringContaining('stopped by 1 finding\n  block plain-value: app.yaml:4:')])
  })
})

describe('a copy elsewhere', () => {
  it.each<[string, string, string, string]>([
    [
      'a file that a rule would seal',
      'app.yaml',
      `token: '${SECRET}'\n`,
      'bulla encrypt --in-place app.yaml && git add app.yaml',
    ],
    ['what the rule for the file leaves in clear', 'app.yaml', `a: '${SECRET}'\n`, 'git rm --cached app.yaml'],
    ['a new file that no rule is for', 'it is.txt', `${SECRET}\n`, "git rm --cached 'it is.txt'"],
    ['a file that was there before', 'old.txt', `${SECRET}\n`, 'git restore --staged old.txt'],
  ])('is repaired by one command: %s', async (_, name, text, repair) => {
    const box = new Sandbox()
    try {
      await repository(box)
      const rule = `  - path_regex: \\.yaml$\n    age: ${box.recipient}\n    encrypted_regex: ^token$\n`
      box.write('.sops.yaml', `${box.read('.sops.yaml')}${rule}`)
      box.write('old.txt', 'old\n')
      await commit(box)
      box.write(name, text)
      const { code, err } = await commit(box)
      expect(code).toBe(1)
      expect(err).toContain(`block known-value: ${name}:1:`)
      expect(err.split('\n').map((line) => line.trim())).toContain(repair)
      const [own = '', ...others] = repair.split(' && ')
      if (own.startsWith('bulla ')) await box.bulla(own.split(' ').slice(1))
      await box.sh((own.startsWith('bulla ') ? others : [own]).join())
      expect(await box.git('diff', '--cached')).not.toContain(SECRET)
    } finally {
      box.dispose()
    }
  })
})

describe('the command for what was committed', () => {
  it('gives the value of a copy another one, where the file that seals it is still there', async ({ box }) => {
    await repository(box)
    box.write('README.md', `use ${SECRET}\n`)
    await box.sh('git add . && git commit -q --no-verify -m copied')
    const told = 'a copy of a value that is sealed in secrets/db.yaml (db.password)\n'
    expect((await box.bulla(['check'])).out).toContain(`${told}      bulla edit secrets/db.yaml\n`)
    await box.git('mv', 'secrets/db.yaml', 'secrets/other.yaml')
    expect((await box.bulla(['check'])).out).toMatch(
      /was sealed in secrets\/db\.yaml \(db\.password\), which is not in the work tree now\n$/,
    )
  })

  it('leads to a version of a damaged file that is whole: at HEAD, in the history, or nowhere', async ({ box }) => {
    await repository(box)
    const damaged = box.read('secrets/db.yaml').replace(/^ {4}mac:.*\n/m, '')
    const repairOf = async (...args: readonly string[]) =>
      /^ {6}(.*)$/m.exec((await box.bulla(['check', ...args])).out)?.[1]
    box.write('secrets/db.yaml', damaged)
    await box.git('add', '.')
    expect(await repairOf()).toBe('git checkout HEAD -- secrets/db.yaml')
    const whole = (await box.git('rev-parse', 'HEAD')).trim()
    await box.git('commit', '-q', '--no-verify', '-m', 'damaged')
    const repair = await repairOf()
    expect(repair).toBe(`git checkout ${whole.slice(0, 12)} -- secrets/db.yaml`)
    for (const args of [['HEAD'], ['HEAD~1..HEAD']]) {
      expect(await repairOf(...args)).toBe('git log -p -- secrets/db.yaml')
    }
    box.write('secrets/db.yaml', `${damaged}# again\n`)
    await box.git('add', '.')
    expect(await repairOf()).toBe(repair)
    expect((await box.bulla(['hook', 'run', 'pre-commit'])).err).toContain(`      ${repair}\n`)
    await box.sh(repair ?? 'false')
    expect((await box.bulla(['check'])).code).toBe(0)
    await box.git('checkout', '-q', 'HEAD', '--', '.')
    // as if it had never been whole
    await box.sh('git checkout -q --orphan new && git commit -q --no-verify -m damaged && git branch -D main')
    expect(await repairOf()).toBe('git log --all -p -- secrets/db.yaml')
    await box.sh('git mv secrets/db.yaml secrets/new.yaml')
    expect(await repairOf()).toBe('git rm --cached secrets/new.yaml')
  })
})

describe('what is known', () => {
  it('never keeps a file from being opened', async ({ box }) => {
    await repository(box)
    await box.sh(`rm -r .git/bulla; echo no folder > .git/bulla`)
    const { code, out, err } = await box.bulla(['decrypt', 'secrets/db.yaml'])
    expect([code, out, err]).toEqual([0, SEALED, ''])
    expect(box.read('.git/bulla')).toBe('no folder\n')
  })

  it('is found among as many as are remembered, which take more than 4 MiB', async ({ box }) => {
    await repository(box)
    const origin = JSON.stringify([`secrets/${'long/'.repeat(16)}db.yaml`, 'db.password'])
    const others = Array.from(
      { length: 40_000 },
      (_, index) => `value other-${index} 16 ${index.toString(36)} ${origin}\n`,
    )
    box.write(STORE, box.read(STORE) + others.join(''))
    box.write('README.md', `${SECRET}\n`)
    expect(await commit(box)).toMatchObject({ code: 1, err: expect.stringContaining('block known-value: README.md:1') })
  })

  it('does not stop a push when it cannot be read, which the hook says', async ({ box }) => {
    await repository(box)
    rmSync(box.path(STORE))
    mkdirSync(box.path(STORE))
    const pushed = await box.bulla(['hook', 'run', 'pre-push', 'origin'], { stdin: '' })
    const why = expect.stringContaining('pre-push: copies of sealed values are not looked for: ')
    expect(pushed).toMatchObject({ code: 0, err: why })
  })

  it('does not stop check and scan either when it cannot be read', async ({ box }) => {
    await repository(box)
    rmSync(box.path(STORE))
    mkdirSync(box.path(STORE))
    for (const command of ['check', 'scan']) {
      const { code, err } = await box.bulla([command])
      expect([command, code, err]).toEqual([
        command,
        0,
        expect.stringContaining(`${command}: copies of sealed values are not looked for: ${STORE}: `),
      ])
    }
  })

  it('is left alone when a later version wrote it', async ({ box }) => {
    await repository(box)
    box.write(STORE, 'bulla known values 2\n')
    await box.bulla(['decrypt', 'secrets/db.yaml'])
    expect(box.read(STORE)).toBe('bulla known values 2\n')
  })

  it('stays readable when many commands learn at the same time', async ({ box }) => {
    await repository(box)
    const names = Array.from({ length: 6 }, (_, index) => `secrets/${index}.yaml`)
    for (const name of names) box.write(name, `a: ${name}-${newIdentity().recipient}\n`)
    await box.bulla(['encrypt', '-i', ...names])
    await box.sh(`rm -r .git/bulla`)
    await Promise.all(names.map((name) => box.bulla(['decrypt', name])))
    await Promise.all(names.map((name) => box.bulla(['decrypt', name])))
    const opened = box.read(STORE).match(/^open /gm) ?? []
    expect(opened.length).toBeGreaterThan(1)
    for (const name of names) await box.bulla(['decrypt', name])
    expect(box.read(STORE).match(/^open /gm)).toHaveLength(names.length)
  })
})
