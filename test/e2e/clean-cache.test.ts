import { describe, expect } from 'vitest'
import { expectNoSecret, MARKER } from '../helpers/canary.ts'
import { dice } from '../helpers/credentials/draw.ts'
import { withChecksum } from '../helpers/credentials/kinds.ts'
import { HookedRepository } from '../helpers/hooked-repository.ts'
import { it, type Sandbox } from '../helpers/sandbox.ts'

const TOKEN = withChecksum('ghp_', dice(31))
const CACHE = '.git/bulla/clean-blobs'
const WAYS: readonly (readonly string[])[] = [['scan'], ['check'], ['scan', '--history']]

async function repositoryWith(box: Sandbox, files: Readonly<Record<string, string>>): Promise<HookedRepository> {
  const repository = await HookedRepository.create(box)
  await repository.must('config', 'core.hooksPath', '/dev/null')
  await repository.commit(files)
  return repository
}

async function allWays(box: Sandbox, ...more: readonly string[]): Promise<(number | null)[]> {
  const codes: (number | null)[] = []
  for (const way of WAYS) codes.push((await box.bulla([...way, ...more], { cwd: 'repo' })).code)
  return codes
}

describe('what was clean before', () => {
  it('is not told otherwise the second time, and what was found is found again', async ({ box }) => {
    const repository = await repositoryWith(box, { 'a.txt': 'a\n', 'b.env': `TOKEN=${TOKEN}\n` })
    const first = await box.bulla(['check'], { cwd: 'repo' })
    expect(first.code).toBe(1)
    expect(await box.bulla(['check'], { cwd: 'repo' })).toMatchObject({ code: 1, out: first.out, err: first.err })
    expect(await allWays(box)).toEqual([1, 1, 1])
    expect(await allWays(box)).toEqual([1, 1, 1])
    expectNoSecret(repository.read(CACHE), TOKEN)
    expect(repository.read(CACHE)).not.toMatch(/a\.txt|b\.env/)
  })

  it('is no sealed file that differs from its rule, and each is still opened with --verify', async ({ box }) => {
    const rule = `creation_rules:\n  - path_regex: ^secrets/\n    age: ${box.recipient}\n`
    const repository = await repositoryWith(box, { '.sops.yaml': rule })
    repository.write('secrets/good.yaml', 'a: b\nc: d\n')
    repository.write('secrets/file', 'as a whole\n')
    repository.write('secrets/other.yaml', 'a: b\nc: d\n')
    await box.bulla(['encrypt', '-i', 'secrets/good.yaml', 'secrets/file'], { cwd: 'repo' })
    await box.bulla(['encrypt', '-i', '--encrypted-regex', 'a', 'secrets/other.yaml'], { cwd: 'repo' })
    await repository.must('add', '.')
    const first = await box.bulla(['check', '--verify'], { cwd: 'repo' })
    expect(first.out.match(/warn \S+ \S+/g)).toEqual(['warn selector-drift: secrets/other.yaml:'])
    expect(first.err).toContain('3 opened and verified')
    expect(await box.bulla(['check', '--verify'], { cwd: 'repo' })).toEqual(first)
  })

  it('is looked into again when a value became known that is sealed here', async ({ box }) => {
    const value = `${MARKER} horse stapl`
    const repository = await repositoryWith(box, { 'a.txt': `use ${value}\n` })
    expect(await allWays(box)).toEqual([0, 0, 0])
    repository.write('x.yaml', `password: "${value}"\n`)
    await box.bulla(['encrypt', '-i', '--age', box.recipient, 'x.yaml'], { cwd: 'repo' })
    expect(await box.bulla(['decrypt', 'x.yaml'], { cwd: 'repo' })).toMatchObject({ code: 0 })
    expect(await allWays(box)).toEqual([1, 1, 1])
  })

  it('is not kept with --no-cache, and a damaged file of it changes nothing', async ({ box }) => {
    const repository = await repositoryWith(box, { 'a.txt': 'a\n', 'b.env': `TOKEN=${TOKEN}\n` })
    expect(await allWays(box, '--no-cache')).toEqual([1, 1, 1])
    expect(box.has(`repo/${CACHE}`)).toBe(false)
    await allWays(box)
    repository.write(CACHE, 'bulla clean blobs 1\nnonsense')
    expect(await allWays(box)).toEqual([1, 1, 1])
  })
})
