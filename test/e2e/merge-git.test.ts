import { describe, expect } from 'vitest'
import { newIdentity } from '../helpers/age.ts'
import { MARKER } from '../helpers/canary.ts'
import { findJudge } from '../helpers/judges.ts'
import { MergeRepository } from '../helpers/merging/repository.ts'
import { it, type Sandbox } from '../helpers/sandbox.ts'
import { noTerminal, onTerminal } from '../helpers/terminal.ts'

const FILE = 'app.yaml'
const TEXT = `# ${MARKER} comment
db:
  password: ${MARKER}-password
  user: ${MARKER}-user
  host: ${MARKER}-host
list:
  - ${MARKER}-1
  - ${MARKER}-2
port: 5432
`
const changed = (what: string) => `${MARKER}-${what}-changed`

const repository = (box: Sandbox, files: Record<string, string> = { [FILE]: TEXT }) =>
  MergeRepository.create(box, files)

/** Two branches that change different values: `topic` the user, `main` the password. */
async function twoBranches(box: Sandbox): Promise<MergeRepository> {
  const repo = await repository(box)
  await repo.branch('topic', () => repo.set(FILE, 'db.user', changed('user')))
  await repo.change(() => repo.set(FILE, 'db.password', changed('password')))
  return repo
}

/** Two branches that change the same value. */
async function conflict(box: Sandbox): Promise<MergeRepository> {
  const repo = await repository(box)
  await repo.branch('topic', async () => {
    await repo.set(FILE, 'db.password', `${MARKER}-theirs`)
    await repo.set(FILE, 'port', 6000)
  })
  await repo.change(() => repo.set(FILE, 'db.password', `${MARKER}-ours`))
  return repo
}

const BOTH = TEXT.replace('-password', '-password-changed').replace('-user', '-user-changed')

async function expectOpens(repo: MergeRepository, text: string, file = FILE): Promise<void> {
  expect(await repo.decrypt(file)).toBe(text)
  if (findJudge('sops') !== undefined) {
    const { code, err } = await repo.box.sops(['decrypt', file])
    expect({ code, err }).toEqual({ code: 0, err: '' })
  }
  expect((await repo.box.bulla(['check'])).err).not.toMatch(/error/)
  expect((await repo.box.bulla(['hook', 'run', 'pre-commit'])).code).toBe(0)
}

/** Lines between the marks, both sides. */
function marked(text: string): string[] {
  return [...text.matchAll(/^<{7} [\s\S]*?^>{7} .*\n/gm)].flatMap(([block]) =>
    block.split('\n').filter((line) => line !== '' && !/^[<=>]{7}/.test(line)),
  )
}

