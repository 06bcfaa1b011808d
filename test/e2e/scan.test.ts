import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect } from 'vitest'
import { expectNoSecret, MARKER } from '../helpers/canary.ts'
import { dice } from '../helpers/credentials/draw.ts'
import { keyring, makeSecretKey, type Protection } from '../helpers/credentials/keyring.ts'
import { it, Sandbox } from '../helpers/sandbox.ts'

/** A key of AWS in the form that its rule wants, made here: no file of this project holds one. */
const KEY = `AKIA${'QWERTZ2345ASDFGH'.split('').reverse().join('')}`
const HUMAN = ['Herbst', 'wald', '47'].join('')
const SECRET = `${MARKER}&9 horse!Stapl`

async function repository(box: Sandbox): Promise<void> {
  await box.git('init', '-q', '-b', 'main')
  box.write('.gitignore', 'ignored/\n')
  box.write('app.ts', 'export const a = 1\n')
  await box.git('add', '.')
  await box.git('commit', '-q', '-m', 'first')
}

async function commitAll(box: Sandbox, message: string): Promise<void> {
  await box.git('add', '.')
  await box.git('commit', '-q', '-m', message)
}

describe('scan', () => {
  it('looks into tracked and new files as they lie there, not into ignored ones unless they are named', async ({
    box,
  }) => {
    await repository(box)
    box.write('app.ts', `const key = '${KEY}'\n`)
    box.write('new/sé cret "1".env', `# x\nKEY=${KEY}\n`)
    box.write('ignored/x.env', `KEY=${KEY}\n`)
    const { code, out, err } = await box.bulla(['scan'])
    expect(code).toBe(1)
    expect(out).toMatch(/block aws-access-key-id: app\.ts:1:14: /)
    expect(out).toMatch(/block aws-access-key-id: new\/sé cret "1"\.env:2:5: /)
    expect(err).toBe('bulla: 3 texts looked into, 2 findings\n')
    expectNoSecret(out + err, KEY)
    expect((await box.bulla(['scan', 'ignored/x.env'])).out).toMatch(/ignored\/x\.env:1:5/)
    expect(await box.bulla(['scan', 'new'])).toMatchObject({ code: 1, err: 'bulla: 1 text looked into, 1 finding\n' })
  })

  // other systems have no such names
  it.skipIf(process.platform !== 'linux')('looks into files whose names are no UTF-8', async ({ box }) => {
    const name = Buffer.from('geh\xe4lter.env', 'latin1')
    const text = `KEY=${KEY}\n`
    const inRepository = async (folder: string) => {
      box.write(`${folder}/fine.txt`, 'fine\n')
      writeFileSync(Buffer.concat([Buffer.from(box.path(`${folder}/`)), name]), text)
      return box.bulla(['scan', '--format', 'json'], { cwd: folder })
    }
    await box.git('init', '-q', 'repo')
    const { code, out } = await inRepository('repo')
    expect({ code }, out).toEqual({ code: 1 })
    expect(JSON.parse(out).findings).toMatchObject([{ file: 'geh\ufffdlter.env' }])
    // Node lists folders by names: who cannot read it says so
    expect(await inRepository('elsewhere')).toMatchObject({
      code: 2,
      err: expect.stringContaining('geh\ufffdlter.env'),
    })
  })

  it('looks into what is staged, not into what lies there', async ({ box }) => {
    await repository(box)
    box.write('app.ts', `const key = '${KEY}'\n`)
    expect(await box.bulla(['scan', '--staged'])).toMatchObject({ code: 0, out: '' })
    await box.git('add', '.')
    box.write('app.ts', 'nothing\n')
    const { code, out } = await box.bulla(['scan', '--staged'])
    expect([code, out]).toEqual([1, expect.stringContaining('app.ts:1:14')])
  })

  it.for(['commit -q -m x -a', 'commit -q -m x --only app.ts'])(
    'sees in a hook of your own what "%s" adds',
    async (commit, { box }) => {
      await repository(box)
      const hook = '#!/bin/sh\nexec "$NODE" "$BULLA" scan --staged\n'
      box.write('.git/hooks/pre-commit', hook)
      chmodSync(join(box.folder, '.git/hooks/pre-commit'), 0o755)
      box.write('app.ts', `const key = '${KEY}'\n`)
      const { code, err } = await box.sh(`git ${commit}`)
      expect(code).toBe(1)
      expect(err).toContain('block aws-access-key-id: app.ts:1:14')
    },
  )

  it('names texts that are too large to be searched, and passes over pictures and programs of any size', async ({
    box,
  }) => {
    await repository(box)
    const large = 'a'.repeat(80).concat('\n').repeat(840_000)
    box.write('large.txt', large)
    box.write('large.bin', Buffer.alloc(large.length))
    box.write('below.txt', `${large.slice(0, large.length / 2)}${KEY}\n`)
    await box.git('add', '.')
    const found = /^ {2}block aws-access-key-id: below\.txt:420001:1: [^\n]*\n/
    for (const args of [['scan'], ['scan', '--staged']]) {
      const { code, out, err } = await box.bulla(args)
      expect(code).toBe(1)
      expect(err).not.toContain('large.bin')
      expect(err).toContain('bulla: large.txt: too large, or it cannot be read\n')
      expect(out).toMatch(found)
    }
    const { code, out } = await box.bulla(['check'])
    expect(code).toBe(1)
    expect(out).toMatch(found)
    expect(out).toContain('warn not-searched: large.txt: this text is larger than 64 MiB')
    expect(out).not.toContain('large.bin')
  })

  it('tells of many values of a history which of them still stand at HEAD, as they were written', async ({ box }) => {
    await repository(box)
    const keys = Array.from({ length: 20 }, (_, index) => `${KEY.slice(0, 18)}${'ABCDEFGHJKLMNPQRSTUV'[index]}Q`)
    box.write('all.env', keys.map((key) => `KEY=${key}\n`).join(''))
    box.write('long.env', `KEY=Grüße-${KEY.slice(5)}\n`)
    await commitAll(box, 'leak')
    await box.git('rm', '-q', 'all.env', 'long.env')
    const kept = keys.filter((_, index) => index % 3 === 0)
    box.write('notes.txt', kept.map((key) => `the key ${key} is old\n`).join(''))
    box.write('small.txt', `${keys[1]?.toLowerCase()}\n`)
    box.write('binary.bin', `\0${keys[2]}\n`)
    await commitAll(box, 'moved')
    const { out } = await box.bulla(['scan', '--history', '--format', 'json'])
    const { findings } = JSON.parse(out)
    const messages = new Map<number, string>(
      findings.flatMap(({ file, line, message }: Record<'file' | 'message', string> & { line: number }) =>
        file === 'all.env' ? [[line, message]] : [],
      ),
    )
    expect(messages.size).toBe(keys.length)
    for (const [index, key] of keys.entries()) {
      const where = kept.includes(key) ? ', still at HEAD' : ', no longer at HEAD'
      expect(messages.get(index + 1)).toContain(where)
    }
  })

  it('finds in history what was removed again, with its commit, its author, and whether it is still there', async ({
    box,
  }) => {
    await repository(box)
    box.write('gone.env', `KEY=${KEY}\n`)
    await commitAll(box, 'leak')
    await box.git('rm', '-q', 'gone.env')
    await commitAll(box, 'removed')
    await box.git('checkout', '-q', '-b', 'side', 'HEAD~2')
    box.write('side.env', `# one more line\nKEY=${KEY.replace('AKIA', 'ASIA')}\n`)
    await commitAll(box, 'on another branch')
    const leak = (await box.git('rev-parse', 'main~1')).trim()
    const { code, out, err } = await box.bulla(['scan', '--history'])
    expect(code).toBe(1)
    expect(out).toMatch(
      new RegExp(`${leak.slice(0, 12)} gone\\.env:1:5: .*; by test <test@example\\.com>, no longer at HEAD`),
    )
    expect(out).toMatch(/side\.env:2:5: .*, still at HEAD/)
    expectNoSecret(out + err, KEY)
    expect(await box.bulla(['scan'])).toMatchObject({ code: 1, err: 'bulla: 3 texts looked into, 1 finding\n' })
  })

  it('and what tags of trees and of blobs hold', async ({ box }) => {
    await repository(box)
    box.write('old/keys.env', `KEY=${KEY}\n`)
    await box.git('add', '.')
    const tree = (await box.git('write-tree')).trim()
    const blob = (await box.git('rev-parse', ':old/keys.env')).trim()
    await box.git('rm', '-q', '--cached', 'old/keys.env')
    await box.git('tag', 'tree', tree)
    await box.git('tag', '-a', '-m', 'x', 'blob', blob)
    await box.git('tag', '-a', '-m', 'x', 'fine', 'HEAD')
    const { code, out } = await box.bulla(['scan', '--history'])
    expect({ code }, out).toEqual({ code: 1 })
    expect(out).toMatch(/block aws-access-key-id: old\/keys\.env:1:5: .*; in refs\/tags\/tree/)
    expect(out).toMatch(/block aws-access-key-id: refs\/tags\/blob:1:5: .*; in refs\/tags\/blob/)
    expect(out.match(/block/g)).toHaveLength(2)
  })

  it('and the others say it when the clone has only the newest commits', async ({ box }) => {
    await repository(box)
    box.write('app.ts', 'export const a = 2\n')
    await commitAll(box, 'second')
    await box.git('clone', '-q', '--depth', '1', pathToFileURL(box.folder).href, 'cut-off')
    const cwd = 'cut-off'
    const rest = 'this clone has only the newest commits: get the rest with "git fetch --unshallow"'
    expect(await box.bulla(['scan', '--history'], { cwd })).toMatchObject({
      code: 0,
      err: expect.stringContaining(rest),
    })
    expect((await box.bulla(['scan', '--history'])).err).not.toContain(rest)
    for (const line of [
      ['check', 'v1..HEAD'],
      ['diff', 'v1...HEAD'],
    ]) {
      const { code, err } = await box.bulla(line, { cwd })
      expect([code === 0, err]).toEqual([false, expect.stringContaining(`hint: ${rest}`)])
    }
  })

  it('finds keyrings of PGP in binary form, and in history says whether they are still there', async ({ box }) => {
    const key = (protection: Protection) =>
      keyring(makeSecretKey({ kind: 'RSA', protection, version: 4 }, dice(protection.length)))
    await box.git('init', '-q', '-b', 'main')
    for (const protection of ['none', 'passphrase', 'stubs'] as const) box.write(`${protection}.gpg`, key(protection))
    const told = '  block pgp-private-key: none.gpg:1:1: PGP private key'
    const warned = '  warn pgp-private-key: passphrase.gpg:1:1: PGP private key with a passphrase'
    expect(await box.bulla(['scan'])).toMatchObject({ code: 1, out: `${told}\n${warned}\n` })
    await box.git('add', '.')
    const { err } = await box.bulla(['hook', 'run', 'pre-commit'])
    expect(err).toContain(`${told}\n      git rm --cached none.gpg\n${warned}\n`)
    await box.git('commit', '-q', '-m', 'keys')
    await box.sh('git mv none.gpg other.gpg && git rm -q passphrase.gpg && git commit -q -m moved')
    const { out } = await box.bulla(['scan', '--history'])
    expect(out.match(/\w+\.gpg:.*/g)?.map((line) => line.replace(/: .*, /, ', '))).toEqual([
      'none.gpg:1:1, still at HEAD',
      'passphrase.gpg:1:1, no longer at HEAD',
      'other.gpg:1:1, still at HEAD',
    ])
  })

  it('looks into keys that older versions of GnuPG kept, and into texts with a few zero bytes, not into programs', async ({
    box,
  }) => {
    await box.git('init', '-q', '-b', 'main')
    const random = dice(7)
    box.write('old.key', Buffer.concat([Buffer.from('(11:private-key(3:rsa(1:n257:\0'), random.bytes(256)]))
    box.write('cut.env', `${'NAME=value\n'.repeat(20)}AWS_KEY=${KEY}\0\n\0\0`)
    box.write('program', Buffer.concat([Buffer.alloc(500), Buffer.from(`\n${KEY}\n`), random.bytes(500)]))
    const found = [
      '  block aws-access-key-id: cut.env:21:9',
      '  block pgp-private-key: old.key:1:1: PGP private key, of GnuPG',
    ]
    const { out } = await box.bulla(['scan'])
    expect(out.trimEnd().split('\n')).toEqual(found.map((line) => expect.stringContaining(line)))
    await box.git('add', '.')
    expect((await box.bulla(['check'])).out).toBe(out)
    const { code, err } = await box.bulla(['hook', 'run', 'pre-commit'])
    expect([code, err]).toEqual([1, expect.stringContaining('old.key:1:1: PGP private key, of GnuPG')])
    expect(err).toContain('aws-access-key-id: cut.env:21:9')
    expect(err).not.toContain('program:')
  })

  it('takes no slip for what is clean: names have to be known where it looks', async ({ box }) => {
    await repository(box)
    box.write('src/b.ts', 'export const b = 2\n')
    await commitAll(box, 'second')
    await box.git('rm', '-q', '-r', 'src')
    for (const how of [['--staged'], ['--range', 'HEAD~1..HEAD'], ['--history']]) {
      expect(await box.bulla(['scan', ...how, 'src', 'scr'])).toMatchObject({
        code: 100,
        out: '',
        err: expect.stringMatching(/^bulla: error: scr: /),
      })
      expect((await box.bulla(['scan', ...how, 'src'])).code).toBe(0)
    }
  })

  it('tells a value of history once, however often its file was changed', async ({ box }) => {
    await repository(box)
    for (const line of ['one', 'two', 'three']) {
      box.write('a.env', `KEY=${KEY}\nOTHER=${line}\n`)
      await commitAll(box, line)
    }
    const { err } = await box.bulla(['scan', '--history'])
    expect(err).toMatch(/, 1 finding\n/)
    expect(await box.bulla(['scan', '--range', 'HEAD~2..HEAD'])).toMatchObject({ code: 0, out: '' })
    expect(await box.bulla(['scan', '--range', 'HEAD~3..HEAD', 'a.env'])).toMatchObject({ code: 1 })
    expect(await box.bulla(['scan', '--range', 'HEAD~3..HEAD', 'app.ts'])).toMatchObject({ code: 0 })
  })

  it('reads standard input, under a name, in any folder', async ({ box }) => {
    const { code, out } = await box.bulla(['scan', '-'], { stdin: `x\ny: ${KEY}\n` })
    expect([code, out]).toEqual([1, expect.stringContaining('stdin:2:4')])
    const named = await box.bulla(['scan', '-', '--filename-override', 'a.yaml'], { stdin: `y: ${KEY}\n` })
    expect(named.out).toContain('a.yaml:1:4: AWS access key id (y)')
  })

  it('reads files outside of a repository', async ({ box }) => {
    box.write('a/b.env', `KEY=${KEY}\n`)
    const found = (name: string) => `  block aws-access-key-id: ${name}:1:5: AWS access key id (KEY)\n`
    expect(await box.bulla(['scan', 'a'])).toMatchObject({ code: 1, out: found('a/b.env') })
    box.write('a/c/other.txt', '')
    expect(await box.bulla(['scan', '..'], { cwd: 'a/c' })).toMatchObject({ code: 1, out: found(box.path('a/b.env')) })
    // what the folders above are called says nothing about a file
    box.write('translations/b.yaml', `password: ${HUMAN}\n`)
    const { out } = await box.bulla(['scan', '--fail-on', 'warn'], { cwd: 'translations' })
    expect(out).toContain('b.yaml:1:11: password')
  })

  it("does not take git's own files of a bare repository for what it holds", async ({ box }) => {
    await repository(box)
    box.write('a.env', `KEY=${KEY}\n`)
    await commitAll(box, 'key')
    await box.git('clone', '-q', '--bare', '.', 'bare.git')
    const { code, out, err } = await box.bulla(['scan'], { cwd: 'bare.git' })
    expect([code, out]).toEqual([2, ''])
    expect(err).toContain('a bare repository has no files that could be searched')
    expect((await box.bulla(['scan', '--history'], { cwd: 'bare.git' })).code).toBe(1)
    const checked = await box.bulla(['check'], { cwd: 'bare.git' })
    expect([checked.code, checked.out]).toEqual([2, ''])
    expect(checked.err).toContain('a bare repository has no index to check')
    expect((await box.bulla(['check', 'HEAD'], { cwd: 'bare.git' })).code).toBe(1)
  })

  it('reads what killed writes left, in a repository and outside', async ({ box }) => {
    const left = ['.a.env.99999999-0123456789ab.tmp', '.folder.99999999-0123456789ab.tmp/b.env']
    for (const name of left) box.write(`place/${name}`, `KEY=${KEY}\n`)
    const scanned = async () => {
      const { code, out } = await box.bulla(['scan', '.'], { cwd: 'place' })
      return { code, lines: left.map((name) => out.includes(`${name}:1:5`)) }
    }
    expect(await scanned()).toEqual({ code: 1, lines: [true, true] })
    await box.git('init', '-q', 'place')
    expect(await scanned()).toEqual({ code: 1, lines: [true, true] })
  })

  it('finds copies of values that are sealed, and looks into no sealed file', async ({ box }) => {
    await repository(box)
    box.write('.sops.yaml', `creation_rules:\n  - path_regex: ^secrets/\n    age: ${box.recipient}\n`)
    box.write('secrets/a.yaml', `password: '${SECRET}'\nkey: ${KEY}\n`)
    await box.bulla(['encrypt', '-i', 'secrets/a.yaml'])
    await box.bulla(['decrypt', 'secrets/a.yaml'])
    expect(await box.bulla(['scan'])).toMatchObject({ code: 0, out: '' })
    box.write('README.md', `use ${SECRET}\n`)
    const { code, out } = await box.bulla(['scan'])
    expect([code, out]).toEqual([1, expect.stringContaining('known-value: README.md:1:5')])
    expectNoSecret(out, SECRET)
  })

  it('leaves programs and pictures out, and links, and reads a file of some megabytes', async ({ box }) => {
    await repository(box)
    box.write('program', Buffer.concat([Buffer.alloc(10), Buffer.from(`KEY=${KEY}\n`)]))
    box.write('large.txt', `${'line of text\n'.repeat(400_000)}KEY=${KEY}\n`)
    await box.sh('ln -s /etc/passwd link')
    const { code, out } = await box.bulla(['scan'])
    expect(code).toBe(1)
    expect(out.match(/block/g)).toHaveLength(1)
    expect(out).toContain('large.txt:400001:5')
  })

  it.each(['json', 'sarif', 'junit', 'github', 'gitlab'])('writes %s without a value', async (format) => {
    const box = new Sandbox()
    try {
      await repository(box)
      box.write('a.env', `KEY=${KEY}\n`)
      const { code, out } = await box.bulla(['scan', '--format', format])
      expect([code, out]).toEqual([1, expect.stringContaining('aws-access-key-id')])
      expectNoSecret(out, KEY)
    } finally {
      box.dispose()
    }
  })

  it('fails on warnings only when it is told to', async ({ box }) => {
    box.write('a.yaml', `database_password: ${MARKER.toLowerCase()}horse77\n`)
    expect(await box.bulla(['scan', 'a.yaml'])).toMatchObject({ code: 0, out: expect.stringContaining('warn') })
    expect(await box.bulla(['scan', 'a.yaml', '--fail-on', 'warn'])).toMatchObject({ code: 1 })
  })

  it.each<[string, readonly string[], number, string]>([
    ['two sources', ['--staged', '--history'], 8, '--staged, --range, --history and - exclude each other'],
    ['standard input and a file', ['-', 'a'], 8, 'standard input is looked into alone'],
    ['one revision as a range', ['--range', 'HEAD'], 2, '--range takes two revisions, A..B'],
    ['a file that is not there', ['missing.env'], 100, 'missing.env: there is no file or folder of this name'],
    ['a format that is none', ['--format', 'xml'], 2, '--format is not one that bulla writes'],
  ])('refuses %s', async (_, args, code, message) => {
    const box = new Sandbox()
    try {
      await repository(box)
      const outcome = await box.bulla(['scan', ...args])
      expect([outcome.code, outcome.err.split('\n')[0]]).toEqual([code, `bulla: error: ${message}`])
    } finally {
      box.dispose()
    }
  })
})
