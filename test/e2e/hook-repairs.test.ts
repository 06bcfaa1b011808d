import { rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect } from 'vitest'
import { newIdentity } from '../helpers/age.ts'
import { HookedRepository } from '../helpers/hooked-repository.ts'
import { it, type Sandbox } from '../helpers/sandbox.ts'
import { FILE } from '../helpers/scenarios/operations.ts'

const PLAIN = 'db:\n    password: winter-orchid\n'

/** `secrets/`, and all `*.enc.*`, are to be sealed. */
async function repositoryWithPolicy(box: Sandbox, folder = 'repo') {
  const repository = await HookedRepository.create(box, folder)
  const rule = `  - path_regex: ^secrets/|\\.enc\\.\n    age: ${box.recipient}\n`
  await repository.commit({ '.sops.yaml': `creation_rules:\n${rule}`, 'README.md': 'read me\n' })
  return repository
}

/** Commit, which is stopped; do what the hook says; commit again. @param args - of both commits @param from - folder of both */
async function repairedBy(repository: HookedRepository, args: readonly string[] = [], from = '.') {
  const { folder } = repository
  const commit = () => repository.git(['commit', '-q', '-m', 'repaired', ...args], { cwd: join(folder, from) })
  const { code, err } = await commit()
  expect({ code }, err).not.toEqual({ code: 0 })
  const command = /^ {6}(\S.*)$/m.exec(err)?.[1] ?? ''
  const up = /: cd (\S+)$/m.exec(err)?.[1] ?? '.'
  const repair = await repository.run('bash', ['-c', command], { cwd: join(folder, from, up) })
  expect(repair, command).toMatchObject({ code: 0 })
  const again = await commit()
  expect(again, command).toMatchObject({ code: 0 })
  expect(await repository.must('log', '-1', '--format=%s')).toBe('repaired')
  return command
}