describe('git puts together what two branches changed', () => {
  it('in a merge', async ({ box }) => {
    const repo = await twoBranches(box)
    expect(await repo.run('merge', '-q', '-m', 'merge', 'topic')).toMatchObject({ code: 0 })
    await expectOpens(repo, BOTH)
  })

  it('in a rebase', async ({ box }) => {
    const repo = await twoBranches(box)
    await box.git('checkout', '-q', 'topic')
    expect(await repo.run('rebase', '-q', 'main')).toMatchObject({ code: 0 })
    await expectOpens(repo, BOTH)
  })

  it('in a cherry-pick', async ({ box }) => {
    const repo = await twoBranches(box)
    expect(await repo.run('cherry-pick', 'topic')).toMatchObject({ code: 0 })
    await expectOpens(repo, BOTH)
  })

  it('in a revert of an older commit', async ({ box }) => {
    const repo = await repository(box)
    await repo.change(() => repo.set(FILE, 'db.user', changed('user')))
    await repo.change(() => repo.set(FILE, 'db.password', changed('password')))
    expect(await repo.run('revert', '--no-edit', 'HEAD~1')).toMatchObject({ code: 0 })
    await expectOpens(repo, TEXT.replace('-password', '-password-changed'))
  })

  it('when changes that were put away come back', async ({ box }) => {
    const repo = await repository(box)
    await repo.set(FILE, 'db.user', changed('user'))
    expect(await repo.run('stash')).toMatchObject({ code: 0 })
    await repo.change(() => repo.set(FILE, 'db.password', changed('password')))
    expect(await repo.run('stash', 'pop')).toMatchObject({ code: 0 })
    await expectOpens(repo, BOTH)
  })

  it('when patches are applied with the versions they were made of', async ({ box }) => {
    const repo = await twoBranches(box)
    const patch = await box.git('format-patch', '-1', '--stdout', '--full-index', '--binary', 'topic')
    expect(patch).not.toContain(MARKER)
    box.write('../topic.patch', patch)
    expect(await repo.run('am', '-q', '-3', '../topic.patch')).toMatchObject({ code: 0 })
    await expectOpens(repo, BOTH)
  })

  it('when one side renamed the file', async ({ box }) => {
    const repo = await repository(box)
    await repo.branch('topic', () => box.git('mv', FILE, 'renamed.yaml'))
    await repo.change(() => repo.set(FILE, 'db.password', changed('password')))
    await repo.branch('other', () => repo.set(FILE, 'db.user', changed('user')))
    expect(await repo.run('merge', '-q', '-m', 'merge', 'topic')).toMatchObject({ code: 0 })
    expect(await repo.run('merge', '-q', '-m', 'merge', 'other')).toMatchObject({ code: 0 })
    await expectOpens(repo, BOTH, 'renamed.yaml')
  })

  it('when branches were merged both ways before', async ({ box }) => {
    const repo = await repository(box)
    await repo.branch('topic', () => repo.set(FILE, 'db.user', `${MARKER}-u1`))
    await repo.change(() => repo.set(FILE, 'db.password', `${MARKER}-p1`))
    await box.git('branch', 'before')
    await box.git('merge', '-q', '-m', 'one way', 'topic')
    await box.git('checkout', '-q', 'topic')
    await box.git('merge', '-q', '-m', 'the other way', 'before')
    await repo.change(() => repo.set(FILE, 'db.host', `${MARKER}-h1`))
    await box.git('checkout', '-q', 'main')
    await repo.change(() => repo.set(FILE, 'port', 1))
    expect(await repo.run('merge', '-q', '-m', 'merge', 'topic')).toMatchObject({ code: 0 })
    const text = TEXT.replace('-password', '-p1').replace('-user', '-u1').replace('-host', '-h1').replace('5432', '1')
    await expectOpens(repo, text)
  })

  it('when both added the file', async ({ box }) => {
    const repo = await repository(box)
    const add = async (text: string) => {
      box.write('new.yaml', text)
      await repo.bulla('encrypt', '--in-place', 'new.yaml')
    }
    await repo.branch('topic', () => add(`a: ${MARKER}-a\nb: ${MARKER}-b\n`))
    await repo.change(() => add(`a: ${MARKER}-a\nc: ${MARKER}-c\n`))
    expect(await repo.run('merge', '-q', '-m', 'merge', 'topic')).toMatchObject({ code: 0 })
    await expectOpens(repo, `a: ${MARKER}-a\nc: ${MARKER}-c\nb: ${MARKER}-b\n`, 'new.yaml')
  })

  it.for([
    ['json', `{\n  "a": "${MARKER}-1",\n  "b": "${MARKER}-2"\n}\n`],
    ['json', `{"a":"${MARKER}-1","b":"${MARKER}-2"}`],
    ['env', `# ${MARKER}\na=${MARKER}-1\nb=${MARKER}-2\n`],
    ['yaml', `a: ${MARKER}-1\r\nb: ${MARKER}-2\r\n`],
    ['yaml', `{a: ${MARKER}-1, b: ${MARKER}-2}\n`],
    ['yaml', `---\na: ${MARKER}-1\n---\nb: 1\n---\na: ${MARKER}-1\nb: ${MARKER}-2`],
  ])('in any layout, which stays: %s %j', async ([extension = '', text = ''], { box }) => {
    const file = `f.${extension}`
    const repo = await repository(box, { [file]: text })
    await repo.branch('topic', () => repo.set(file, 'a', `${MARKER}-5`))
    const last = text.startsWith('---') ? ['--document', '2'] : []
    await repo.change(() => repo.bulla('set', ...last, file, 'b', `"${MARKER}-6"`))
    expect(await repo.run('merge', '-q', '-m', 'merge', 'topic')).toMatchObject({ code: 0 })
    await expectOpens(repo, text.replace(`${MARKER}-1`, `${MARKER}-5`).replace(`${MARKER}-2`, `${MARKER}-6`), file)
  })
})

