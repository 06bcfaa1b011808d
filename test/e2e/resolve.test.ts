import { existsSync, readdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { describe, expect } from 'vitest'
import { newIdentity } from '../helpers/age.ts'
import { MARKER } from '../helpers/canary.ts'
import { edited, editor, hasMemory, inOwnMemory } from '../helpers/editors.ts'
import { MergeRepository } from '../helpers/merging/repository.ts'
import { it, type Sandbox } from '../helpers/sandbox.ts'
import { noTerminal, onTerminal } from '../helpers/terminal.ts'

const FILE = 'app.yaml'
const TEXT = `# ${MARKER} comment
db:
  password: ${MARKER}-password
  user: ${MARKER}-user
port: 5432
`
const THEIRS = TEXT.replace('-password', '-theirs').replace('5432', '6000')
const OURS = TEXT.replace('-password', '-ours').replace('5432', '6000')

/** Two branches that change the password; one of them the port too. A merge is under way. */
async function conflict(box: Sandbox, text = TEXT, file = FILE): Promise<MergeRepository> {
  const repo = await MergeRepository.create(box, { [file]: text })
  await changeBoth(repo, file)
  expect((await repo.run('merge', '-m', 'merge', 'topic')).code).toBe(1)
  return repo
}

async function changeBoth(repo: MergeRepository, file = FILE): Promise<void> {
  await repo.branch('topic', async () => {
    await repo.set(file, 'db.password', `${MARKER}-theirs`)
    await repo.set(file, 'port', 6000)
  })
  await repo.change(() => repo.set(file, 'db.password', `${MARKER}-ours`))
}

/** Two branches that change the password and whose lines git merged, as it does without the driver. */
async function mergedByLines(box: Sandbox, style: string): Promise<MergeRepository> {
  const repo = await MergeRepository.create(box, { [FILE]: TEXT })
  await changeBoth(repo)
  box.write('.gitattributes', '')
  await repo.commit('no driver')
  expect((await repo.run('-c', `merge.conflictStyle=${style}`, 'merge', '-m', 'merge', 'topic')).code).toBe(1)
  return repo
}

const TAKE_THEIRS = `save(text.replace(/^<{7}[^]*?^={7}\\n/m, '').replace(/^>{7}.*\\n/m, ''))`

describe('resolve --editor', () => {
  it('shows both sides in clear between marks, seals what was saved, and leaves nothing behind', async ({ box }) => {
    const repo = await conflict(box)
    const check = `if (!text.includes('<<<<<<< ours\\n  password: ${MARKER}-ours\\n=======\\n  password: ${MARKER}-theirs\\n>>>>>>> theirs\\n')) process.exit(1)\n`
    const env = editor(box, `${check}${TAKE_THEIRS.replace('text.', `text.replace('-user', '-edited').`)}`)
    const result = await box.bulla(['resolve', '--editor', FILE], { env })
    expect(result).toMatchObject({ code: 0, out: '' })
    expect(result.err).not.toContain(MARKER)
    box.write('../editor.cjs', '')
    await repo.expectNothingReadable()
    expect(existsSync(dirname(edited(box)[0] ?? ''))).toBe(false)
    expect(await repo.decrypt(FILE)).toBe(THEIRS.replace('-user', '-edited'))
    await repo.commit('merged')
    expect((await box.bulla(['check'])).code).toBe(0)
  })

  it('writes nothing while marks stand there, or when nothing was edited', async ({ box }) => {
    const repo = await conflict(box)
    const before = box.read(FILE)
    const half = editor(box, `save(text.replace(/^<{7}.*\\n/m, ''))`)
    const { code, err } = await box.bulla(['resolve', '--editor', FILE], { env: half })
    expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining('a conflict mark is still there') })
    const same = await box.bulla(['resolve', '--editor', FILE], { env: editor(box, '') })
    expect(same).toMatchObject({ code: 1, err: expect.stringContaining('still in conflict:\n  db.password\n') })
    expect((await box.bulla(['resolve', '--editor', FILE], { env: editor(box, 'process.exit(3)') })).code).toBe(201)
    expect(box.read(FILE)).toBe(before)
    const checked = { code: 1, out: expect.stringContaining(`block conflict-markers: ${FILE}: git has this`) }
    expect(await box.bulla(['check'])).toMatchObject(checked)
    box.write('../editor.cjs', '')
    await repo.expectNothingReadable()
  })

  it('is for what is left: what was named on the command line is decided', async ({ box }) => {
    const repo = await MergeRepository.create(box, { [FILE]: TEXT })
    await changeBoth(repo)
    await box.git('checkout', '-q', 'topic')
    await repo.change(() => repo.set(FILE, 'db.user', `${MARKER}-theirs`))
    await box.git('checkout', '-q', 'main')
    await repo.change(() => repo.set(FILE, 'db.user', `${MARKER}-ours`))
    await repo.run('merge', '-m', 'merge', 'topic')
    const env = editor(box, TAKE_THEIRS)
    const { code } = await box.bulla(['resolve', '--editor', '--ours', 'db.user', FILE], { env })
    expect(code).toBe(0)
    expect(await repo.decrypt(FILE)).toBe(THEIRS.replace('-user', '-ours'))
  })

  it.for<[string, string, string]>([
    ['app.json', `{\n  "db": {"password": "${MARKER}-password"},\n  "port": 5432\n}\n`, 'is edited as it stands'],
    ['app.bin', `${MARKER}-one\n`, 'is edited when it is a text'],
  ])('of %s', async ([file, text], { box }) => {
    const repo = await MergeRepository.create(box, { [file]: text })
    const replace = async (changed: string) => {
      box.write(file, changed)
      await repo.bulla('encrypt', '--in-place', file)
    }
    await repo.branch('topic', () => replace(text.replace(/-(?:password|one)/, '-theirs')))
    await repo.change(() => replace(text.replace(/-(?:password|one)/, '-ours')))
    expect((await repo.run('merge', '-m', 'merge', 'topic')).code).toBe(1)
    expect((await box.bulla(['resolve', '--editor', file], { env: editor(box, TAKE_THEIRS) })).code).toBe(0)
    expect(await repo.decrypt(file)).toBe(text.replace(/-(?:password|one)/, '-theirs'))
  })

  it.skipIf(!hasMemory)('is nowhere on the disk after kill -9 while the editor is open', async ({ box }) => {
    const repo = await conflict(box)
    await inOwnMemory(async (folder, env) => {
      const killer = editor(box, `process.kill(process.ppid, 'SIGKILL')`)
      await box.bulla(['resolve', '--editor', FILE], { env: { ...killer, ...env } })
      expect(readdirSync(folder)).toHaveLength(1)
    })
    await repo.expectNothingReadable()
    expect(box.read(FILE)).toContain('<<<<<<<')
  })

  it.skipIf(noTerminal !== undefined)('is offered on a terminal', async ({ box }) => {
    const repo = await conflict(box)
    const env = editor(box, TAKE_THEIRS)
    const steps = [{ expect: '(e)ditor? ', send: 'e\n' }]
    expect(await onTerminal(box, `bulla resolve ${FILE}`, { steps, env })).toMatchObject({ code: 0, left: 0 })
    expect(await repo.decrypt(FILE)).toBe(THEIRS)
  })
})

