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

  const EMPTY: [name: string, file: string, text: string][] = [
    ['lefthook', 'lefthook.yml', ''],
    ['lefthook', '.config/lefthook.yaml', '# to come'],
    ['pre-commit', '.pre-commit-config.yaml', ''],
    ['pre-commit', '.pre-commit-config.yaml', '# to come\n'],
  ]

  it.each(EMPTY)('%s has nothing in %s yet (%j): all of it is written', async (_, file, text) => {
    box.put(file, text)
    await init()
    expect(box.text(file)).toMatch(/bulla hook run pre-commit/)
    expect((await init('--dry-run')).out).not.toContain(file)
    await init('--undo')
    expect(box.text(file)).toBe(text)
  })

  it.each([
    ['husky', '.husky/pre-commit', '# bulla hook run pre-commit "$@" || exit\nnpm test\n'],
    [
      'pre-commit',
      '.pre-commit-config.yaml',
      'repos: []\n#  - id: bulla-pre-commit\n#    entry: bulla hook run pre-commit\n',
    ],
  ])('what is commented out in a file of %s counts for nothing', async (name, file, text) => {
    box.put(file, text)
    if (name === 'husky') await box.git('config', 'core.hooksPath', '.husky/_')
    await init()
    expect(box.text(file)).toMatch(/^[^#]*bulla hook run pre-commit/m)
  })

  it('settings that are broken are named, with what to do', async () => {
    box.put('lefthook.yml', 'pre-commit: [\n')
    const { code, err } = await init()
    expect(code).toBe(1)
    expect(err).toMatch(/error: lefthook\.yml:2:1: .*\n.*hint: correct it, then run "bulla init" again/)
  })

  it('hooks that pre-commit takes from the package are not written again, and count', async () => {
    box.put(
      '.pre-commit-config.yaml',
      'repos:\n- repo: https://example.com/bulla\n  hooks:\n  - id: bulla-pre-commit\n',
    )
    await init()
    expect(box.text('.pre-commit-config.yaml')).not.toContain('bulla hook run pre-commit')
    expect(box.text('.pre-commit-config.yaml')).toContain('bulla hook run pre-merge-commit')
    box.put('.git/hooks/pre-commit', '#!/bin/sh\nexec pre-commit hook-impl\n', 0o755)
    expect((await box.bulla(['doctor'])).out).not.toMatch(/no bulla .*pre-commit/)
  })

  it('husky is found in whatever folder git is told to look', async () => {
    box.put('front/hooks/pre-commit', 'npm test\n')
    box.put('front/hooks/_/pre-commit', '#!/bin/sh\n', 0o755)
    await box.git('config', 'core.hooksPath', 'front/hooks/_')
    await init()
    expect(box.text('front/hooks/pre-commit')).toMatch(/bulla hook run pre-commit "\$@" \|\| exit\nnpm test\n$/)
    expect(existsSync(`${box.folder}/.husky`)).toBe(false)
    expect(box.text('front/hooks/_/pre-commit')).toBe('#!/bin/sh\n')
    const { code, err } = await init('--hooks', 'native')
    expect(code).toBe(1)
    expect(err).toContain('which husky writes anew')
  })

  it('a hook of husky that is no shell script stays as it is, and is named', async () => {
    const text = '#!/usr/bin/env node\nprocess.exit(0)\n'
    box.put('.husky/pre-commit', text, 0o755)
    await box.git('config', 'core.hooksPath', '.husky')
    const { code, err } = await init()
    expect(code).toBe(1)
    expect(err).toContain('.husky/pre-commit is no shell script')
    expect(box.text('.husky/pre-commit')).toBe(text)
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
    // a push that a hook of pre-commit begins is git's to tell
    const own = {
      env: { ...env, PRE_COMMIT_TO_REF: from },
      stdin: `HEAD ${env.PRE_COMMIT_TO_REF} refs/heads/x ${from}\n`,
    }
    expect(await box.bulla(['hook', 'run', 'pre-push', 'backup', '../backup.git'], own)).toMatchObject({ code: 1 })
    // where it names what nobody knows
    const gone = { PRE_COMMIT: '1', PRE_COMMIT_REMOTE_NAME: 'origin', PRE_COMMIT_LOCAL_BRANCH: 'refs/heads/gone' }
    const unknown = await box.bulla(['hook', 'run', 'pre-push'], { env: gone })
    expect(unknown).toMatchObject({ code: 2, err: expect.stringContaining('does not say which commits are pushed') })
  })

  it('git says when it knows no hooks in its configuration', async () => {
    const { code, err } = await init('--hooks', 'config')
    if (hasConfigHooks()) expect({ code }, err).toEqual({ code: 0 })
    else expect(err).toContain('git 2.54')
  })
})

