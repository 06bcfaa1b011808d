import { existsSync, lstatSync, mkdirSync, renameSync, symlinkSync } from 'node:fs'
import { describe, expect } from 'vitest'
import { editor } from '../helpers/editors.ts'
import { it, type Sandbox } from '../helpers/sandbox.ts'

const YAML = 'a: s3cret\n'

/** A repository with a sealed file, and a folder beside it, which is none of it. */
async function repository(box: Sandbox, mark: '.git' | '.sops.yaml'): Promise<string> {
  const text = await box.seal({ 'a.yaml': YAML })
  box.write('repo/.sops.yaml', box.read('.sops.yaml'))
  renameSync(box.path('.sops.yaml'), box.path('policy'))
  box.write('repo/a.yaml', text)
  box.write('outside/there.yaml', text)
  if (mark === '.git') mkdirSync(box.path('repo/.git/hooks'), { recursive: true })
  return text
}

/** Writes through `link`. */
const COMMANDS: Readonly<Record<string, readonly string[]>> = {
  decrypt: ['decrypt', '--output', 'repo/link.yaml', 'repo/a.yaml'],
  encrypt: ['encrypt', '--config', 'policy', '--output', 'repo/link.yaml', 'plain.yaml'],
  rotate: ['rotate', '--output', 'repo/link.yaml', 'repo/a.yaml'],
}
const IN_PLACE: Readonly<Record<string, readonly string[]>> = {
  'decrypt -i': ['decrypt', '-i', 'repo/link.yaml'],
  set: ['set', 'repo/link.yaml', 'a', '"new"'],
  'rotate -i': ['rotate', '-i', 'repo/a.yaml', 'repo/link.yaml'],
  updatekeys: ['updatekeys', '-y', '--config', 'changed', 'repo/a.yaml', 'repo/link.yaml'],
  edit: ['edit', 'repo/link.yaml'],
}

