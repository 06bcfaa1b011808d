import { describe, expect } from 'vitest'
import { HookedRepository } from '../helpers/hooked-repository.ts'
import { it, type Sandbox } from '../helpers/sandbox.ts'

const FILE = 'secrets/db.yaml'
const PLAIN = 'db:\n    password: winter-orchid\n'

/** A bare repository and a clone of it with one commit, which has the policy. Hooks stand where `at` says. */
async function pair(box: Sandbox, at: 'client' | 'server' | 'none') {
  const server = await HookedRepository.create(box, 'server.git', '--bare')
  if (at !== 'server') await server.must('config', 'core.hooksPath', '/dev/null')
  const client = await HookedRepository.create(box, 'client')
  if (at !== 'client') await client.must('config', 'core.hooksPath', '/dev/null')
  await client.must('remote', 'add', 'origin', '../server.git')
  await client.commit({ '.sops.yaml': `creation_rules:\n  - path_regex: ^secrets/\n    age: ${box.recipient}\n` })
  expect(await client.git(['push', '-q', '-u', 'origin', 'main'])).toMatchObject({ code: 0 })
  return { server, client }
}

/** A commit with the secret, and one that takes it away again. */
async function addAndRemove(client: HookedRepository): Promise<string> {
  const bad = await client.commit({ [FILE]: PLAIN })
  await client.must('rm', '-q', FILE)
  await client.must('commit', '-q', '-m', 'gone again')
  return bad
}

describe('the hook of a server', () => {
  it('wants a commit that comes for two branches to be fine for both', async ({ box }) => {
    const { server, client } = await pair(box, 'server')
    const list = `allow:\n  - rule: unsealed-file\n    path: ${FILE}\n    reason: words of a demo\n`
    await client.must('switch', '-q', '-c', 'demo')
    await client.commit({ '.bulla/allow.yaml': list })
    expect(await client.git(['push', '-q', 'origin', 'demo'])).toMatchObject({ code: 0, err: '' })
    await client.commit({ [FILE]: PLAIN })
    const before = await server.history()
    const { code, err } = await client.git(['push', '--atomic', 'origin', 'demo', 'demo:main'])
    expect({ code }, err).toEqual({ code: 1 })
    expect(err.match(/block unsealed-file/g)).toHaveLength(1)
    expect(await server.history()).toBe(before)
    expect(await client.git(['push', '-q', 'origin', 'demo'])).toMatchObject({ code: 0 })
  })
})

describe('the hook of a client knows what a remote has', () => {
  it('by the branches of that remote, not of one whose name begins like it', async ({ box }) => {
    const { client } = await pair(box, 'client')
    await client.must('init', '-q', '--bare', '../private.git')
    await client.must('config', 'remote.origin/private.url', '../private.git')
    await client.must('config', 'remote.origin/private.fetch', '+refs/heads/*:refs/remotes/origin/private/*')
    await client.commit({ [FILE]: PLAIN })
    await client.must('push', '-q', 'origin/private', 'main')
    expect(await client.must('branch', '--remotes')).toContain('origin/private/main')
    const { code, err } = await client.git(['push', 'origin', 'main'])
    expect({ code }, err).toEqual({ code: 1 })
    expect(err).toContain('block unsealed-file')
    // what stands there already is told to nobody who adds something else
    await client.commit({ 'notes.txt': 'fine\n' })
    expect(await client.git(['push', '-q', 'origin/private', 'main:new'])).toMatchObject({ code: 0, err: '' })
  })
})