describe('commands that were there before init', () => {
  const PUSH = 'cat > pushed; echo mine >> pushed # note'
  /** As the manager runs it: a script, in the folder of the repository, with what git says. */
  const hook = (script: string, input: string) =>
    box.run('sh', ['-e', script, 'origin', 'url'], { stdin: input, env: { BULLA_HOOK_PROBE: undefined } })

  it.each(['husky', 'simple-git-hooks'])('run behind ours, of whatever kind they are (%s)', async (name) => {
    box.put('.husky/pre-push', `${PUSH}\n`)
    box.put('.husky/pre-commit', 'false; touch mine\n')
    const commands = { 'pre-push': PUSH, 'pre-commit': 'false; touch mine' }
    box.put('package.json', JSON.stringify({ 'simple-git-hooks': commands }))
    if (name === 'husky') await box.git('config', 'core.hooksPath', '.husky')
    await init('--hooks', name)
    if (name !== 'husky') {
      const written: Record<string, string> = JSON.parse(box.text('package.json'))['simple-git-hooks']
      for (const [hookName, text] of Object.entries(written)) box.put(`.husky/${hookName}`, text)
    }
    box.put('secrets/db.yaml', PLAIN)
    await box.git('add', 'secrets', '.sops.yaml')

    expect(await hook('.husky/pre-push', '')).toMatchObject({ code: 0 })
    expect(box.text('pushed')).toBe('mine\n')
    const line = `refs/heads/a ${'0'.repeat(40)} refs/heads/a ${'0'.repeat(40)}\n`
    expect(await hook('.husky/pre-push', line)).toMatchObject({ code: 0 })
    expect(box.text('pushed')).toBe(`${line}mine\n`)
    expect((await box.run('sh', ['.husky/pre-commit'], {})).code).toBe(1)
    expect(box.has('mine')).toBe(false)
  })
})

describe(withJudge('lefthook, before pushes', 'lefthook'), () => {
  it.skipIf(findJudge('lefthook') === undefined)('looks at every commit, also where files are as before', async () => {
    box.addProgram('lefthook', `'${findJudge('lefthook')}'`)
    box.put('lefthook.yml', 'source_dir: hooks # ours\n')
    await init()
    await box.must('lefthook', 'install')
    expect(await init()).toMatchObject({ code: 0, err: '' })
    await box.git('init', '-q', '--bare', '../remote.git')
    await box.git('remote', 'add', 'origin', '../remote.git')
    await box.git('add', '.')
    await box.git('commit', '-q', '-m', 'set up')
    await box.git('push', '-q', '-u', 'origin', 'main')
    box.put('secrets/db.yaml', PLAIN)
    await box.git('add', '.')
    await box.git('-c', 'core.hooksPath=/dev/null', 'commit', '-q', '-m', 'leak')
    await box.git('rm', '-q', 'secrets/db.yaml')
    await box.git('-c', 'core.hooksPath=/dev/null', 'commit', '-q', '-m', 'no leak')

    const { code, out, err } = await box.run('git', ['push', 'origin', 'main'], {})

    expect(code).not.toBe(0)
    expect(out + err).toContain('unsealed-file')
    expect((await box.bulla(['doctor'])).out).not.toContain('no bulla')
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

describe(withJudge('the hook for pushes that pre-commit runs', 'pre-commit'), () => {
  it.skipIf(findJudge('pre-commit') === undefined)('judges a branch that is pushed with its first commit', async () => {
    const hook = '{ id: bulla, name: bulla, entry: bulla hook run pre-push, language: system, stages: [pre-push], '
    const more = 'always_run: true, pass_filenames: false }'
    box.put('.pre-commit-config.yaml', `repos:\n- repo: local\n  hooks: [${hook}${more}]\n`)
    box.addProgram('pre-commit', `'${findJudge('pre-commit')}'`)
    await box.must('pre-commit', 'install', '--hook-type', 'pre-push')
    await box.git('init', '-q', '--bare', '../remote.git')
    await box.git('remote', 'add', 'origin', '../remote.git')
    box.put('.sops.yaml', `creation_rules:\n  - age: ${box.recipient}\n    path_regex: secrets/\n`)
    box.put('secrets/db.yaml', PLAIN)
    await box.git('add', '.')
    await box.git('commit', '-q', '-m', 'plain')
    await box.git('rm', '-q', 'secrets/db.yaml')
    await box.git('commit', '-q', '-m', 'gone')
    for (const ref of ['main', 'HEAD~0:refs/heads/other']) {
      const { code, out, err } = await box.run('git', ['push', 'origin', ref], {})
      expect(code).not.toBe(0)
      expect(out + err).toContain('unsealed-file')
    }
    expect(await box.git('ls-remote', 'origin')).toBe('')
    await box.sh('git checkout -q --orphan clean && git commit -q -m clean')
    expect(await box.run('git', ['push', 'origin', 'clean'], {})).toMatchObject({ code: 0 })
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
