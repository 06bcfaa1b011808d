import { describe, expect } from 'vitest'
import { HookedRepository } from '../helpers/hooked-repository.ts'
import { it, type Sandbox } from '../helpers/sandbox.ts'

/** In the form that its rule wants, made here: no file of this project holds one. */
const KEY = `AKIA${'QWERTZ2345ASDFGH'.split('').reverse().join('')}`
const FOUND = 'block aws-access-key-id'

async function pair(box: Sandbox, at: 'client' | 'server') {
  const server = await HookedRepository.create(box, 'server.git', '--bare')
  if (at !== 'server') await server.must('config', 'core.hooksPath', '/dev/null')
  const client = await HookedRepository.create(box, 'client')
  if (at !== 'client') await client.must('config', 'core.hooksPath', '/dev/null')
  await client.must('remote', 'add', 'origin', '../server.git')
  await client.commit({ 'a.txt': 'one\n' })
  expect(await client.git(['push', '-q', '-u', 'origin', 'main'])).toMatchObject({ code: 0 })
  return { server, client }
}

describe('a credential in a message', () => {
  for (const at of ['client', 'server'] as const) {
    it(`of a commit stops a push, of one without files too: at the ${at}`, async ({ box }) => {
      const { server, client } = await pair(box, at)
      const before = await server.history()
      await client.must('commit', '-q', '--allow-empty', '-m', `deploy\n\nwith ${KEY} as before`)
      await client.commit({ 'a.txt': 'two\n' })
      const { code, err } = await client.git(['push', 'origin', 'main'])
      expect({ code }, err).toEqual({ code: 1 })
      const id = (await client.must('rev-parse', 'HEAD~1')).slice(0, 12)
      expect(err).toContain(`${FOUND}: ${id} COMMIT_EDITMSG:3:6: AWS access key id, in the message of this commit`)
      expect(err).toContain(`git rebase --interactive ${id}~1`)
      expect(err).not.toContain(KEY)
      expect(await server.history()).toBe(before)
    })

    it(`of a tag stops a push, and what takes it away is named: at the ${at}`, async ({ box }) => {
      const { client } = await pair(box, at)
      await client.must('tag', '--annotate', 'v1', '-m', `first\n\n${KEY}`)
      const { code, err } = await client.git(['push', 'origin', 'v1'])
      expect({ code }, err).toEqual({ code: 1 })
      expect(err).toContain(`${FOUND}: TAG_EDITMSG:3:1: AWS access key id, in the message of refs/tags/v1`)
      expect(err).toContain("git tag --force --annotate v1 'v1^{}'")
      await client.must('tag', '--force', '--annotate', 'v1', 'v1^{}', '-m', 'first')
      expect(await client.git(['push', '-q', 'origin', 'v1'])).toMatchObject({ code: 0, err: '' })
    })
  }

  it('may be accepted beside it by a client, never by what comes to a server', async ({ box }) => {
    const message = `use ${KEY}\n\nbulla:allow aws-access-key-id -- of a demo\n${KEY}`
    const accepted = `bulla:allow aws-access-key-id -- of a demo\n${KEY}`
    for (const [at, text, code] of [
      ['client', message, 1],
      ['client', accepted, 0],
      ['server', accepted, 1],
    ] as const) {
      const { client } = await pair(box, at)
      await client.must('commit', '-q', '--allow-empty', '-m', text)
      expect((await client.git(['push', 'origin', 'main'])).code, `${at}: ${text}`).toBe(code)
      await box.sh('rm -rf client server.git')
    }
  })

  it('is told by check of a range, and by scan of a range and of histories, unless paths are named', async ({
    box,
  }) => {
    const { client } = await pair(box, 'client')
    await client.must('commit', '-q', '--allow-empty', '-m', `use ${KEY}`)
    await client.must('tag', '--annotate', 'v1', '-m', KEY)
    await client.commit({ 'a.txt': 'two\n' })
    const bulla = (...args: string[]) => client.run('bulla', args)
    const inCommit = 'COMMIT_EDITMSG:1:5: AWS access key id, in the message of this commit'
    for (const args of [
      ['check', 'origin/main..HEAD'],
      ['scan', '--range', 'origin/main..HEAD'],
      ['scan', '--history'],
    ]) {
      const { code, out } = await bulla(...args)
      expect([code, out]).toEqual([1, expect.stringContaining(inCommit)])
      expect(out.includes('TAG_EDITMSG:1:1: AWS access key id, in the message of refs/tags/v1')).toBe(
        args.includes('--history'),
      )
      expect((await bulla(...args, 'a.txt')).code).toBe(0)
    }
    // no file holds it: so nothing is told of the end of the range
    expect((await bulla('check', 'origin/main..HEAD')).out).not.toContain('gone by now')
    await bulla('scan', '--history', '--write-baseline')
    expect((await bulla('scan', '--history')).code).toBe(0)
  })

  it('is found among many others, whatever they hold', async ({ box }) => {
    const { client } = await pair(box, 'client')
    const odd = ["it's", '{"a": "', '-----BEGIN PRIVATE KEY-----', 'kind: Secret\ndata:', ':100644 100644 a b M', '']
    for (const text of odd) {
      await client.must('commit', '-q', '--allow-empty', '--allow-empty-message', '-m', text)
      await client.must('commit', '-q', '--allow-empty', '-m', `${KEY} stood there`)
    }
    const { out } = await client.run('bulla', ['check', 'origin/main..HEAD'])
    expect(out.match(/COMMIT_EDITMSG:1:1: AWS access key id/g)).toHaveLength(odd.length)
  })
})
