import { describe, expect, it } from 'vitest'
import { type PlaceKind, RecipientBook } from '../../../src/recipients/directory.ts'
import { rejection } from '../../helpers/failure.ts'
import { memoryPlaces } from '../../helpers/memory-recipients.ts'

const ALICE = `age1${'q'.repeat(58)}`
const BOB = `age1${'p'.repeat(58)}`
const OLD = `age1${'z'.repeat(58)}`

function book(
  contents: Readonly<Record<string, string>>,
  odd: Readonly<Record<string, PlaceKind>> = {},
  cwd = '/repo',
) {
  const places = memoryPlaces(contents, odd)
  return Object.assign(new RecipientBook(places, cwd), { reads: places.reads })
}

const REPO = {
  '/repo/.git/HEAD': '',
  '/repo/.bulla/recipients/alice.yaml': `recipient: ${ALICE}`,
  '/repo/.bulla/recipients/bob.yaml': `recipient: ${BOB}\nprevious: [{ recipient: ${OLD} }]`,
  '/repo/.bulla/recipients/README.md': 'people',
  '/repo/.bulla/recipients/.gitkeep': '',
}

describe('the folder of recipients', () => {
  it.each([
    ['/repo/a.yaml', '/repo/.bulla/recipients'],
    ['/repo/deep/er/a.yaml', '/repo/.bulla/recipients'],
    ['/elsewhere/a.yaml', '/repo/.bulla/recipients'],
    [undefined, '/repo/.bulla/recipients'],
  ])('is the nearest one above the file %s, else above the working directory', async (file, folder) => {
    expect(await book(REPO).folder(file)).toBe(folder)
  })

  it('is the nearer one of two', async () => {
    const files = { ...REPO, '/repo/team/.bulla/recipients/carol.yaml': `recipient: ${ALICE}` }
    expect(await book(files).folder('/repo/team/x/a.yaml')).toBe('/repo/team/.bulla/recipients')
  })

  it('is never looked for above the repository', async () => {
    const files = { '/.bulla/recipients/alice.yaml': `recipient: ${ALICE}`, '/repo/.git': 'gitdir: elsewhere' }
    expect(await book(files).folder('/repo/a.yaml')).toBeUndefined()
  })

  it('is never looked for above the policy where there is no repository, nor above the file where there is neither', async () => {
    const files = { '/srv/.bulla/recipients/alice.yaml': `recipient: ${ALICE}` }
    expect(await book(files, {}, '/x').folder('/srv/app/a.yaml')).toBeUndefined()
    expect(await book({ ...files, '/srv/.sops.yaml': '' }, {}, '/x').folder('/srv/app/a.yaml')).toBe(
      '/srv/.bulla/recipients',
    )
    expect(await book(files, {}, '/x').folder('/srv/a.yaml')).toBe('/srv/.bulla/recipients')
  })

  it('is made at the root of the repository, else beside the policy, else here', async () => {
    expect(await book({ '/repo/.git': '' }, {}, '/repo/a/b').newFolder()).toBe('/repo/.bulla/recipients')
    expect(await book({ '/repo/.sops.yaml': '' }, {}, '/repo/a/b').newFolder()).toBe('/repo/.bulla/recipients')
    expect(await book({}, {}, '/repo/a/b').newFolder()).toBe('/repo/a/b/.bulla/recipients')
  })

  it.each(['/repo/.bulla', '/repo/.bulla/recipients'])('is refused when %s is a link', async (path) => {
    const error = await rejection(book({ '/repo/.git': '' }, { [path]: 'link' }, '/repo').all())
    expect(error.code).toBe('ERR_RECIPIENT_FILE')
    expect(error.where?.file).toBe(path)
  })

  it('holds no more recipients than people can look after', async () => {
    const many = Object.fromEntries(Array.from({ length: 2001 }, (_, i) => [`/repo/.bulla/recipients/r${i}.yaml`, '']))
    const error = await rejection(book(many).all())
    expect(error.code).toBe('ERR_RECIPIENT_FILE')
    expect(error.message).toContain('2000')
  })
})

