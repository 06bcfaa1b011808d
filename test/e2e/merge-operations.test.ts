import { statSync } from 'node:fs'
import { describe, expect } from 'vitest'
import { MARKER } from '../helpers/canary.ts'
import { MergeRepository } from '../helpers/merging/repository.ts'
import { it, type Sandbox } from '../helpers/sandbox.ts'

const FILE = 'app.yaml'
const isWindows = process.platform === 'win32'
const TEXT = `a: ${MARKER}-a\nb: ${MARKER}-b\nc: ${MARKER}-c\n`
const text = (a: string, b = 'b', c = 'c') => `a: ${MARKER}-${a}\nb: ${MARKER}-${b}\nc: ${MARKER}-${c}\n`

/** Two branches that both change `a`; `topic` changes `b` too, in a second commit. */
async function branches(box: Sandbox): Promise<MergeRepository> {
  const repo = await MergeRepository.create(box, { [FILE]: TEXT })
  await repo.branch('topic', () => repo.set(FILE, 'a', `${MARKER}-theirs`))
  await box.git('checkout', '-q', 'topic')
  await repo.change(() => repo.set(FILE, 'b', `${MARKER}-second`))
  await box.git('checkout', '-q', 'main')
  await repo.change(() => repo.set(FILE, 'a', `${MARKER}-ours`))
  return repo
}

async function resolved(repo: MergeRepository, file: string, ...how: readonly string[]): Promise<string> {
  await repo.bulla('resolve', file, ...how)
  await repo.box.git('add', file)
  await repo.expectNothingReadable()
  return repo.decrypt(file)
}

describe('an operation of git that stops', () => {
  it('a rebase of several commits: the first one is decided, the others go on by value', async ({ box }) => {
    const repo = await branches(box)
    await box.git('checkout', '-q', 'topic')
    expect((await repo.run('rebase', 'main')).code).toBe(1)
    expect(box.read(FILE)).toMatch(/^<{7} HEAD\na: ENC.*\n={7}\na: ENC.*\n>{7} [0-9a-f]+ \(topic\)\n/m)
    expect(await resolved(repo, FILE, '--theirs', 'a')).toBe(text('theirs'))
    await box.git('-c', 'core.editor=true', 'rebase', '--continue')
    expect(await repo.decrypt(FILE)).toBe(text('theirs', 'second'))
  })

  it('in marks, the sides have the names that git gives them in a file beside it', async ({ box }) => {
    const repo = await MergeRepository.create(box, { [FILE]: TEXT })
    const change = (value: string) => async () => {
      await repo.set(FILE, 'a', `${MARKER}-${value}`)
      box.write('plain.txt', `${value}\n`)
    }
    const save = async (value: string) => {
      await change(value)()
      await repo.commit(`this is ${value}`)
    }
    await save('start')
    await box.git('checkout', '-q', '-b', 'topic')
    await save('topic')
    await save('topic again')
    await box.git('checkout', '-q', 'main')
    await save('main')
    const patch = await box.git('format-patch', '-1', '--stdout', '--full-index', '--binary', 'topic~1')
    await change('stashed')()
    await box.git('stash', '--quiet')
    await save('later')
    const expectNamed = async (...args: readonly string[]) => {
      expect((await repo.run(...args)).code).not.toBe(0)
      const [sealed, plain] = [FILE, 'plain.txt'].map((file) => box.read(file).match(/^[<>]{7} .*$/gm))
      expect(plain).toHaveLength(2)
      expect(sealed, args[0]).toEqual(plain)
      await box.git('reset', '--quiet', '--hard')
    }
    await expectNamed('cherry-pick', 'topic~1')
    await expectNamed('revert', '--no-edit', 'HEAD~1')
    await expectNamed('stash', 'apply')
    box.write('../topic.patch', patch)
    await expectNamed('am', '-3', box.path('../topic.patch'))
    await box.git('am', '--abort')
    await expectNamed('merge', 'topic')
    await box.git('checkout', '--quiet', 'topic')
    await expectNamed('rebase', 'main')
    box.write('../topic.patch', '')
  })

  it('a cherry-pick', async ({ box }) => {
    const repo = await branches(box)
    expect((await repo.run('cherry-pick', 'topic~1')).code).toBe(1)
    expect(await resolved(repo, FILE, '--ours', 'a')).toBe(text('ours'))
  })

  it('a revert', async ({ box }) => {
    const repo = await branches(box)
    await repo.change(() => repo.set(FILE, 'a', `${MARKER}-later`))
    expect((await repo.run('revert', '--no-edit', 'HEAD~1')).code).toBe(1)
    expect(await resolved(repo, FILE, '--theirs', 'a')).toBe(TEXT)
  })

  it('what was put away comes back over another change', async ({ box }) => {
    const repo = await branches(box)
    await repo.set(FILE, 'b', `${MARKER}-away`)
    await repo.run('stash')
    await repo.change(() => repo.set(FILE, 'b', `${MARKER}-other`))
    expect((await repo.run('stash', 'pop')).code).toBe(1)
    expect(await resolved(repo, FILE, '--theirs', '.')).toBe(text('ours', 'away'))
  })

  it('a merge of several branches at once uses no drivers; what it leaves is resolved as well', async ({ box }) => {
    const repo = await MergeRepository.create(box, { [FILE]: TEXT })
    await repo.branch('one', () => repo.set(FILE, 'a', `${MARKER}-one`))
    await repo.branch('two', () => repo.set(FILE, 'b', `${MARKER}-two`))
    expect((await repo.run('merge', '-m', 'merge', 'one', 'two')).code).not.toBe(0)
    expect(await resolved(repo, FILE)).toBe(text('one', 'two'))
  })
})