describe('a file that git merged by lines', () => {
  it.for([
    ['merge', false],
    ['merge', true],
    ['diff3', true],
    ['zdiff3', true],
  ] as const)('is resolved as others are: marks of %s, committed: %s', async ([style, isCommitted], { box }) => {
    const repo = await mergedByLines(box, style)
    if (isCommitted) await repo.commit('with marks')
    const listed = await box.bulla(['resolve', FILE])
    expect(listed).toMatchObject({ code: 1, err: expect.stringContaining('  db.password\n') })
    await repo.bulla('resolve', FILE, '--theirs', '.')
    expect(await repo.decrypt(FILE)).toBe(THEIRS)
    await repo.commit('resolved')
    expect((await box.bulla(['check'])).code).toBe(0)
    await repo.expectNothingReadable()
  })

  it('and that was committed so is edited too, without the driver or any other setting', async ({ box }) => {
    const repo = await mergedByLines(box, 'merge')
    await repo.commit('with marks')
    const script = `save(text.replace(/^={7}[^]*?^>{7}.*\\n/m, '').replace(/^<{7}.*\\n/m, ''))`
    expect((await box.bulla(['resolve', '--editor', FILE], { env: editor(box, script) })).code).toBe(0)
    expect(await repo.decrypt(FILE)).toBe(OURS)
  })

  it('says where to look when lines of it are sealed under two data keys', async ({ box }) => {
    const keys = Array.from({ length: 30 }, (_, index) => `key${index}`)
    const repo = await MergeRepository.create(box, { [FILE]: keys.map((key) => `${key}: ${MARKER}\n`).join('') })
    await repo.branch('topic', () => repo.bulla('rotate', '--in-place', FILE))
    await repo.change(() => repo.set(FILE, 'key20', `${MARKER}-ours`))
    box.write('.gitattributes', '')
    await repo.commit('no driver')
    await repo.run('merge', '-m', 'merge', 'topic')
    await repo.commit('with marks')
    const { code, err } = await box.bulla(['resolve', FILE, '--ours', '.'])
    expect({ code, err }).toEqual({ code: 25, err: expect.stringContaining(`${FILE} (key0): `) })
    expect(err).toContain('hint: git put lines under different data keys together; "git log -- FILE" finds the commits')
  })

  it('keeps what stands on one side only, and says so, where marks do not tell who took it out', async ({ box }) => {
    const repo = await MergeRepository.create(box, { [FILE]: TEXT })
    await repo.branch('topic', () => repo.bulla('unset', FILE, 'db.user'))
    await repo.change(() => repo.set(FILE, 'db.password', `${MARKER}-ours`))
    box.write('.gitattributes', '')
    await repo.commit('no driver')
    await repo.run('merge', '-m', 'merge', 'topic')
    await repo.commit('with marks')
    const { code, err } = await box.bulla(['resolve', FILE, '--ours', '.'])
    expect({ code, err }).toEqual({ code: 0, err: expect.stringContaining('db.user stands on one side only') })
    expect(await repo.decrypt(FILE)).toContain(`  user: ${MARKER}-user\n`)
  })

  it('does not send a policy or a recipient to be sealed: they are decided in an editor', async ({ box }) => {
    const repo = await MergeRepository.create(box, { [FILE]: TEXT })
    const marked = (one: string, other: string) => `<<<<<<< a\n${one}\n=======\n${other}\n>>>>>>> b\n`
    box.write('.sops.yaml', `creation_rules:\n${marked('  - age: age1a', '  - age: age1b')}`)
    box.write('.bulla/recipients/prod.yaml', marked('recipient: age1a', 'recipient: age1b'))
    await repo.commit('with marks')
    for (const [file, args] of [
      ['.sops.yaml', ['encrypt', 'new.yaml']],
      ['.bulla/recipients/prod.yaml', ['recipient', 'show', 'prod']],
    ] as const) {
      const resolved = await box.bulla(['resolve', file, '--ours', '.'])
      expect([resolved.code === 0, resolved.err]).toEqual([false, expect.stringContaining('in an editor')])
      expect(resolved.err).not.toContain('bulla encrypt')
      box.write('new.yaml', TEXT)
      const used = await box.bulla(args)
      expect([used.code === 0, used.err]).toEqual([false, expect.stringContaining('git checkout --ours FILE')])
    }
  })

  it('tells in one line what stands on one side only', async ({ box }) => {
    const more = Array.from({ length: 7 }, (_, index) => `  key${index}: ${MARKER}-${index}\n`)
    const repo = await MergeRepository.create(box, { [FILE]: TEXT.replace('port:', `${more.join('')}port:`) })
    await repo.branch('topic', async () => {
      await repo.bulla('unset', FILE, 'db.user')
      for (let index = 0; index < 7; index += 1) await repo.bulla('unset', FILE, `db.key${index}`)
    })
    await repo.change(() => repo.set(FILE, 'db.password', `${MARKER}-ours`))
    box.write('.gitattributes', '')
    await repo.commit('no driver')
    await repo.run('merge', '-m', 'merge', 'topic')
    await repo.commit('with marks')
    const { err } = await box.bulla(['resolve', FILE, '--ours', '.'])
    expect(err.match(/.*one side only.*/g)).toEqual([
      expect.stringMatching(
        /db\.user, db\.key0, db\.key1, db\.key2, db\.key3 and 3 more stand on one side only: they were kept$/,
      ),
    ])
  })

  it('lets nobody back in unasked: who reads it is a conflict where two versions are all that is known', async ({
    box,
  }) => {
    const [bob, carol] = [newIdentity(), newIdentity()]
    const repo = await MergeRepository.create(box, { [FILE]: TEXT })
    await repo.change(() => repo.readers(FILE, bob.recipient))
    await repo.branch('topic', () => repo.readers(FILE))
    await repo.change(() => repo.readers(FILE, carol.recipient))
    box.write('.gitattributes', '')
    await repo.commit('no driver')
    await repo.run('merge', '-m', 'merge', 'topic')
    box.policy()
    await repo.commit('with marks')
    const listed = await box.bulla(['resolve', FILE])
    expect(listed).toMatchObject({ code: 1, err: expect.stringContaining('  sops.readers\n') })
    const other = await box.bulla(['resolve', FILE, '--value', 'sops.readers'], { stdin: 'x' })
    expect(other).toMatchObject({ code: 1, err: expect.stringContaining('use --ours or --theirs') })
    await repo.bulla('resolve', FILE, '--theirs', 'sops.readers')
    expect(await repo.decrypt(FILE)).toBe(TEXT)
    expect(box.read(FILE)).not.toContain(carol.recipient)
  })
})
