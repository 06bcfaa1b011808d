import { describe, expect } from 'vitest'
import { newIdentity } from '../helpers/age.ts'
import { HookedRepository } from '../helpers/hooked-repository.ts'
import { it } from '../helpers/sandbox.ts'

const TEXT = 'a: words of nobody\n'

describe('check', () => {
  it('tells of rules that match far more than is sealed, unless they say that this is meant', async ({ box }) => {
    const repository = await HookedRepository.create(box)
    const policy = (field: string) => `creation_rules:\n  - age: ${box.recipient}\n${field}`
    const files = Array.from({ length: 30 }, (_, index) => [`apps/${index}.yaml`, TEXT] as const)
    await repository.commit({ ...Object.fromEntries(files), '.sops.yaml': policy('') })
    const { code, out, err } = await box.bulla(['check'], { cwd: 'repo' })
    expect({ code }, err).toEqual({ code: 0 })
    expect(out).toMatch(/warn rule-too-broad: \.sops\.yaml:2:\d+: rule 1 matches \d+ files, 0 are sealed/)
    await repository.commit({ '.sops.yaml': policy('    must_encrypt: false\n') })
    expect(await box.bulla(['check'], { cwd: 'repo' })).toMatchObject({ code: 0, out: '' })
  })

  it('tells of sealed files that no rule covers', async ({ box }) => {
    await box.git('init', '-q')
    await box.seal({ 'a.yaml': TEXT })
    box.write('.sops.yaml', `creation_rules:\n  - path_regex: ^secrets/\n    age: ${box.recipient}\n`)
    await box.git('add', '-A')
    const { code, out } = await box.bulla(['check'])
    expect(code).toBe(0)
    expect(out).toContain('warn sealed-without-rule: a.yaml')
    expect(out).toContain('warn rule-without-files: .sops.yaml:2')
    expect(await box.bulla(['check', '--fail-on', 'warn'])).toMatchObject({ code: 1 })
  })

  it('takes no slip and no new file for one that is clean, and knows what was removed or not touched', async ({
    box,
  }) => {
    const repository = await HookedRepository.create(box)
    await repository.commit({ 'a/x.txt': 'x\n', 'b/y.txt': 'y\n', 'gone.txt': 'z\n' })
    await repository.commit({ 'b/y.txt': 'more\n' })
    await repository.must('rm', '-q', 'gone.txt')
    repository.write('a/new.txt', newIdentity().identity)
    const check = (...words: readonly string[]) => box.bulla(['check', ...words], { cwd: 'repo' })
    for (const words of [
      ['a', 'c'],
      ['HEAD', 'a', 'c'],
      ['HEAD~1..HEAD', 'a', 'c'],
    ]) {
      const error = 'bulla: error: c: neither a revision nor a file that git tracks has this name\n'
      expect(await check(...words)).toMatchObject({ code: 100, out: '', err: expect.stringContaining(error) })
    }
    expect(await check('a/x.txt', 'a/new.txt')).toMatchObject({
      code: 100,
      err: expect.stringContaining('a/new.txt: '),
    })
    for (const words of [
      ['a/x.txt', 'gone.txt'],
      ['HEAD~1..HEAD', 'a'],
      ['HEAD..', 'a'],
      ['HEAD', 'gone.txt', 'a'],
    ]) {
      expect((await check(...words)).code).toBe(0)
    }
  })

  it('takes two dots for the folder above, as git does, and not for a range', async ({ box }) => {
    const repository = await HookedRepository.create(box)
    await repository.commit({ 'deep/a.txt': newIdentity().identity })
    const { code, out } = await box.bulla(['check', '..'], { cwd: 'repo/deep' })
    expect({ code, out }).toEqual({ code: 1, out: expect.stringContaining('block age-identity: deep/a.txt:1:1') })
  })

  it('tells of what a later commit of a range mended, and names no command that would find nothing to do', async ({
    box,
  }) => {
    const repository = await HookedRepository.create(box)
    await repository.must('config', 'core.hooksPath', '/dev/null')
    await repository.commit({ '.sops.yaml': `creation_rules:\n  - path_regex: ^secrets/\n    age: ${box.recipient}\n` })
    const { identity } = newIdentity()
    await repository.commit({
      'secrets/a.yaml': TEXT,
      'secrets/b.yaml': TEXT,
      'secrets/c.yaml': TEXT,
      'k.txt': identity,
    })
    await box.bulla(['encrypt', '-i', 'secrets/a.yaml'], { cwd: 'repo' })
    await repository.must('rm', '-q', 'secrets/b.yaml')
    await repository.commit({ 'secrets/a.yaml': repository.read('secrets/a.yaml'), 'k.txt': 'none\n' })
    const { code, out } = await box.bulla(['check', 'HEAD~2..'], { cwd: 'repo' })
    expect(code).toBe(1)
    const told = out.replaceAll(/[\da-f]{12} /g, '').split('\n')
    const gone = '; it is gone by now, and stays in the history: change the value where it is used'
    expect(told).toEqual([
      expect.stringMatching(new RegExp(`^ {2}block age-identity: k\\.txt:1:1: .*${gone}$`)),
      `  block unsealed-file: secrets/a.yaml:1:4: a value in clear that rule 1 wants sealed${gone} (a)`,
      '      bulla edit secrets/a.yaml',
      `  block unsealed-file: secrets/b.yaml:1:4: a value in clear that rule 1 wants sealed${gone} (a)`,
      '  block unsealed-file: secrets/c.yaml:1:4: a value in clear that rule 1 wants sealed (a)',
      '      bulla encrypt --in-place secrets/c.yaml',
      '',
    ])
  })

  it('tells, as doctor does, what stashes hold in clear, tracked, staged and new, until they are dropped', async ({
    box,
  }) => {
    const repository = await HookedRepository.create(box)
    await repository.must('config', 'core.hooksPath', '/dev/null')
    repository.write('.sops.yaml', `creation_rules:\n  - path_regex: ^secrets/\n    age: ${box.recipient}\n`)
    const bulla = (...args: string[]) => box.bulla(args, { cwd: 'repo' })
    for (const name of ['a', 'b', 'c']) repository.write(`secrets/${name}.yaml`, TEXT)
    await bulla('encrypt', '-i', 'secrets')
    await repository.must('add', '.')
    await repository.must('commit', '-q', '-m', 'sealed')
    // a stash with nothing in clear
    await bulla('set', 'secrets/c.yaml', 'a', '"other words"')
    await repository.must('stash')
    expect(await bulla('check')).toMatchObject({ code: 0, out: '' })

    await bulla('decrypt', '-i', 'secrets/a.yaml')
    await bulla('decrypt', '-i', 'secrets/b.yaml')
    await repository.must('add', 'secrets/b.yaml')
    repository.write('secrets/new.yaml', TEXT)
    await repository.must('stash', '--include-untracked')
    const { code, out } = await bulla('check')
    expect(code).toBe(0)
    expect([...out.matchAll(/warn plain-stash: (\S+): stash@\{0\}/g)].map(([, file]) => file)).toEqual([
      'secrets/a.yaml',
      'secrets/b.yaml',
      'secrets/new.yaml',
    ])
    expect((await bulla('doctor')).out).toMatch(
      /problem {2}stash: stash@\{0\} holds .*: secrets\/a.yaml, secrets\/b.yaml, secrets\/new.yaml\n/,
    )
    await repository.must('stash', 'drop', 'stash@{0}')
    expect(await bulla('check')).toMatchObject({ code: 0, out: '' })
    expect((await bulla('doctor')).out).not.toContain('stash')
  })

  it('tells how to empty stashes in an order in which each still has its number', async ({ box }) => {
    const repository = await HookedRepository.create(box)
    await repository.must('config', 'core.hooksPath', '/dev/null')
    repository.write('.sops.yaml', `creation_rules:\n  - path_regex: ^secrets/\n    age: ${box.recipient}\n`)
    await repository.must('add', '.')
    await repository.must('commit', '-q', '-m', 'policy')
    for (const name of ['one', 'of-nobody.txt', 'two']) {
      repository.write(name.includes('.') ? name : `secrets/${name}.yaml`, TEXT)
      await repository.must('stash', '--include-untracked')
    }
    const { out: found } = await box.bulla(['check'], { cwd: 'repo', env: box.observe() })
    expect(found).toContain('plain-stash: secrets/one.yaml: stash@{2} ')
    // git is asked about all of them at once
    expect(box.observed().filter((what) => what.startsWith('run')).length).toBeLessThan(8)
    expect(found).not.toContain('git stash drop')
    const { out } = await box.bulla(['doctor'], { cwd: 'repo' })
    for (const [, stash = ''] of out.matchAll(/"git stash pop '(.*?)'"/g)) await repository.must('stash', 'pop', stash)
    expect(['one', 'two'].map((name) => repository.read(`secrets/${name}.yaml`))).toEqual([TEXT, TEXT])
    expect(await repository.must('stash', 'list')).toMatch(/^stash@\{0\}: [^\n]*\n?$/)
    expect((await box.bulla(['check'], { cwd: 'repo' })).out).not.toContain('plain-stash')
  })

  it('tells once of a policy that cannot be read, and still finds what needs none', async ({ box }) => {
    const repository = await HookedRepository.create(box)
    await repository.commit({
      '.sops.yaml': 'creation_rules:\n  - age: [\n',
      'a.yaml': TEXT,
      'b.yaml': TEXT,
      'c.txt': newIdentity().identity,
    })
    const { code, out } = await box.bulla(['check', '--format', 'json'], { cwd: 'repo' })
    expect(code).toBe(2)
    const { findings } = JSON.parse(out) as { findings: readonly { rule: string; file: string }[] }
    expect(findings.map(({ rule, file }) => `${rule} ${file}`)).toEqual([
      'policy-broken .sops.yaml',
      'age-identity c.txt',
    ])
  })

  it.for(['check', 'scan'])('says below the root from where the names of %s count', async (command, { box }) => {
    const repository = await HookedRepository.create(box)
    await repository.commit({ 'deep/er/a.txt': newIdentity().identity })
    const told = 'bulla: files and commands are named from the root of the repository: cd ../..\n'
    const below = await box.bulla([command], { cwd: 'repo/deep/er' })
    expect(below.out).toContain('block age-identity: deep/er/a.txt:1:1')
    expect(below.err).toContain(told)
    expect((await box.bulla([command], { cwd: 'repo' })).err).not.toContain('from the root')
  })
})
