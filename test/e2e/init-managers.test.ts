import { existsSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { hasConfigHooks } from '../helpers/hook-managers.ts'
import { findJudge, withJudge } from '../helpers/judges.ts'
import { RepositorySandbox } from '../helpers/repository.ts'

const PLAIN = 'password: correct-horse-battery\n'
const MANAGERS = ['husky', 'lefthook', 'pre-commit', 'simple-git-hooks'] as const

let box: RepositorySandbox
beforeEach(async () => {
  box = await RepositorySandbox.make()
})
afterEach(() => box.dispose())

const init = (...options: string[]) => box.bulla(['init', '--yes', ...options])

/** Each row: the manager, a file it has, what init must leave of it. */
const FILES: [name: string, file: string, text: string][] = [
  ['husky', '.husky/pre-commit', '#!/bin/sh\n# ours\nnpm test\n'],
  ['husky', '.husky/pre-push', 'cat > pushed\n'],
  [
    'lefthook',
    'lefthook.yml',
    '# ours\npre-commit:\n    commands:\n        lint: # fast\n            run: npm run lint\n\ncolors: false\n',
  ],
  ['lefthook', '.lefthook.yaml', 'pre-push:\n  jobs:\n    - run: make test\n'],
  [
    'pre-commit',
    '.pre-commit-config.yaml',
    '# ours\nrepos:\n- repo: local\n  hooks:\n  - id: a   # first\n    name: a\n    entry: "true"\n    language: system\nfail_fast: true\n',
  ],
  [
    'simple-git-hooks',
    'package.json',
    '{\n\t"name": "x",\n\t"simple-git-hooks": {\n\t\t"pre-commit": "npx lint-staged"\n\t}\n}\n',
  ],
]

describe('hooks through what the repository uses', () => {
  it.each(FILES)('%s is found by its files, and %s keeps its lines', async (name, file, text) => {
    box.put(file, text)
    if (name === 'husky') await box.git('config', 'core.hooksPath', '.husky/_')
    await init()
    const after = box.text(file)
    expect(after).toContain('bulla hook run')
    const lines = after.split('\n')
    if (name !== 'simple-git-hooks') expect(lines).toEqual(expect.arrayContaining(text.split('\n')))
    expect(after).toContain(text.slice(0, 8))
    expect((await init('--dry-run')).out).not.toContain('change ')
    await init('--undo')
    expect(box.text(file)).toBe(text)
  })

  it.each(['lefthook', 'pre-commit'])('%s gets a file of its own when it is asked for', async (name) => {
    const { code, err } = await init('--hooks', name)
    expect(code).toBe(1)
    expect(err).toContain(`run "${name} install`)
    expect(box.text(name === 'lefthook' ? 'lefthook.yml' : '.pre-commit-config.yaml')).toContain(
      'bulla hook run pre-commit',
    )
    expect(existsSync(`${box.folder}/.git/hooks/pre-applypatch`)).toBe(name === 'pre-commit')
  })

  it('husky is asked for again in a linked worktree, where its folder is missing', async () => {
    box.put('.husky/pre-commit', 'npm test\n')
    await box.git('config', 'core.hooksPath', '.husky/_')
    await box.git('add', '.')
    await box.git('commit', '-q', '-m', 'x')
    await box.git('worktree', 'add', '-q', 'linked')
    const { code, err } = await box.bulla(['init', '--yes'], { cwd: 'linked' })
    expect(code).toBe(1)
    expect(err).toContain('npx husky')
  })

  it('what pre-commit says about a push in variables is judged', async () => {
    box.put('.sops.yaml', `creation_rules:\n  - age: ${box.recipient}\n    path_regex: secrets/\n`)
    await box.git('add', '.')
    await box.git('commit', '-q', '-m', 'policy')
    const from = (await box.git('rev-parse', 'HEAD')).trim()
    box.put('secrets/db.yaml', PLAIN)
    await box.git('add', '.')
    await box.git('commit', '-q', '-m', 'plain')
    const env = {
      PRE_COMMIT: '1',
      PRE_COMMIT_FROM_REF: from,
      PRE_COMMIT_TO_REF: (await box.git('rev-parse', 'HEAD')).trim(),
    }
    const { code, err } = await box.bulla(['hook', 'run', 'pre-push'], { env })
    expect(code).toBe(1)
    expect(err).toContain('unsealed-file')
    expect(await box.bulla(['hook', 'run', 'pre-push'], { env: { ...env, PRE_COMMIT_TO_REF: from } })).toMatchObject({
      code: 0,
    })
  })

  it('git says when it knows no hooks in its configuration', async () => {
    const { code, err } = await init('--hooks', 'config')
    if (hasConfigHooks()) expect({ code }, err).toEqual({ code: 0 })
    else expect(err).toContain('git 2.54')
  })
})

describe(withJudge('a hook that was there before init', 'pre-commit'), () => {
  it.skipIf(findJudge('pre-commit') === undefined)('still runs when pre-commit takes the place of ours', async () => {
    box.put('.git/hooks/pre-commit', '#!/bin/sh\ntouch mine\n', 0o755)
    await init()
    box.put('.pre-commit-config.yaml', 'repos: []\n')
    box.addProgram('pre-commit', `'${findJudge('pre-commit')}'`)
    await box.must('pre-commit', 'install')
    box.put('a.txt', 'a\n')
    await box.git('add', 'a.txt', '.pre-commit-config.yaml')
    await box.git('commit', '-q', '-m', 'x')
    expect(box.has('mine')).toBe(true)
  })
})

/** How each of them is switched on. */
const SWITCH_ON: Record<(typeof MANAGERS)[number], [file: string, text: string, ...command: string[]]> = {
  husky: ['package.json', '{ "devDependencies": { "husky": "9" } }\n', 'husky'],
  lefthook: ['lefthook.yml', 'colors: false\n', 'lefthook', 'install'],
  'pre-commit': [
    '.pre-commit-config.yaml',
    'repos: []\n',
    'pre-commit',
    'install',
    ...['pre-commit', 'pre-merge-commit', 'prepare-commit-msg'].flatMap((type) => ['--hook-type', type]),
  ],
  'simple-git-hooks': ['package.json', '{ "simple-git-hooks": {} }\n', 'simple-git-hooks'],
}

describe.each(MANAGERS.map((name) => [withJudge(`with the real ${name}`, name), name] as const))('%s', (_, name) => {
  it.skipIf(findJudge(name) === undefined)(
    'plain secrets do not get in, with --no-verify neither, nor out',
    async () => {
      const [file, text, ...command] = SWITCH_ON[name]
      if (name !== 'husky') box.addProgram(name, `'${findJudge(name)}'`)
      box.put(file, text)
      if (name === 'husky') await box.must('husky')
      await init('--hooks', name)
      if (name !== 'husky') await box.must(command[0] ?? '', ...command.slice(1))
      expect(await init()).toMatchObject({ code: 0, err: '' })
      await box.git('add', '.')
      await box.git('commit', '-q', '-m', 'set up')
      box.put('secrets/db.yaml', PLAIN)
      await box.git('add', '.')
      for (const options of [[], ['--no-verify']]) {
        const { code, out, err } = await box.run('git', ['commit', '-m', 'x', ...options], {})
        expect(code).not.toBe(0)
        expect(out + err).toContain('unsealed-file')
      }
      await box.git('init', '-q', '--bare', '../remote.git')
      await box.git('remote', 'add', 'origin', '../remote.git')
      await box.git('-c', 'core.hooksPath=/dev/null', 'commit', '-q', '-m', 'past all hooks')
      const push = await box.run('git', ['push', 'origin', 'main'], {})
      expect(push.out + push.err).toContain('unsealed-file')
      expect(await box.git('ls-remote', 'origin')).toBe('')
    },
  )
})