describe.each(['client', 'server'] as const)('the hook of the %s', (at) => {
  it('stops a secret that a push adds and removes again', async ({ box }) => {
    const { server, client } = await pair(box, at)
    const before = await server.must('rev-parse', 'main')
    const bad = await addAndRemove(client)
    for (const env of [{}, { BULLA_ALLOW: 'not here' }]) {
      const { code, err } = await client.git(['push', 'origin', 'main'], { env })
      expect({ code }, err).toEqual({ code: 1 })
      expect(err).toContain(`block unsealed-file: ${bad.slice(0, 12)} ${FILE}`)
      expect(err).not.toContain('winter-orchid')
      // another commit on top would change nothing
      const branch = at === 'client' ? '' : ' main'
      expect(err).toMatch(new RegExp(` {6}git rebase --interactive ${bad.slice(0, 12)}~1${branch} *$`, 'm'))
    }
    expect(await server.must('rev-parse', 'main')).toBe(before)
    // nothing of the quarantine stays
    expect((await server.git(['cat-file', '-e', bad])).code).not.toBe(0)
  })

  it('stops it on a new branch, in a tag, and beside branches that are fine', async ({ box }) => {
    const { server, client } = await pair(box, at)
    await client.must('switch', '-q', '-c', 'fine')
    await client.commit({ 'notes.txt': 'fine\n' })
    await client.must('switch', '-q', '-c', 'bad', 'main')
    await addAndRemove(client)
    await client.must('tag', '-a', '-m', 'x', 'v1')
    for (const refs of [['bad'], ['fine', 'bad'], ['v1']]) {
      expect(await client.git(['push', '-q', 'origin', ...refs])).toMatchObject({ code: 1 })
    }
    expect(await server.must('for-each-ref', '--format=%(refname)')).toBe('refs/heads/main')
    expect(await client.git(['push', '-q', 'origin', 'fine'])).toMatchObject({ code: 0 })
  })

  it('lets pass what is fine: sealed files, removed branches, what was there before', async ({ box }) => {
    const { server, client } = await pair(box, at)
    client.write(FILE, PLAIN)
    const { code, err } = await box.bulla(['encrypt', '--in-place', FILE], { cwd: 'client' })
    expect({ code }, err).toEqual({ code: 0 })
    await client.commit({})
    await client.must('branch', 'other')
    expect(await client.git(['push', '-q', 'origin', 'main', 'other'])).toMatchObject({ code: 0, err: '' })
    expect(await client.git(['push', '-q', 'origin', ':other'])).toMatchObject({ code: 0, err: '' })
    expect(await server.must('for-each-ref', '--format=%(refname)')).toBe('refs/heads/main')
  })

  it('judges what is pushed by force over commits that were never fetched', async ({ box }) => {
    const { server, client } = await pair(box, at)
    const theirs = await server.must('commit-tree', '-p', 'main', '-m', 'theirs', 'main^{tree}')
    await server.must('update-ref', 'refs/heads/main', theirs)
    await client.commit({ 'notes.txt': 'fine\n' })
    expect(await client.git(['push', '-q', '--force', 'origin', 'main'])).toMatchObject({ code: 0, err: '' })
    await server.must('update-ref', 'refs/heads/main', theirs)
    await addAndRemove(client)
    const { code, err } = await client.git(['push', '--force', 'origin', 'main'])
    expect({ code }, err).toEqual({ code: 1 })
    expect(err).toContain(`block unsealed-file`)
  })

  it('stops a stash, by the policy that it was made under: also its files that were not tracked', async ({ box }) => {
    const { server, client } = await pair(box, at)
    const push = async (file: string) => {
      const { code, err } = await client.git(['push', 'origin', 'refs/stash:refs/heads/kept'])
      expect({ code }, err).toEqual({ code: 1 })
      expect(err).toContain(`${file}:`)
      expect(err).toContain('block unsealed-file')
      if (at === 'client') expect(err).not.toContain('rebase')
    }
    client.write(FILE, PLAIN)
    await client.must('stash', 'push', '-q', '--include-untracked')
    await push(FILE)
    // a policy that is new itself, beside what is staged
    client.write('more/.sops.yaml', `creation_rules:\n  - age: ${box.recipient}\n`)
    client.write('more/db.yaml', PLAIN)
    await client.must('add', 'more/db.yaml')
    await client.must('stash', 'push', '-q', '--include-untracked')
    await push('more/db.yaml')
    expect(await server.must('for-each-ref', '--format=%(refname)')).toBe('refs/heads/main')
  })

  it('stops what a tag brings without a commit: a tree, or a blob', async ({ box }) => {
    const { server, client } = await pair(box, at)
    client.write(FILE, PLAIN)
    await client.must('add', '-A')
    await client.must('tag', 'tree', await client.must('write-tree'))
    await client.must('tag', '-a', '-m', 'x', 'of-tree', 'tree')
    client.write('identity', `${box.identity}\n`)
    await client.must('tag', '-a', '-m', 'x', 'blob', await client.must('hash-object', '-w', 'identity'))
    await client.must('tag', '-a', '-m', 'x', 'of-tag', 'blob')
    await client.must('reset', '-q', '--hard')
    for (const [refs, message] of [
      [['tree'], `unsealed-file: ${FILE}`],
      [['of-tree'], `unsealed-file: ${FILE}`],
      [['blob'], 'age-identity: refs/tags/blob:1'],
      [['main', 'of-tag'], 'age-identity: refs/tags/of-tag:1'],
    ] as const) {
      const { code, err } = await client.git(['push', 'origin', ...refs])
      expect({ code }, err).toEqual({ code: 1 })
      expect(err).toContain(`block ${message}`)
      // the file is in no branch: there is nothing to repair
      expect(err).not.toContain('encrypt')
    }
    expect(await server.must('for-each-ref', '--format=%(refname)')).toBe('refs/heads/main')
  })

  it('lets pass tags of trees and of blobs that are fine, and what the other side has already', async ({ box }) => {
    const { server, client } = await pair(box, 'none')
    await client.commit({ [FILE]: PLAIN })
    await client.must('push', '-q', 'origin', 'main')
    await (at === 'server' ? server : client).must('config', '--unset', 'core.hooksPath')
    await client.must('tag', 'tree', 'HEAD^{tree}')
    await client.must('tag', '-a', '-m', 'x', 'of-tree', 'HEAD:secrets')
    await client.must('tag', 'blob', 'HEAD:.sops.yaml')
    expect(await client.git(['push', '-q', 'origin', '--tags'])).toMatchObject({ code: 0, err: '' })
  })

  it('judges what is stored, not what stands in its place', async ({ box }) => {
    const { client } = await pair(box, at)
    const bad = await client.commit({ [FILE]: PLAIN })
    await client.must('replace', bad, await client.must('commit-tree', '-p', 'main~1', '-m', 'x', 'main~1^{tree}'))
    const { code, err } = await client.git(['push', 'origin', 'main'])
    expect({ code }, err).toEqual({ code: 1 })
    expect(err).toContain('block unsealed-file')
  })

  it('judges a history once, however many tags lead into it', async ({ box }) => {
    const { client, server } = await pair(box, at)
    for (let index = 0; index < 12; index += 1) {
      await client.must('commit', '-q', '--allow-empty', '-m', `${index}`)
      await client.must('tag', `v${index}`)
    }
    const trace = box.path('trace')
    const env = { GIT_TRACE: trace }
    expect(await client.git(['push', '-q', 'origin', 'main', '--tags'], { env })).toMatchObject({ code: 0, err: '' })
    const starts = (command: string) =>
      box.read('trace').match(new RegExp(`built-in: git .*${command} `, 'g'))?.length ?? 0
    expect(starts('rev-list --topo-order')).toBe(1)
    const branches = ['one', 'two', 'three', 'four']
    for (const branch of branches) await client.must('branch', branch)
    await client.must('push', '-q', 'origin', ...branches)
    await client.commit({ 'notes.txt': 'fine\n' })
    for (const branch of branches) await client.must('branch', '--force', branch)
    const counted = starts('rev-parse')
    expect(await client.git(['push', '-q', 'origin', ...branches], { env })).toMatchObject({ code: 0, err: '' })
    expect(starts('rev-parse') - counted).toBeLessThan(branches.length)
    await client.must('switch', '-q', '-c', 'other')
    const bad = await addAndRemove(client)
    await client.must('switch', '-q', 'main')
    const worse = await addAndRemove(client)
    const { code, err } = await client.git(['push', 'origin', 'main', 'other', 'main:third'])
    expect({ code }, err).toEqual({ code: 1 })
    for (const id of [bad, worse]) expect(err.split(`git rebase --interactive ${id.slice(0, 12)}~1`)).toHaveLength(2)
    expect(await server.must('rev-parse', 'main')).toBe(await client.must('rev-parse', 'v11'))
  })

  it('judges what is pushed by any expression', async ({ box }) => {
    const { client } = await pair(box, at)
    await client.must('commit', '-q', '--allow-empty', '-m', 'fix main now')
    expect(await client.git(['push', '-q', 'origin', 'HEAD^{/fix main}:refs/heads/a'])).toMatchObject({ code: 0 })
    await client.commit({ [FILE]: PLAIN })
    const { code, err } = await client.git(['push', 'origin', 'HEAD^{/without hooks}:refs/heads/b'])
    expect({ code }, err).toEqual({ code: 1 })
    expect(err).toContain('block unsealed-file')
  })

  it('stops a push whose policy cannot be read', async ({ box }) => {
    const { client } = await pair(box, at)
    await client.commit({ '.sops.yaml': 'creation_rules: [', [FILE]: PLAIN })
    const { code, err } = await client.git(['push', 'origin', 'main'])
    expect({ code }, err).toEqual({ code: 1 })
    expect(err).toContain('block policy-broken')
  })
})