describe('the command that a hook names for a commit', () => {
  it('seals a file and stages it, from wherever the commit was begun', async ({ box }) => {
    const repository = await repositoryWithPolicy(box)
    repository.write(FILE, PLAIN)
    repository.write('sub/folder/other.txt', 'fine\n')
    await repository.must('add', '-A')
    const command = await repairedBy(repository, [], 'sub/folder')
    expect(command).toBe(`bulla encrypt --in-place ${FILE} && git add ${FILE}`)
    expect(await repository.show('HEAD', FILE)).toContain('ENC[')
  })

  it.for(['-x.enc.yaml', 'a\nb.enc.yaml', "it's $(id).enc.yaml", '\u001b[31m.enc.yaml', 'ä\t\\.enc.yaml'])(
    'names a file that is called %j',
    async (name, { box }) => {
      const repository = await repositoryWithPolicy(box)
      repository.write(name, PLAIN)
      await repository.must('add', '-A')
      await repairedBy(repository)
      expect(repository.read(name)).toContain('ENC[')
    },
  )

  it('seals for whom the nearest policy names, where the one at the root would name others', async ({ box }) => {
    const repository = await repositoryWithPolicy(box)
    const other = newIdentity()
    const rule = (recipient: string, more = '') =>
      `creation_rules:\n  - path_regex: ^live/\n    age: ${recipient}\n${more}`
    await repository.commit({
      '.sops.yaml': rule(box.recipient).replace('live', 'app'),
      'app/.sops.yaml': rule(other.recipient),
    })
    repository.write('app/live/db.yaml', PLAIN)
    await repository.must('add', '-A')
    expect(await repairedBy(repository)).toContain('bulla encrypt --in-place --config app/.sops.yaml app/live/db.yaml')
    expect(await repository.show('HEAD', 'app/live/db.yaml')).toContain(other.recipient)
    // the same for readers
    repository.write('app/.sops.yaml', rule(box.recipient, '    strict: true\n'))
    repository.write('app/live/db.yaml', PLAIN)
    await repository.commit({})
    await box.bulla(['encrypt', '-i', '--age', `${box.recipient},${other.recipient}`, 'app/live/db.yaml'], {
      cwd: 'repo',
    })
    await repository.must('add', '-A')
    const command = 'bulla updatekeys --config app/.sops.yaml app/live/db.yaml'
    expect((await repository.git(['commit', '-q', '-m', 'x'])).err).toContain(`\n      ${command} && git add`)
    expect((await box.bulla([...command.split(' ').slice(1), '--yes'], { cwd: 'repo' })).code).toBe(0)
    await repository.must('add', '-A')
    expect((await repository.git(['commit', '-q', '-m', 'x'])).code).toBe(0)
  })

  it('stages what is mended in the work tree already', async ({ box }) => {
    const repository = await repositoryWithPolicy(box)
    repository.write(FILE, PLAIN)
    await repository.must('add', '-A')
    await box.bulla(['encrypt', '--in-place', FILE], { cwd: 'repo' })
    expect(await repairedBy(repository)).toBe(`git add ${FILE}`)
    const policy = repository.read('.sops.yaml')
    repository.write('.sops.yaml', 'creation_rules: 3\n')
    await repository.must('add', '-A')
    repository.write('.sops.yaml', `${policy}# for all\n`)
    expect(await repairedBy(repository)).toBe('git add .sops.yaml')
  })

  it('takes out what is gone from the work tree, and what only the index has', async ({ box }) => {
    const repository = await repositoryWithPolicy(box)
    repository.write('fine.txt', 'fine\n')
    repository.write(FILE, PLAIN)
    await repository.must('add', '-A')
    rmSync(box.path(repository.at(FILE)))
    expect(await repairedBy(repository)).toBe(`git rm --cached ${FILE}`)
    repository.write('fine.txt', 'better\n')
    repository.write('key.txt', `${box.identity}\n`)
    await repository.must('add', '-A')
    repository.write('key.txt', `${box.identity}\nmore\n`)
    expect(await repairedBy(repository)).toBe('git rm --cached --force key.txt')
    expect(repository.read('key.txt')).toBe(`${box.identity}\nmore\n`)
  })

  it('is none for a reason that is empty', async ({ box }) => {
    const repository = await repositoryWithPolicy(box)
    repository.write(FILE, PLAIN)
    await repository.must('add', '-A')
    const { code, err } = await repository.git(['commit', '-q', '-m', 'x'], { env: { BULLA_ALLOW: ' ' } })
    expect({ code }, err).toEqual({ code: 1 })
    expect(err).toContain('hint: BULLA_ALLOW has to say why: it is empty\n')
  })

  it('puts the policy itself where a link to it is', async ({ box }) => {
    const repository = await repositoryWithPolicy(box)
    const policy = repository.read('.sops.yaml')
    repository.write('policies/all.yaml', policy)
    rmSync(box.path('repo/.sops.yaml'))
    symlinkSync('policies/all.yaml', box.path('repo/.sops.yaml'))
    await repository.must('add', '-A')
    const { out } = await box.bulla(['doctor'], { cwd: 'repo' })
    expect(out).toMatch(/^note +policy: \S+\.sops\.yaml is a symbolic link: /m)
    expect((await box.bulla(['check'], { cwd: 'repo' })).out).toContain(
      'block policy-broken: .sops.yaml: this policy is a sy',
    )
    await repairedBy(repository)
    expect(await repository.show('HEAD', '.sops.yaml')).toBe(policy)
    expect((await box.bulla(['doctor'], { cwd: 'repo' })).out).not.toContain('symbolic link')
  })

  it('is none where "commit -a" would stage the same again', async ({ box }) => {
    const repository = await repositoryWithPolicy(box)
    repository.write('README.md', `${box.identity}\n`)
    const { code, err } = await repository.git(['commit', '-q', '-a', '-m', 'x'])
    expect({ code }, err).toEqual({ code: 1 })
    expect(err).toContain('block age-identity: README.md:1')
    expect(err).not.toContain('git restore')
    expect(err).toContain('this commit takes files as they are in the work tree')
    await repository.must('add', '-A')
    expect((await repository.git(['commit', '-q', '-m', 'x'])).err).toContain(
      '\n      git restore --staged README.md\n',
    )
    repository.write(FILE, 'db: ""\n')
    await repository.commit({})
    repository.write(FILE, PLAIN)
    await repairedBy(repository, ['--', FILE])
  })
})