describe.skipIf(process.platform === 'win32')('a link in a repository', () => {
  const ways = new Map<string, (box: Sandbox) => void>([
    ['to what is not there', (box) => symlinkSync('../outside/new.yaml', box.path('repo/link.yaml'))],
    ['to a file', (box) => symlinkSync('../outside/there.yaml', box.path('repo/link.yaml'))],
    ['by its whole name', (box) => symlinkSync(box.path('outside/new.yaml'), box.path('repo/link.yaml'))],
    [
      'over another link',
      (box) => {
        mkdirSync(box.path('repo/deep'))
        symlinkSync('../../outside', box.path('repo/deep/folder'))
        symlinkSync('deep/folder/new.yaml', box.path('repo/link.yaml'))
      },
    ],
    ['into the folders of git', (box) => symlinkSync('.git/hooks/post-checkout', box.path('repo/link.yaml'))],
    ['into them where names have no case', (box) => symlinkSync('.GIT/config', box.path('repo/link.yaml'))],
  ])

  it.for([...ways.keys()].flatMap((way) => Object.keys(COMMANDS).map((name) => [way, name] as const)))(
    'leads nothing out of it: %s, %s',
    async ([way, name], { box }) => {
      await repository(box, '.git')
      box.write('plain.yaml', 'a: other\n')
      ways.get(way)?.(box)
      const before = box.snapshot()
      const { code, out, err } = await box.bulla(COMMANDS[name] ?? [])
      expect({ code, out }).toEqual({ code: expect.any(Number), out: '' })
      expect(code).not.toBe(0)
      expect(err).toMatch(
        /repo\/link.yaml: cannot be written: a link in the repository leads (?:out of it, to |into its .git)/,
      )
      expect(err).toContain('name the file itself')
      expect(box.snapshot()).toEqual(before)
    },
  )

  it.for(Object.entries(IN_PLACE))('leads %s nowhere else, and no other file is written', async ([, args], { box }) => {
    await repository(box, '.sops.yaml')
    symlinkSync('../outside/there.yaml', box.path('repo/link.yaml'))
    box.write(
      'changed',
      box.read('policy').replace('age: ', 'age: age1lggyhqrw2nlhcxprm67z43rta597azn8gknawjehu9d9dl0jq3yqqvfafg,'),
    )
    const before = box.snapshot()
    const { code, err } = await box.bulla(args, { env: editor(box, `save('a: 2\\n')`) })
    expect(code).not.toBe(0)
    expect(err).toContain('a link in the repository leads out of it')
    expect(box.snapshot()).toEqual(before)
    // the editor was not even opened
    expect(existsSync(box.path('../rounds'))).toBe(false)
  })

  it('leads no folder out of it', async ({ box }) => {
    await repository(box, '.git')
    symlinkSync('../outside', box.path('repo/folder'))
    const before = box.snapshot()
    for (const args of [
      ['decrypt', '--output', 'repo/folder/new.yaml', 'repo/a.yaml'],
      ['decrypt', '--output-dir', 'repo/folder/new', 'repo/a.yaml'],
    ]) {
      const { code, err } = await box.bulla(args)
      expect(code).not.toBe(0)
      expect(err).toContain('a link in the repository leads out of it')
    }
    expect(box.snapshot()).toEqual(before)
  })

  it('works inside of it, and so does one of the user that leads into it', async ({ box }) => {
    await repository(box, '.git')
    mkdirSync(box.path('repo/deep'))
    symlinkSync('../new.yaml', box.path('repo/deep/link.yaml'))
    symlinkSync('repo/deep/link.yaml', box.path('mine.yaml'))
    expect(await box.bulla(['decrypt', '--output', 'mine.yaml', 'repo/a.yaml'])).toMatchObject({ code: 0, err: '' })
    expect(box.read('repo/new.yaml')).toBe(YAML)
    expect(lstatSync(box.path('mine.yaml')).isSymbolicLink()).toBe(true)
    // outside of any repository links lead anywhere, and by its own name everything can be written
    symlinkSync('outside/there.yaml', box.path('other.yaml'))
    expect(await box.bulla(['decrypt', '-i', 'other.yaml'])).toMatchObject({ code: 0, err: '' })
    expect(box.read('outside/there.yaml')).toBe(YAML)
    expect(await box.bulla(['decrypt', '--output', 'outside/new.yaml', 'repo/a.yaml'])).toMatchObject({ code: 0 })
  })

  it('that leads to itself is no place', async ({ box }) => {
    await repository(box, '.git')
    symlinkSync('link.yaml', box.path('repo/link.yaml'))
    const { code, err } = await box.bulla(['decrypt', '--output', 'repo/link.yaml', 'repo/a.yaml'])
    expect(code).not.toBe(0)
    expect(err).toContain('its links lead in a circle')
  })
})

describe.skipIf(process.platform === 'win32')('a path that leads nowhere', () => {
  it.for([
    ['a circle of links', 'round.yaml', 'too many symbolic links'],
    ['a name that is too long', `${'x'.repeat(300)}.yaml`, 'the name is too long'],
  ] as const)('is an error of reading for every command, with a hint: %s', async ([, path, reason], { box }) => {
    box.policy()
    symlinkSync('again.yaml', box.path('round.yaml'))
    symlinkSync('round.yaml', box.path('again.yaml'))
    const commands = ['encrypt', 'decrypt', 'rotate', 'updatekeys', 'explain', 'ls', 'scan']
    for (const command of commands) {
      const { code, err } = await box.bulla([command, path])
      // as in sops, files that updatekeys cannot read count as files that cannot be changed
      const wanted = command === 'updatekeys' ? 1 : 2
      expect([command, code, err]).toEqual([command, wanted, expect.stringContaining(reason)])
      expect(err).toContain('hint: ')
    }
  })

  it('says so of a name that is not UTF-8', async ({ box }) => {
    box.policy()
    expect((await box.sh("printf 'a: 1\\n' > \"$(printf 'a\\377.yaml')\"")).code).toBe(0)
    const { code, err } = await box.bulla(['encrypt', '-i', '.'])
    expect([code, err]).toEqual([100, expect.stringContaining('its name is not UTF-8\nbulla: hint: rename it')])
  })
})