describe('a recipient', () => {
  it('is found by name', async () => {
    expect(await book(REPO).byName('alice')).toMatchObject({ name: 'alice', recipient: ALICE })
  })

  it('is found by its public key, of today or of before', async () => {
    expect(await book(REPO).byPublicKey(BOB)).toMatchObject({ recipient: { name: 'bob' }, isPrevious: false })
    expect(await book(REPO).byPublicKey(OLD)).toMatchObject({
      recipient: { name: 'bob' },
      key: { recipient: OLD },
      isPrevious: true,
    })
    expect(await book(REPO).byPublicKey(`age1${'x'.repeat(58)}`)).toBeUndefined()
    expect(await book({}).byPublicKey(BOB)).toBeUndefined()
  })

  it('is read once for all files', async () => {
    const recipients = book(REPO)
    await Promise.all(['/repo/a', '/repo/b', '/repo/c/d'].map((file) => recipients.byPublicKey(BOB, file)))
    await recipients.byName('alice')
    expect(recipients.reads.count).toBe(2)
    recipients.forget()
    await recipients.byName('alice')
    expect(recipients.reads.count).toBe(4)
  })

  it('that is not there is an error with the name that was probably meant', async () => {
    const error = await rejection(book(REPO).byName('alcie'))
    expect(error).toMatchObject({ code: 'ERR_RECIPIENT_NAME', hint: 'did you mean alice?' })
    expect((await rejection(book({}).byName('alice'))).hint).toContain('recipient create')
  })

  it.each(['../alice', 'CON', 'Alice', 'alice/', ''])('cannot be asked for by %j', async (name) => {
    expect((await rejection(book(REPO).byName(name))).code).toBe('ERR_RECIPIENT_NAME')
  })

  it('that another one copies is refused where its key is looked up', async () => {
    const files = { ...REPO, '/repo/.bulla/recipients/evil.yaml': `recipient: ${ALICE}` }
    const error = await rejection(book(files).byPublicKey(ALICE))
    expect(error.code).toBe('ERR_RECIPIENT_FILE')
    expect(error.message).toContain('alice and evil')
    expect(await book(files).byPublicKey(BOB)).toMatchObject({ recipient: { name: 'bob' } })
  })

  it.each<[string, PlaceKind, string]>([
    ['link.yaml', 'link', 'ERR_RECIPIENT_FILE'],
    ['folder.yaml', 'folder', 'ERR_RECIPIENT_FILE'],
    ['device.yaml', 'other', 'ERR_RECIPIENT_FILE'],
    ['Alice.yaml', 'file', 'ERR_RECIPIENT_NAME'],
    ['alice.YAML', 'file', 'ERR_RECIPIENT_NAME'],
    ['alice.yml', 'file', 'ERR_RECIPIENT_NAME'],
    ['con.yaml', 'file', 'ERR_RECIPIENT_NAME'],
    ['a b.yaml', 'file', 'ERR_RECIPIENT_NAME'],
    ['age1qqq.yaml', 'file', 'ERR_RECIPIENT_NAME'],
  ])('is not what stands in %s (%s)', async (name, kind, code) => {
    const path = `/repo/.bulla/recipients/${name}`
    const files = kind === 'file' ? { ...REPO, [path]: `recipient: ${OLD}` } : REPO
    const found = await book(files, kind === 'file' ? {} : { [path]: kind }).all()
    expect(found?.problems).toMatchObject([{ code, where: { file: path } }])
    // the others can still be used
    expect(found?.recipients.map((recipient) => recipient.name)).toEqual(['alice', 'bob'])
  })

  it('whose file is wrong or too large is told when it is asked for', async () => {
    const path = '/repo/.bulla/recipients/carol.yaml'
    expect(await rejection(book({ ...REPO, [path]: 'x: y' }).byName('carol'))).toMatchObject({
      code: 'ERR_RECIPIENT_FILE',
      where: { file: path },
    })
    const large = `recipient: ${OLD}\n${'#'.repeat(300_000)}`
    expect(await rejection(book({ ...REPO, [path]: large }).byName('carol'))).toMatchObject({ code: 'ERR_READ' })
  })
})