describe('readers and data keys of a merged file', () => {
  const bob = newIdentity()
  const asBob = { SOPS_AGE_KEY_FILE: undefined, SOPS_AGE_KEY: bob.identity }

  it('are those of both: a new reader on one side, a new value on the other', async ({ box }) => {
    const repo = await repository(box)
    await repo.branch('topic', () => repo.bulla('rotate', '--in-place', '--add-age', bob.recipient, FILE))
    await repo.change(() => repo.set(FILE, 'db.password', changed('password')))
    expect(await repo.run('merge', '-q', '-m', 'merge', 'topic')).toMatchObject({ code: 0 })
    await expectOpens(repo, TEXT.replace('-password', '-password-changed'))
    expect((await box.bulla(['decrypt', FILE], { env: asBob })).code).toBe(0)
  })

  it('do not let somebody back in, or have the new data key, whom one side removed', async ({ box }) => {
    box.write('.placeholder', '')
    const repo = await repository(box)
    await repo.change(() => repo.bulla('rotate', '--in-place', '--add-age', bob.recipient, FILE))
    await repo.branch('topic', () => repo.bulla('rotate', '--in-place', '--rm-age', bob.recipient, FILE))
    const carol = newIdentity()
    await repo.change(() => repo.bulla('rotate', '--in-place', '--add-age', carol.recipient, FILE))
    expect(await repo.run('merge', '-q', '-m', 'merge', 'topic')).toMatchObject({ code: 0 })
    await expectOpens(repo, TEXT)
    expect((await box.bulla(['decrypt', FILE], { env: asBob })).code).toBe(128)
    expect((await box.bulla(['decrypt', FILE], { env: { ...asBob, SOPS_AGE_KEY: carol.identity } })).code).toBe(0)
  })

  it('are new on one side, on both, or not at all', async ({ box }) => {
    const repo = await repository(box)
    await repo.branch('topic', async () => {
      await repo.bulla('rotate', '--in-place', FILE)
      await repo.set(FILE, 'db.user', changed('user'))
    })
    await repo.change(() => repo.set(FILE, 'db.password', changed('password')))
    await repo.branch('both', () => repo.bulla('rotate', '--in-place', FILE))
    expect(await repo.run('merge', '-q', '-m', 'merge', 'topic')).toMatchObject({ code: 0 })
    await expectOpens(repo, BOTH)
    expect(await repo.run('merge', '-q', '-m', 'merge', 'both')).toMatchObject({ code: 0 })
    await expectOpens(repo, BOTH)
  })
})