describe('the command that a hook names for a push', () => {
  async function withLeakOn(box: Sandbox, branch: string) {
    const server = await HookedRepository.create(box, 'server.git', '--bare')
    rmSync(box.path('server.git/hooks'), { recursive: true })
    const client = await repositoryWithPolicy(box, 'client')
    await client.must('remote', 'add', 'origin', box.path('server.git'))
    await client.must('push', '-q', 'origin', 'main')
    await client.must('switch', '-q', '-c', branch)
    const leak = await client.commit({ [FILE]: PLAIN })
    await client.must('switch', '-q', 'main')
    return { server, client, start: `git rebase --interactive ${leak.slice(0, 12)}~1` }
  }

  it('makes anew the branch that is pushed, whatever is checked out', async ({ box }) => {
    const { client, start } = await withLeakOn(box, 'fea$ture')
    const pushed = async (...refs: readonly string[]) => {
      const { code, err } = await client.git(['push', 'origin', ...refs])
      expect({ code }, err).toEqual({ code: 1 })
      expect(err).toContain('block unsealed-file')
      return /^ {6}(\S.*)$/m.exec(err)?.[1]
    }
    expect(await pushed('fea$ture')).toBe(`${start} 'fea$ture'`)
    expect(await pushed('main', 'fea$ture:other')).toBe(`${start} 'fea$ture'`)
    // neither sealing the file nor another branch would help
    expect(await pushed('fea$ture~0:refs/heads/other')).toBeUndefined()
    await client.must('switch', '-q', 'fea$ture')
    expect(await pushed('fea$ture')).toBe(start)
    expect(await pushed('HEAD')).toBe(start)
    expect(await pushed('fea$ture~0:refs/heads/other')).toBe(start)
  })

  it('comes with what to do where nobody knows what the remote has', async ({ box }) => {
    const { client } = await withLeakOn(box, 'other')
    await client.must('push', '-q', '--no-verify', 'origin', 'other')
    await client.must('switch', '-q', 'other')
    await client.must('update-ref', '-d', 'refs/remotes/origin/other')
    await client.must('update-ref', '-d', 'refs/remotes/origin/main')
    await client.commit({ 'fine.txt': 'fine\n' })
    const env = { BULLA_ALLOW: 'it is public' }
    const stopped = await client.git(['push', 'origin', 'other:new'], { env })
    expect(stopped).toMatchObject({ code: 1, err: expect.stringContaining('"git fetch origin" first\n') })
    expect(stopped.err).toContain('BULLA_ALLOW is for commits; a push does not heed it\n')
    const address = box.path('server.git')
    const byAddress = await client.git(['push', '--quiet', address, 'other:new'])
    expect(byAddress.err).toContain('what stands at an address is not known here')
    expect(
      byAddress.err
        .split('\n')
        .filter((line) => line.startsWith('bulla: '))
        .join(),
    ).not.toContain(address)
    await client.must('fetch', '-q', 'origin')
    expect(await client.git(['push', '-q', 'origin', 'other:new'])).toMatchObject({ code: 0, err: '' })
  })

  it('is none for what is no branch', async ({ box }) => {
    const { client } = await withLeakOn(box, 'other')
    await client.must('notes', 'add', '-m', box.identity)
    const { code, err } = await client.git(['push', 'origin', 'refs/notes/commits'])
    expect({ code }, err).toEqual({ code: 1 })
    expect(err).toContain('block age-identity')
    expect(err).not.toContain('rebase')
  })

  it('is that of the branch where the server stops it', async ({ box }) => {
    const { server, client, start } = await withLeakOn(box, 'other')
    await server.installHooks()
    const { code, err } = await client.git(['push', '--no-verify', 'origin', 'other'])
    expect({ code }, err).toEqual({ code: 1 })
    expect(err).toMatch(new RegExp(`^remote: {7}${start} other *$`, 'm'))
  })
})

it('lets files pass that only keep a folder, under a rule that wants all of it sealed', async ({ box }) => {
  const repository = await repositoryWithPolicy(box)
  repository.write('secrets/.keep', '')
  repository.write('secrets/__init__.py', '\n')
  await repository.must('add', '-A')
  expect(await repository.git(['commit', '-q', '-m', 'x'])).toMatchObject({ code: 0, err: '' })
  repository.write('secrets/.keep', 'winter-orchid\n')
  await repository.must('add', '-A')
  expect((await repository.git(['commit', '-q', '-m', 'x'])).err).toContain('block unsealed-file: secrets/.keep')
})
