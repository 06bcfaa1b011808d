import { describe, expect } from 'vitest'
import { newIdentity } from '../helpers/age.ts'
import { MARKER } from '../helpers/canary.ts'
import { editor } from '../helpers/editors.ts'
import { MergeRepository } from '../helpers/merging/repository.ts'
import { it, type Sandbox } from '../helpers/sandbox.ts'

const FILE = 'app.yaml'
const TEXT = `# ${MARKER} comment
db:
  password: ${MARKER}-password
  user: ${MARKER}-user # ${MARKER} inline
port: 5432
`
const nobody = { SOPS_AGE_KEY_FILE: undefined }
const ciphertexts = (text: string): readonly string[] =>
  text.replace(/^sops:[\s\S]*/m, '').match(/ENC\[[^\]]*\]/g) ?? []

/** Seal other values than before: as `edit` changes it, together with who reads the file. */
async function selector(repo: MergeRepository, box: Sandbox, wanted: string): Promise<void> {
  const script = `save(text.replace(/^(\\s*)(?:un)?encrypted_\\w+: .*$/m, '$1${wanted}'))`
  const { code, err } = await box.bulla(['edit', '--show-master-keys', FILE], { env: editor(box, script) })
  expect({ code, err }).toEqual({ code: 0, err: expect.any(String) })
  await repo.commit(wanted)
}

describe('somebody whom one side took off the readers, with the data key that is there', () => {
  async function removed(box: Sandbox): Promise<MergeRepository> {
    const [bob, carol] = [newIdentity(), newIdentity()]
    const repo = await MergeRepository.create(box, { [FILE]: TEXT })
    await repo.change(() => repo.readers(FILE, bob.recipient))
    await repo.branch('topic', () => repo.readers(FILE))
    await repo.change(async () => {
      await repo.readers(FILE, bob.recipient, carol.recipient)
      await box.git('checkout', 'HEAD', '.sops.yaml')
    })
    return repo
  }

  it('cannot open what was merged: it has a new data key', async ({ box }) => {
    const repo = await removed(box)
    const before = ciphertexts(box.read(FILE))
    expect(await repo.run('merge', '-m', 'merge', 'topic')).toMatchObject({ code: 0 })
    expect(await repo.decrypt(FILE)).toBe(TEXT)
    const after = ciphertexts(box.read(FILE))
    expect(after).toHaveLength(before.length)
    expect(after.filter((text) => before.includes(text))).toEqual([])
    expect(box.read(FILE).match(/recipient: /g)).toHaveLength(2)
  })

  it('is named where nobody has a key to make a new one', async ({ box }) => {
    await removed(box)
    const { code, err } = await box.run('git', ['merge', '-m', 'merge', 'topic'], { env: nobody })
    expect({ code, err }).toEqual({ code: 0, err: expect.stringContaining('should run "bulla rotate"') })
    expect(box.read(FILE).match(/recipient: /g)).toHaveLength(2)
  })
})

describe('what both sides chose to seal', () => {
  // under these selectors comments stay in clear
  const text = TEXT.replaceAll(/#.*/g, '# in clear')

  async function selectors(box: Sandbox): Promise<MergeRepository> {
    const repo = await MergeRepository.create(box, { [FILE]: text })
    await repo.branch('topic', async () => {
      await selector(repo, box, 'encrypted_regex: ^(password|user)$')
      await repo.set(FILE, 'db.user', `${MARKER}-theirs`)
    })
    await selector(repo, box, 'encrypted_regex: ^(password|user|port)$')
    await repo.change(() => repo.set(FILE, 'db.password', `${MARKER}-ours`))
    box.write('../editor.cjs', '')
    return repo
  }
  const merged = text.replace('-password', '-ours').replace('-user', '-theirs')

  it.for([
    ['ours', /^port: ENC/m],
    ['theirs', /^port: 5432$/m],
  ] as const)('is a conflict, and that of %s when it is decided so', async ([side, port], { box }) => {
    const repo = await selectors(box)
    const { code, err } = await repo.run('merge', '-m', 'merge', 'topic')
    expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining('both sides changed sops.selector') })
    await box.git('add', FILE)
    expect((await box.bulla(['hook', 'run', 'pre-commit'])).code).toBe(1)
    await box.git('checkout', '--merge', FILE)
    const listed = await box.bulla(['resolve', FILE])
    expect(listed).toMatchObject({ code: 1, err: expect.stringContaining('--ours sops.selector, or --theirs\n') })
    await repo.bulla('resolve', FILE, `--${side}`, 'sops.selector')
    expect(await repo.decrypt(FILE)).toBe(merged)
    expect(box.read(FILE)).toMatch(port)
    await repo.expectNothingReadable()
  })

  it('is decided before values are, in one command too', async ({ box }) => {
    const repo = await selectors(box)
    await repo.change(() => repo.set(FILE, 'db.user', `${MARKER}-mine`))
    await repo.run('merge', '-m', 'merge', 'topic')
    const half = await box.bulla(['resolve', FILE, '--ours', 'sops.selector'])
    expect(half).toMatchObject({ code: 1, err: expect.stringContaining('still in conflict:\n  db.user\n') })
    await repo.bulla('resolve', FILE, '--ours', 'sops.selector', '--theirs', 'db.user')
    expect(await repo.decrypt(FILE)).toBe(merged)
  })
})

describe('comments that both sides changed', () => {
  it('are those of ours, and a note says where, without saying what', async ({ box }) => {
    const repo = await MergeRepository.create(box, { [FILE]: TEXT })
    const comment = (changed: string) =>
      box.bulla(['edit', FILE], { env: editor(box, `save(text.replace(' inline', ' ${changed}'))`) })
    await repo.branch('topic', () => comment('theirs'))
    await repo.change(() => comment('ours'))
    box.write('../editor.cjs', '')
    const { code, err } = await repo.run('merge', '-m', 'merge', 'topic')
    expect({ code, err }).toEqual({
      code: 0,
      err: expect.stringContaining(
        'app.yaml: both sides changed the same lines: not in the result is a comment of theirs at db.user\n',
      ),
    })
    expect(err).not.toContain(MARKER)
    expect(await repo.decrypt(FILE)).toBe(TEXT.replace(' inline', ' ours'))
  })
})