describe('two changes of one value', () => {
  it('are a conflict of that value only, which nobody commits unnoticed', async ({ box }) => {
    const repo = await conflict(box)
    const { code, err } = await repo.run('merge', '-m', 'merge', 'topic')
    expect(code).toBe(1)
    expect(err).toContain('app.yaml: both sides changed db.password')
    const lines = marked(box.read(FILE))
    expect(lines.map((line) => line.replace(/ENC\[.*/, ''))).toEqual(['  password: ', '  password: '])
    await box.git('add', FILE)
    const hook = await box.bulla(['hook', 'run', 'pre-commit'])
    expect(hook.code).toBe(1)
    expect(hook.err + hook.out).toContain('bulla resolve app.yaml')
  })

  it.for<[string, string[], string]>([
    ['ours', ['--ours', 'db.password'], `${MARKER}-ours`],
    ['theirs', ['--theirs', 'db.password'], `${MARKER}-theirs`],
    ['all of theirs', ['--theirs', '.'], `${MARKER}-theirs`],
    ['another value', ['--value', 'db.password'], `${MARKER}-third`],
  ])('are decided by taking %s', async ([, options, value], { box }) => {
    const repo = await conflict(box)
    await repo.run('merge', '-m', 'merge', 'topic')
    const result = await box.bulla(['resolve', FILE, ...options], { stdin: `${MARKER}-third\n` })
    expect(result).toMatchObject({ code: 0, out: '' })
    expect(result.err).not.toContain(MARKER)
    await repo.run('add', FILE)
    await repo.run('commit', '-q', '--no-edit')
    await expectOpens(repo, TEXT.replace(`${MARKER}-password`, value).replace('5432', '6000'))
  })

  it('are listed, and nothing is written, where nobody can be asked', async ({ box }) => {
    const repo = await conflict(box)
    await repo.run('merge', '-m', 'merge', 'topic')
    const before = box.read(FILE)
    const { code, err, out } = await box.bulla(['resolve', FILE])
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(err).toContain('  db.password\n')
    expect(err).not.toContain(MARKER)
    expect(box.read(FILE)).toBe(before)
    expect((await box.bulla(['resolve', FILE, '--ours', 'db.user'])).code).toBe(91)
  })

  it.skipIf(noTerminal !== undefined)('are shown and asked for on a terminal', async ({ box }) => {
    const repo = await conflict(box)
    await repo.run('merge', '-m', 'merge', 'topic')
    const session = await onTerminal(box, `bulla resolve ${FILE}`, { steps: [{ expect: '(e)ditor? ', send: 't\n' }] })
    expect(session).toMatchObject({ code: 0, left: 0 })
    expect(session.shown).toContain(`ours:   ${MARKER}-ours`)
    await box.git('add', FILE)
    await expectOpens(repo, TEXT.replace(`${MARKER}-password`, `${MARKER}-theirs`).replace('5432', '6000'))
  })

  it.skipIf(noTerminal !== undefined)('are given a piped value on a terminal too, byte for byte', async ({ box }) => {
    const repo = await conflict(box)
    await repo.run('merge', '-m', 'merge', 'topic')
    const value = `printf 'caf\\351\\n' | bulla resolve ${FILE} --value db.password`
    const session = await onTerminal(box, `${value} && bulla get ${FILE} db.password | od -An -tx1`)
    expect(session).toMatchObject({ code: 0, shown: expect.stringContaining('63 61 66 e9') })
  })

  it('stop a rebase, a cherry-pick and a stash too, and are decided in the same way', async ({ box }) => {
    const repo = await conflict(box)
    expect((await repo.run('cherry-pick', 'topic')).code).not.toBe(0)
    await repo.bulla('resolve', FILE, '--theirs', '.')
    await box.git('add', FILE)
    await box.git('-c', 'core.editor=true', 'cherry-pick', '--continue')
    const text = TEXT.replace(`${MARKER}-password`, `${MARKER}-theirs`).replace('5432', '6000')
    await expectOpens(repo, text)
    await repo.set(FILE, 'db.password', `${MARKER}-put-away`)
    await repo.run('stash')
    await repo.change(() => repo.set(FILE, 'db.password', `${MARKER}-again`))
    expect((await repo.run('stash', 'pop')).code).toBe(1)
    await repo.bulla('resolve', FILE, '--theirs', '.')
    await box.git('add', FILE)
    await expectOpens(repo, text.replace('-theirs', '-put-away'))
    await repo.expectNothingReadable()
  })

  it('of a binary file are one of the whole', async ({ box }) => {
    const repo = await repository(box, { 'f.bin': `${MARKER}\0one` })
    const replace = async (text: string) => {
      box.write('f.bin', text)
      await repo.bulla('encrypt', '--in-place', 'f.bin')
    }
    await repo.branch('topic', () => replace(`${MARKER}\0two`))
    await repo.change(() => replace(`${MARKER}\0three`))
    expect((await repo.run('merge', '-m', 'merge', 'topic')).code).toBe(1)
    expect(marked(box.read('f.bin')).every((line) => line.includes('"data"'))).toBe(true)
    await repo.bulla('resolve', 'f.bin', '--theirs', '.')
    expect(await repo.decrypt('f.bin')).toBe(`${MARKER}\0two`)
  })

  it('one of which takes the value, or the file, away', async ({ box }) => {
    const repo = await repository(box)
    await repo.branch('topic', () => repo.bulla('unset', FILE, 'db.password'))
    await repo.branch('gone', () => box.git('rm', '-q', FILE))
    await repo.change(() => repo.set(FILE, 'db.password', changed('password')))
    expect((await repo.run('merge', '-m', 'merge', 'topic')).code).toBe(1)
    expect(marked(box.read(FILE))).toHaveLength(1)
    await repo.bulla('resolve', FILE, '--theirs', 'db.password')
    await repo.commit('merged')
    await expectOpens(repo, TEXT.replace(/ {2}password.*\n/, ''))
    expect((await repo.run('merge', '-m', 'merge', 'gone')).code).toBe(1)
    const { code, err } = await box.bulla(['resolve', FILE, '--ours', '.'])
    expect({ code: code === 0, err }).toEqual({ code: false, err: expect.stringContaining('took the file away') })
  })
})

describe('without a key', () => {
  const nobody = { SOPS_AGE_KEY_FILE: undefined }

  it('values merge, and the MAC is left in conflict until somebody with a key seals it again', async ({ box }) => {
    const repo = await twoBranches(box)
    const { code, err } = await box.run('git', ['merge', '-m', 'merge', 'topic'], { env: nobody })
    expect(code).toBe(1)
    expect(err).toContain('bulla resolve --reseal app.yaml')
    expect(marked(box.read(FILE)).every((line) => /^ {4}(mac|lastmodified): /.test(line))).toBe(true)
    await box.git('add', FILE)
    const hook = await box.bulla(['hook', 'run', 'pre-commit'])
    expect(hook).toMatchObject({ code: 1, err: expect.stringContaining('bulla resolve --reseal app.yaml') })
    await box.git('commit', '-q', '--no-verify', '-m', 'merged by a machine')
    await repo.bulla('resolve', '--reseal', FILE)
    await expectOpens(repo, BOTH)
    await repo.expectNothingReadable()
  })

  it('resolve merges again from what git has, while the merge is not over', async ({ box }) => {
    const repo = await twoBranches(box)
    await box.run('git', ['merge', '-m', 'merge', 'topic'], { env: nobody })
    await repo.bulla('resolve', FILE)
    await box.git('add', FILE)
    await expectOpens(repo, BOTH)
  })

  it('nothing of a file that one side rotated is mixed, and marks stand in it', async ({ box }) => {
    const repo = await repository(box)
    await repo.branch('topic', () => repo.bulla('rotate', '--in-place', FILE))
    await repo.change(() => repo.set(FILE, 'db.password', changed('password')))
    const { code, err } = await box.run('git', ['merge', '-m', 'merge', 'topic'], { env: nobody })
    expect(code).toBe(1)
    expect(err).toContain('without a key')
    expect(marked(box.read(FILE)).length).toBeGreaterThan(0)
    await repo.bulla('resolve', FILE)
    await box.git('add', FILE)
    await expectOpens(repo, TEXT.replace('-password', '-password-changed'))
  })
})

describe('what cannot be merged by values', () => {
  it('is repaired after git merged it by lines, without the driver', async ({ box }) => {
    const repo = await twoBranches(box)
    await box.git('config', 'merge.bulla.driver', 'git merge-file --marker-size=%L %A %O %B')
    expect((await repo.run('merge', '-m', 'merge', 'topic')).code).toBe(1)
    await repo.bulla('resolve', FILE)
    await box.git('add', FILE)
    await expectOpens(repo, BOTH)
  })

  it('is repaired after somebody took the marks out by hand and committed', async ({ box }) => {
    const repo = await twoBranches(box)
    await box.git('config', 'merge.bulla.driver', 'git merge-file --union %A %O %B')
    await repo.run('merge', '-m', 'merge', 'topic')
    // the password of ours, the user of theirs, the MAC of ours
    const lines = box.read(FILE).split('\n')
    const isTaken = (line: string, index: number) => {
      const key = /^(?: {4}mac| {4}lastmodified| {2}password| {2}user): /.exec(line)?.[0]
      if (key === undefined) return true
      const others = key === '  user: ' ? lines.slice(index + 1) : lines.slice(0, index)
      return !others.some((other) => other.startsWith(key))
    }
    box.write(FILE, lines.filter(isTaken).join('\n'))
    await repo.commit('by hand')
    expect((await box.bulla(['decrypt', FILE])).code).not.toBe(0)
    await repo.bulla('resolve', '--reseal', FILE)
    await expectOpens(repo, BOTH)
  })

  it('is left alone where it is sealed on one side only', async ({ box }) => {
    const repo = await repository(box)
    await repo.branch('topic', async () => box.write(FILE, 'db: plain\n'))
    await repo.change(() => repo.set(FILE, 'db.password', changed('password')))
    const before = box.read(FILE)
    const { code, err } = await repo.run('merge', '-m', 'merge', 'topic')
    expect(code).toBe(1)
    expect(err).toContain('sealed on one side only')
    expect(box.read(FILE)).toBe(before)
  })

  it('gets marks around lines when a side is damaged, and is never half merged', async ({ box }) => {
    const repo = await repository(box)
    await repo.branch('topic', async () => {
      box.write(FILE, box.read(FILE).replace(/(user: ENC\[AES256_GCM,data:).../, '$1AAA'))
    })
    await repo.change(() => repo.set(FILE, 'db.password', changed('password')))
    const { code, err } = await repo.run('merge', '-m', 'merge', 'topic')
    expect(code).toBe(1)
    const which =
      /error: app\.yaml \(db\.user\): .*\n.*hint: that is how theirs is: take our side with git checkout --ours FILE/
    expect(err).toMatch(which)
    expect(err).not.toContain(MARKER)
    const { code: again, err: told } = await box.bulla(['resolve', FILE])
    expect(again).not.toBe(0)
    expect(told).toMatch(which)
    await box.git('checkout', '--ours', FILE)
    expect(await repo.decrypt(FILE)).toContain(changed('password'))
  })

  it('is merged as git does where nothing is sealed', async ({ box }) => {
    const repo = await repository(box)
    await repo.change(async () => box.write('plain.yaml', 'a: 1\nb: 1\nc: 1\nd: 1\n'))
    await repo.branch('topic', async () => box.write('plain.yaml', 'a: 2\nb: 1\nc: 1\nd: 1\n'))
    await repo.branch('other', async () => box.write('plain.yaml', 'a: 3\nb: 1\nc: 1\nd: 1\n'))
    await repo.change(async () => box.write('plain.yaml', 'a: 1\nb: 1\nc: 1\nd: 2\n'))
    expect((await repo.run('merge', '-q', '-m', 'merge', 'topic')).code).toBe(0)
    expect(box.read('plain.yaml')).toBe('a: 2\nb: 1\nc: 1\nd: 2\n')
    expect((await repo.run('merge', '-q', '-m', 'merge', 'other')).code).toBe(1)
    expect(marked(box.read('plain.yaml'))).toEqual(['a: 2', 'a: 3'])
  })
})
