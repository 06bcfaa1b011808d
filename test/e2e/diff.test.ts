import { existsSync, readFileSync, statSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { Encrypter } from 'age-encryption'
import ajv2020 from 'ajv/dist/2020.js'
import { describe, expect } from 'vitest'
import { newIdentity } from '../helpers/age.ts'
import { MARKER } from '../helpers/canary.ts'
import { MergeRepository } from '../helpers/merging/repository.ts'
import { it, type Sandbox } from '../helpers/sandbox.ts'

const FILE = 'app.yaml'
const TEXT = `# ${MARKER} comment
db:
  password: ${MARKER}-password
  ports:
    - ${MARKER}-1
    - ${MARKER}-2
host_unencrypted: example.com
`
const nobody = { SOPS_AGE_KEY_FILE: undefined }
const repository = (box: Sandbox) => MergeRepository.create(box, { [FILE]: TEXT })

describe('what git shows of sealed files', () => {
  it('is in clear for those who can open them, with readers, and never kept', async ({ box }) => {
    const repo = await repository(box)
    const bob = newIdentity()
    await repo.bulla('rotate', '--in-place', '--add-age', bob.recipient, FILE)
    await repo.set(FILE, 'db.password', `${MARKER}-new`)
    const shown = await repo.run('diff')
    expect(shown.out).toContain(`-  password: ${MARKER}-password\n+  password: ${MARKER}-new\n`)
    expect(shown.out).toContain(`+# reader: age ${bob.recipient}\n`)
    expect(shown.out).not.toContain('ENC[')
    await repo.commit()
    for (const args of [['log', '-p'], ['show'], ['diff', 'HEAD~1', 'HEAD']]) {
      expect((await repo.run(...args)).out).toContain(`+  password: ${MARKER}-new\n`)
    }
    expect((await repo.run('blame', FILE)).out).toContain(`password: ${MARKER}-new`)
  })

  it('is masked for others: which values changed, in lists too, comments, and readable values', async ({ box }) => {
    const repo = await repository(box)
    await repo.set(FILE, 'db.ports[1]', `${MARKER}-3`)
    await repo.set(FILE, 'host_unencrypted', 'example.org')
    const { out, code } = await box.run('git', ['diff', '-U0'], { env: nobody })
    expect(code).toBe(0)
    expect(out).not.toContain(MARKER)
    const lines = out.split('\n').filter((line) => /^[-+](?!--|\+\+)/.test(line))
    expect(lines.map((line) => line.replace(/[0-9a-f]{12}$/, 'MARK'))).toEqual([
      ...['-db.ports[1]: sealed str MARK', '-host_unencrypted: example.com'],
      ...['+db.ports[1]: sealed str MARK', '+host_unencrypted: example.org'],
    ])
  })

  it.skipIf(process.platform === 'win32')(
    "is masked in the message of a commit, which stays in git's folder",
    async ({ box }) => {
      const repo = await repository(box)
      const commit = async (folder: string, value: string, ...options: string[]) => {
        await box.bulla(['set', FILE, 'db.password', JSON.stringify(`${MARKER}-${value}`)], { cwd: folder })
        const git = (...args: string[]) =>
          box.run('git', args, {
            cwd: folder,
            env: { GIT_EDITOR: 'cp "$1" message; echo subject | cat - message > "$1"; :' },
          })
        await git('add', FILE)
        const { code } = await git(...options, 'commit', '-n', ...(options.length === 0 ? ['-v'] : []))
        expect(code).toBe(0)
        const message = readFileSync(join(box.folder, folder, 'message'), 'utf8')
        expect(message).toMatch(/^-db\.password: sealed str [0-9a-f]{12}\n\+db\.password: sealed str [0-9a-f]{12}$/m)
        const shown = await git('show')
        expect(shown.out).toContain(`+  password: ${MARKER}-${value}\n`)
      }
      await commit('.', 'new')
      await commit('.', 'newer', '-c', 'commit.verbose=true')
      await box.git('worktree', 'add', '-q', 'linked')
      await commit('linked', 'newest')
      await repo.expectNothingReadable()
    },
  )

  it('in a conflict is what both sides have, between the marks', async ({ box }) => {
    const repo = await repository(box)
    await repo.branch('theirs', () => repo.set(FILE, 'db.password', `${MARKER}-theirs`))
    await repo.change(() => repo.set(FILE, 'db.password', `${MARKER}-ours`))
    expect((await repo.run('merge', 'theirs')).code).toBe(1)
    const { out } = await box.bulla(['diff', '--textconv', FILE])
    const marked = [`  password: ${MARKER}-ours`, '=======', `  password: ${MARKER}-theirs`, '>>>>>>> ']
    expect(out).toContain(`\n${marked.join('\n')}`)
    expect(out).not.toContain('ENC[')
    const masked = await box.bulla(['diff', '--textconv', FILE], { env: nobody })
    expect(masked.out).not.toMatch(new RegExp(`${MARKER}|ENC`))
    expect(masked.out).toMatch(
      /^<{7} .*\ndb\.password: sealed str \w{12}\n={7}\ndb\.password: sealed str \w{12}\n>{7} /m,
    )
  })

  it('is what stands there where a file is plain, damaged or garbage, and one line of a binary file', async ({
    box,
  }) => {
    const sealed = await box.seal({ [FILE]: TEXT })
    const show = async (name: string, content: string | Uint8Array) => {
      box.write(name, content)
      const { code, out } = await box.bulla(['diff', '--textconv', name])
      expect(code).toBe(0)
      return out
    }
    for (const text of [
      '',
      'a: plain\n',
      'a: [',
      '<<<<<<< HEAD\n',
      sealed.replace('lastmodified:', 'lastmodifiedx:'),
    ]) {
      expect(await show('x.yaml', text)).toBe(text)
    }
    const damaged = sealed.replace(/password: ENC.../, 'password: ')
    expect(await show('x.yaml', damaged)).not.toContain(MARKER)
    expect(await show('x.json', '{"sops":')).toBe('{"sops":')
    expect(await show('x.yaml', '['.repeat(100_000))).toHaveLength(100_000)
    expect(await show('x.bin', Buffer.from('a\0b'))).toMatch(/^binary file, 3 bytes, [0-9a-f]{12}\n$/)
    box.write('y.bin', `${MARKER}\0b`)
    await box.bulla(['encrypt', '--in-place', 'y.bin'])
    expect((await box.bulla(['diff', '--textconv', 'y.bin'])).out).toMatch(
      /^binary file, 8 bytes, [0-9a-f]{12}\n# reader: /,
    )
  })

  it('asks nobody, runs nothing and calls nobody', async ({ box }) => {
    await box.seal({ [FILE]: TEXT })
    const marker = box.path('ran')
    const env = { ...box.observe(), ...nobody, SOPS_AGE_KEY_CMD: `touch ${marker}`, SOPS_AGE_KEY: undefined }
    const shown = await box.bulla(['diff', '--textconv', FILE], { env })
    expect(shown).toMatchObject({ code: 0, err: '' })
    expect(shown.out).toMatch(/^db\.password: sealed str [0-9a-f]{12}$/m)
    expect(existsSync(marker)).toBe(false)
    expect(box.observed()).toEqual([])
  })

  it('asks for no passphrase: a note says why it is masked', async ({ box }) => {
    const repo = await repository(box)
    await repo.set(FILE, 'db.password', `${MARKER}-new`)
    const encrypter = new Encrypter()
    encrypter.setPassphrase('a passphrase')
    encrypter.setScryptWorkFactor(1)
    const locked = box.write('../locked.age', await encrypter.encrypt(`${box.identity}\n`))
    const env = { SOPS_AGE_KEY_FILE: locked }
    const reason = `no key that is at hand opens it; ${locked} has a passphrase, which is not asked for here`
    const shown = await box.run('git', ['diff'], { env })
    expect(shown).toMatchObject({ code: 0, err: '' })
    expect(shown.out).toContain(` # masked: ${reason}\n`)
    expect(shown.out).not.toContain(MARKER)
    const compared = await box.bulla(['diff', '--clear'], { env })
    expect(compared.out).toBe(`${FILE}\n  ~ db.password: changed\n`)
    expect(compared.err).toBe(`bulla: note: ${FILE}: values are masked: ${reason}\n`)
  })

  it('is that of its own format where a renamed file has another one, in each operation of git', async ({ box }) => {
    const repo = await repository(box)
    box.write('a.env', `A=${MARKER}\nB=${MARKER}-2\n`)
    await repo.bulla('encrypt', '--in-place', 'a.env')
    await repo.commit()
    await box.git('mv', 'a.env', 'b.yaml')
    await repo.bulla('set', '--input-type', 'dotenv', '--output-type', 'dotenv', 'b.yaml', 'A', '"new"')
    box.write('.gitattributes', '* diff=bulla\n')
    await repo.commit()
    for (const args of [
      ['show', '-M'],
      ['log', '-p', '-M', '-1'],
      ['diff', 'HEAD~1'],
      ['diff', '--word-diff', 'HEAD~1'],
    ]) {
      const { code, out } = await repo.run(...args)
      expect({ code, out }, args.join(' ')).toEqual({ code: 0, out: expect.not.stringContaining('ENC[') })
    }
    const masked = await box.run('git', ['show', '-M'], { env: nobody })
    expect(masked.out).toMatch(/^-A: sealed str [0-9a-f]{12}$/m)
    await repo.set(FILE, 'db.password', `${MARKER}-new`)
    await repo.run('stash')
    expect((await repo.run('stash', 'show', '-p', '--textconv')).out).toContain(`+  password: ${MARKER}-new\n`)
    expect((await repo.run('stash', 'show', '-p')).out).not.toContain(MARKER)
    // nothing of what was shown is kept
    expect((await box.run('git', ['config', 'diff.bulla.cachetextconv'], {})).code).toBe(1)
    expect((await box.git('for-each-ref')).split('\n').filter((line) => line.includes('refs/notes'))).toEqual([])
  })

  it('calls no key service', async ({ box }) => {
    const sealed = await box.seal({ [FILE]: TEXT })
    const arn = 'arn:aws:kms:eu-west-1:111122223333:key/00000000-0000-4000-8000-000000000000'
    const kms = `    kms:\n        - arn: ${arn}\n          created_at: "2026-01-02T03:04:05Z"\n          enc: QUJD\n          aws_profile: ""\n`
    const age = /\n {4}age:\n[\s\S]*?-----END AGE ENCRYPTED FILE-----\n/
    expect(sealed).toMatch(age)
    box.write(FILE, sealed.replace(age, `\n${kms}`))
    const env = { ...box.observe(), AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE', AWS_SECRET_ACCESS_KEY: 'x' }
    const shown = await box.bulla(['diff', '--textconv', FILE], { env })
    expect(shown).toMatchObject({ code: 0, err: '' })
    expect(shown.out).toContain(arn)
    expect(box.observed()).toEqual([])
  })

  it('is ciphertext in patches and in what is put away', async ({ box }) => {
    const repo = await repository(box)
    await repo.set(FILE, 'db.password', `${MARKER}-new`)
    await repo.run('stash')
    await repo.run('stash', 'pop')
    await repo.commit()
    const { out } = await repo.run('format-patch', '-1', '--stdout')
    expect(out).toContain('+  password: ENC[')
    expect(out).not.toContain(MARKER)
  })
})

describe('bulla diff', () => {
  const schema = JSON.parse(readFileSync(new URL('../../schemas/diff.schema.json', import.meta.url), 'utf8'))
  const isValid = new ajv2020.default({ strict: true }).compile(schema)

  async function changedRepository(box: Sandbox): Promise<MergeRepository> {
    const repo = await repository(box)
    await repo.set(FILE, 'db.password', `${MARKER}-new`)
    await repo.set(FILE, 'db.ports[2]', `${MARKER}-3`)
    await repo.bulla('unset', FILE, 'db.ports[0]')
    return repo
  }

  it('says which values changed without a key, masked, and in clear only when asked to', async ({ box }) => {
    await changedRepository(box)
    const wanted = `${FILE}\n  ~ db.password: changed\n  - db.ports[0]: removed\n  + db.ports[1]: added\n`
    expect(await box.bulla(['diff'], { env: nobody })).toMatchObject({ code: 0, out: wanted, err: '' })
    expect((await box.bulla(['diff'])).out).toBe(wanted)
    expect((await box.bulla(['diff', '--summary'])).out).toBe(`${FILE}: 1 changed, 1 added, 1 removed\n`)
    expect((await box.bulla(['diff', '--markdown'])).out).toContain(`| \`${FILE}\` | \`~ db.password: changed\` |\n`)
    const { out: clear } = await box.bulla(['diff', '--clear'])
    expect(clear).toContain(`~ db.password: changed ${MARKER}-password -> ${MARKER}-new\n`)
    expect(clear).toMatch(/^ {2}- db\.ports\[0\]: removed \S+\n {2}\+ db\.ports\[1\]: added \S+$/m)
    expect((await box.bulla(['diff', '--clear'], { env: nobody })).out).not.toContain(MARKER)
  })

  it('asks git no more often about many files than about one', async ({ box }) => {
    await box.git('init', '-q')
    const names = Array.from({ length: 6 }, (_, index) => `${index}.txt`)
    for (const name of names) box.write(name, 'plain\n')
    await box.git('add', '.')
    await box.git('commit', '-q', '-m', 'all')
    const programs = async (...words: readonly string[]) => {
      const before = box.observed().length
      expect(await box.bulla(['diff', 'HEAD', ...words], { env: box.observe() })).toMatchObject({ code: 0, out: '' })
      return box.observed().length - before
    }
    const forOne = await programs('0.txt')
    expect(forOne).toBeGreaterThan(0)
    expect(await programs(...names)).toBe(forOne)
  })

  it('prints JSON as its schema says', async ({ box }) => {
    await changedRepository(box)
    for (const args of [['--json'], ['--json', '--clear']]) {
      const found = JSON.parse((await box.bulla(['diff', ...args])).out)
      expect(isValid(found), JSON.stringify(isValid.errors)).toBe(true)
      expect(found).toMatchObject([{ file: FILE, values: [{ path: 'db.password', change: 'changed' }, {}, {}] }])
    }
  })

  it('compares the work tree, the index, and revisions', async ({ box }) => {
    const repo = await changedRepository(box)
    await box.git('add', FILE)
    expect((await box.bulla(['diff'])).out).toBe('')
    expect((await box.bulla(['diff', 'HEAD', '--summary'])).out).toBe(`${FILE}: 1 changed, 1 added, 1 removed\n`)
    await repo.commit()
    for (const words of [['HEAD~1', 'HEAD'], ['HEAD~1..HEAD'], ['HEAD~1', 'HEAD', FILE], ['HEAD~1..']]) {
      expect((await box.bulla(['diff', ...words, '--summary'])).out, words.join(' ')).toContain('1 changed')
    }
    expect((await box.bulla(['diff', 'HEAD~1', 'HEAD', '.sops.yaml'])).out).toBe('')
    for (const words of [['nothing.yaml'], ['HEAD..no'], ['HEAD..no/']]) {
      const { code, err } = await box.bulla(['diff', ...words])
      expect({ code: code === 0, err }).toMatchObject({ code: false, err: expect.stringContaining('error: ') })
    }
  })

  it('with three dots is what a branch changed since it left the other', async ({ box }) => {
    const repo = await repository(box)
    await repo.branch('topic', () => repo.set(FILE, 'db.password', `${MARKER}-new`))
    await repo.change(() => repo.set(FILE, 'host_unencrypted', 'example.org'))
    expect((await box.bulla(['diff', 'main...topic'])).out).toBe(`${FILE}\n  ~ db.password: changed\n`)
    expect((await box.bulla(['diff', 'main..topic', '--summary'])).out).toBe(`${FILE}: 2 changed\n`)
    await box.git('checkout', '-q', '--orphan', 'other')
    await repo.commit('nothing in common')
    const apart = await box.bulla(['diff', 'main...other'])
    expect(apart).toMatchObject({ code: 1, err: expect.stringContaining('no commit in common') })
  })

  it('takes paths from where it is started', async ({ box }) => {
    await changedRepository(box)
    box.write('sub/x', '')
    const { out } = await box.bulla(['diff', `../${FILE}`, '--summary'], { cwd: 'sub' })
    expect(out).toBe(`${FILE}: 1 changed, 1 added, 1 removed\n`)
  })

  it('reads only what changed, and large files too', async ({ box }) => {
    const long = 'x'.repeat(3_000)
    const values = Array.from({ length: 1_300 }, (_, index) => `k${index}: ${MARKER}-${index}-${long}\n`).join('')
    const repo = await repository(box)
    box.write('large.yaml', values)
    await repo.bulla('encrypt', '--in-place', 'large.yaml')
    expect(statSync(box.path('large.yaml')).size).toBeGreaterThan(5_000_000)
    // sparse: larger than any file that is read
    box.write('huge.yaml', '')
    truncateSync(box.path('huge.yaml'), 300 * 1024 * 1024)
    await box.git('add', 'large.yaml')
    await box.git('-c', 'core.compression=0', 'commit', '-q', '--no-verify', '-m', 'large')
    await box.git('add', '--intent-to-add', 'huge.yaml')
    await repo.set('large.yaml', 'k7', 'new')
    expect((await box.bulla(['diff'])).out).toBe('large.yaml\n  ~ k7: changed\n')
    const shown = await box.run('git', ['diff', '-U0'], {})
    expect(shown.code).toBe(0)
    expect(shown.out).toContain(`-k7: ${MARKER}-7-${long}\n+k7: new\n`)
    expect(shown.out).toContain('+too large to be shown\n')
  })

  it('says which files cannot be compared: damaged, or in conflict', async ({ box }) => {
    const repo = await repository(box)
    const before = box.read(FILE)
    const expectUnreadable = async () => {
      const { code, out } = await box.bulla(['diff'])
      expect({ code, out }).toEqual({ code: 0, out: `${FILE}\n  cannot be compared: damaged, or in conflict\n` })
      const found = JSON.parse((await box.bulla(['diff', '--json'])).out)
      expect(isValid(found), JSON.stringify(isValid.errors)).toBe(true)
      expect(found).toMatchObject([{ file: FILE, isReadable: false }])
    }
    box.write(FILE, before.slice(0, 400))
    await expectUnreadable()
    box.write(FILE, before)
    await repo.branch('topic', () => repo.set(FILE, 'db.password', `${MARKER}-theirs`))
    await repo.change(() => repo.set(FILE, 'db.password', `${MARKER}-ours`))
    await repo.run('merge', '-m', 'merge', 'topic')
    await expectUnreadable()
  })

  it('shows a renamed file with the values that changed, also when none did, unless asked not to', async ({ box }) => {
    const repo = await repository(box)
    await box.git('mv', FILE, 'moved.yaml')
    const diff = async (...args: readonly string[]) => (await box.bulla(['diff', ...args], { env: nobody })).out
    expect(await diff('HEAD')).toBe(`moved.yaml (renamed from ${FILE})\n`)
    expect(await diff('HEAD', '--summary')).toBe(`moved.yaml (renamed from ${FILE}): no value changed\n`)
    await repo.set('moved.yaml', 'db.password', `${MARKER}-new`)
    const wanted = `moved.yaml (renamed from ${FILE})\n  ~ db.password: changed\n`
    expect(await diff('HEAD')).toBe(wanted)
    await repo.commit()
    for (const paths of [[], ['moved.yaml'], [FILE]]) expect(await diff('HEAD~1', 'HEAD', ...paths)).toBe(wanted)
    const json = await diff('HEAD~1', 'HEAD', '--json')
    expect(isValid(JSON.parse(json)), JSON.stringify(isValid.errors)).toBe(true)
    expect(JSON.parse(json)).toMatchObject([
      { file: 'moved.yaml', renamedFrom: FILE, values: [{ path: 'db.password' }] },
    ])
    expect(await diff('HEAD~1', 'HEAD', '--markdown')).toContain(`| \`moved.yaml\` | \`renamed from ${FILE}\` |\n`)
    const apart = await diff('HEAD~1', 'HEAD', '--no-renames', '--summary')
    expect(apart).toBe(
      `${FILE}: 3 removed, readers -age ${box.recipient}\nmoved.yaml: 3 added, readers +age ${box.recipient}\n`,
    )
  })

  it('shows new files and removed ones value by value', async ({ box }) => {
    const repo = await repository(box)
    await repo.change(async () => {
      await box.git('rm', '-q', FILE)
      box.write('new.env', `A=${MARKER}\n`)
      await repo.bulla('encrypt', '--in-place', 'new.env')
    })
    const { out } = await box.bulla(['diff', 'HEAD~1', 'HEAD'])
    expect(out).toContain('  - db.password: removed\n')
    expect(out).toContain('new.env\n')
    expect(out).toContain('  + A: added\n')
  })

  it('of rotated files says so, and which values changed only to somebody with a key', async ({ box }) => {
    const repo = await repository(box)
    const bob = newIdentity()
    await repo.bulla('rotate', '--in-place', '--add-age', bob.recipient, FILE)
    await repo.set(FILE, 'db.password', `${MARKER}-new`)
    const withKey = await box.bulla(['diff'])
    expect(withKey.out).toBe(`${FILE}\n  readers +age ${bob.recipient}\n  a new data key\n  ~ db.password: changed\n`)
    const without = await box.bulla(['diff'], { env: nobody })
    expect(without.out).toContain('a new data key: only somebody with a key can tell which values changed\n')
    expect(without.out).not.toContain('db.password')
    expect(JSON.parse((await box.bulla(['diff', '--json'], { env: nobody })).out)).toMatchObject([{ isCertain: false }])
  })
})