describe('an operation of git that is told which side to take', () => {
  it.for([
    ['merge', '-Xours', 'topic', text('ours', 'second')],
    ['merge', '-Xtheirs', 'topic', text('theirs', 'second')],
    ['rebase', '-Xtheirs', 'topic', text('ours', 'second')],
    ['cherry-pick', '-Xtheirs', 'topic~1', text('theirs')],
  ] as const)('%s %s %s', async ([operation, option, what, merged], { box }) => {
    const repo = await branches(box)
    expect((await repo.run(operation, option, what)).code).toBe(0)
    expect(await repo.decrypt(FILE)).toBe(merged)
  })

  it('leaves it to somebody who reads the file', async ({ box }) => {
    const repo = await MergeRepository.create(box, { [FILE]: TEXT })
    const select = (pattern: string) => async () => {
      box.write('.sops.yaml', `creation_rules:\n  - age: ${box.recipient}\n    encrypted_regex: ${pattern}\n`)
      box.write(FILE, TEXT)
      await repo.bulla('encrypt', '--in-place', '--fresh', FILE)
    }
    await repo.branch('topic', select('^(a|b)$'))
    await repo.change(select('^a$'))
    box.write('.gitattributes', '*.yaml merge=bulla\n.sops.yaml merge=ours\n')
    await repo.commit('attributes')
    expect((await box.run('git', ['merge', '-Xours', 'topic'], {})).code).toBe(1)
    expect((await box.bulla(['resolve', FILE])).err).toContain('  sops.selector\n')
  })
})

describe('a merge of files that are not the same on both sides', () => {
  it('renamed on one side, changed on both', async ({ box }) => {
    const repo = await branches(box)
    await repo.change(() => box.git('mv', FILE, 'moved.yaml'))
    expect((await repo.run('merge', '-m', 'merge', 'topic')).code).toBe(1)
    expect(await resolved(repo, 'moved.yaml', '--theirs', '.')).toBe(text('theirs', 'second'))
  })

  it('renamed on both sides, or taken away on one: git asks which file there is to be', async ({ box }) => {
    const repo = await branches(box)
    await repo.branch('gone', () => box.git('rm', '-q', FILE))
    await repo.branch('moved', () => box.git('mv', FILE, 'there.yaml'))
    await repo.change(async () => {
      await repo.set(FILE, 'c', `${MARKER}-new`)
      await box.git('mv', FILE, 'here.yaml')
    })
    for (const [branch, file] of [
      ['gone', 'here.yaml'],
      ['moved', 'there.yaml'],
    ] as const) {
      expect((await repo.run('merge', '-m', 'merge', branch)).code).toBe(1)
      const { code, err } = await box.bulla(['resolve', file, '--ours', '.'])
      expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining('keep it with "git add"') })
      await box.git('merge', '--abort')
    }
  })

  it('added on both sides with other values', async ({ box }) => {
    const repo = await MergeRepository.create(box, { [FILE]: TEXT })
    const add = async (value: string) => {
      box.write('new.yaml', `a: ${MARKER}-${value}\n${value}: ${MARKER}\n`)
      await repo.bulla('encrypt', '--in-place', 'new.yaml')
    }
    await repo.branch('topic', () => add('theirs'))
    await repo.change(() => add('ours'))
    expect(await repo.run('merge', '-m', 'merge', 'topic')).toMatchObject({
      code: 1,
      err: expect.stringContaining('new.yaml: both sides changed a\n'),
    })
    const wanted = `a: ${MARKER}-theirs\nours: ${MARKER}\ntheirs: ${MARKER}\n`
    expect(await resolved(repo, 'new.yaml', '--theirs', 'a')).toBe(wanted)
  })

  it.skipIf(isWindows)('with another mode on one side, which resolving keeps', async ({ box }) => {
    const repo = await branches(box)
    await box.git('checkout', '-q', 'topic')
    await repo.change(() => box.git('update-index', '--chmod=+x', FILE).then(() => box.run('chmod', ['+x', FILE], {})))
    await box.git('checkout', '-q', 'main')
    expect((await repo.run('merge', '-m', 'merge', 'topic')).code).toBe(1)
    expect(await resolved(repo, FILE, '--ours', 'a')).toBe(text('ours', 'second'))
    expect(statSync(box.path(FILE)).mode & 0o100).toBe(0o100)
    expect(await box.git('ls-files', '--stage', FILE)).toMatch(/^100755 /)
  })
})
