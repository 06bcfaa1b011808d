import { existsSync, readFileSync, readlinkSync, rmSync, statSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { hasConfigHooks } from '../helpers/hook-managers.ts'
import { RepositorySandbox } from '../helpers/repository.ts'
import { noTerminal, onTerminal } from '../helpers/terminal.ts'

const HOOKS = ['pre-commit', 'pre-merge-commit', 'pre-applypatch', 'prepare-commit-msg', 'pre-push']
const PLAIN = 'password: correct-horse-battery\n'

let box: RepositorySandbox
beforeEach(async () => {
  box = await RepositorySandbox.make()
})
afterEach(() => box.dispose())

const init = (...options: string[]) => box.bulla(['init', '--yes', ...options])

describe('bulla init', () => {
  it('says what to do where there is no repository', async () => {
    rmSync(join(box.folder, '.git'), { recursive: true })
    const { code, err } = await init()
    expect(code).toBe(1)
    expect(err).toContain('git init')
  })

  it('sets up no server in the folder of git', async () => {
    const { code, err } = await box.bulla(['init', '--yes'], { cwd: '.git' })
    expect(code).toBe(1)
    expect(err).toMatch(/git's own folder.*\n.*hint: go to the folder with the files/)
    expect(existsSync(join(box.folder, '.git/hooks/pre-receive'))).toBe(false)
  })

  it('says that git is missing where it is', async () => {
    const { code, err } = await box.bulla(['init', '--yes'], { env: { PATH: '/nowhere' } })
    expect({ code, err }).toEqual({
      code: 1,
      err: 'bulla: error: git is not installed\nbulla: hint: install git, or put it on PATH\n',
    })
  })

  it('sets up an empty repository in one command, and nothing more the second time', async () => {
    const first = await init()
    expect(first).toMatchObject({ code: 0 })
    expect(first.err).toContain('bulla init --undo')
    expect(first.err).toContain('commit for the others: .sops.yaml .gitattributes\n')
    expect(box.text('.sops.yaml')).toContain(`age: ${box.recipient}`)
    expect(box.text('.gitattributes')).toContain('diff=bulla merge=bulla')
    for (const name of HOOKS) expect(box.permissions(`.git/hooks/${name}`) & 0o111).toBe(0o111)
    expect(await box.git('config', 'diff.bulla.textconv')).toBe('bulla diff --textconv\n')
    expect((await box.run('git', ['config', 'diff.bulla.cachetextconv'], {})).code).toBe(1)
    const before = [box.state('.git'), box.text('.sops.yaml'), box.text('.gitattributes')]
    const second = await init()
    expect(second).toMatchObject({ code: 0, err: '' })
    expect(second.out).toContain('nothing to do')
    expect([box.state('.git'), box.text('.sops.yaml'), box.text('.gitattributes')]).toEqual(before)
  })

  it('makes a repository in which a plain secret cannot be committed and a sealed one can', async () => {
    await init()
    box.put('secrets/db.yaml', PLAIN)
    await box.git('add', '.')
    const blocked = await box.run('git', ['commit', '-q', '-m', 'x'], {})
    expect(blocked.code).toBe(1)
    expect(blocked.err).toContain('unsealed-file')
    const unasked = await box.run('git', ['commit', '-q', '--no-verify', '-m', 'x'], {})
    expect(unasked.code).toBe(1)
    await box.must('bulla', 'encrypt', '--in-place', 'secrets/db.yaml')
    await box.git('add', '.')
    await box.git('commit', '-q', '-m', 'x')
    expect(await box.git('show', 'HEAD:secrets/db.yaml')).toContain('ENC[')
  })

  it('shows differences of sealed files by value', async () => {
    await init()
    box.put('secrets/db.yaml', PLAIN)
    await box.must('bulla', 'encrypt', '--in-place', 'secrets/db.yaml')
    await box.git('add', '.')
    await box.git('commit', '-q', '-m', 'x')
    await box.must('bulla', 'set', '--string', 'secrets/db.yaml', 'password', 'other')
    const difference = await box.git('diff')
    expect(difference).toContain('-password: correct-horse-battery')
    expect(difference).toContain('+password: other')
  })

  it('makes an identity when there is none, for its owner alone, and never a second one', async () => {
    const env = { SOPS_AGE_KEY_FILE: undefined }
    await box.bulla(['init', '--yes'], { env })
    const file = join(box.env['XDG_CONFIG_HOME'] ?? '', 'sops/age/keys.txt')
    expect(statSync(file).mode & 0o777).toBe(0o600)
    const [recipient = ''] = /age1[a-z0-9]+/.exec(readFileSync(file, 'utf8')) ?? []
    expect(box.text('.sops.yaml')).toContain(recipient)
    const text = readFileSync(file, 'utf8')
    await box.bulla(['init', '--undo', '--yes'], { env })
    await box.bulla(['init', '--yes'], { env })
    expect(readFileSync(file, 'utf8')).toBe(text)
  })

  it('says how a new identity becomes one of the readers, where others have a policy already', async () => {
    const policy = `creation_rules:\n  - age: ${box.recipient}\n`
    box.write('.sops.yaml', policy)
    const { code, err } = await box.bulla(['init', '--yes'], { env: { SOPS_AGE_KEY_FILE: undefined } })
    expect({ code, policy: box.text('.sops.yaml') }, err).toEqual({ code: 0, policy })
    const key = readFileSync(join(box.env['XDG_CONFIG_HOME'] ?? '', 'sops/age/keys.txt'), 'utf8')
    const recipient = /age1[0-9a-z]+/.exec(key)?.[0] ?? 'none'
    expect(err).toContain(`bulla recipient add YOUR-NAME ${recipient}"`)
    expect(await box.bulla(['recipient', 'add', 'alice', recipient])).toMatchObject({ code: 0 })
    expect(await box.bulla(['recipient', 'grant', 'alice', 'rule 1', '--apply', '--yes'])).toMatchObject({ code: 0 })
    expect(box.text('.sops.yaml')).toContain(recipient)
  })

  it('takes everything back, byte for byte', async () => {
    box.put('.git/hooks/pre-commit', '#!/bin/sh\necho mine\n', 0o750)
    box.put('.gitattributes', '*.png binary')
    const before = box.state('.')
    await init()
    expect(box.state('.')).not.toEqual(before)
    expect(await init('--undo')).toMatchObject({ code: 0 })
    expect(box.state('.')).toEqual(before)
    expect(box.permissions('.git/hooks/pre-commit')).toBe(0o750)
    expect((await init('--undo')).out).toContain('Nothing to take back')
  })

  it('leaves texts that are not UTF-8 as they are, changed since or not', async () => {
    const latin = (text: string) => Buffer.from(text, 'latin1')
    const bytes = (file: string) => readFileSync(box.path(file))
    await box.git('config', 'core.hooksPath', '.husky')
    box.write('.husky/pre-commit', latin('#!/bin/sh\n# caf\xe9\nnpm test # \xe9\n'))
    box.write('.gitattributes', latin('# caf\xe9\n'))
    await init()
    expect(bytes('.husky/pre-commit').toString('latin1')).toMatch(
      /^#!\/bin\/sh\n# caf\xe9\n[\s\S]*\nnpm test # \xe9\n$/,
    )
    for (const file of ['.husky/pre-commit', '.gitattributes']) {
      box.write(file, Buffer.concat([bytes(file), latin('# m\xe9\n')]))
    }
    expect(await init('--undo')).toMatchObject({ code: 0 })
    expect(bytes('.husky/pre-commit')).toEqual(latin('#!/bin/sh\n# caf\xe9\nnpm test # \xe9\n# m\xe9\n'))
    expect(bytes('.gitattributes')).toEqual(latin('# caf\xe9\n# m\xe9\n'))
  })

  it('says how to go back when it could not do all of it', async () => {
    box.put('.gitattributes/a', '')
    const before = box.state('.')
    const { code, err } = await init()
    expect(code).toBe(3)
    expect(err).toMatch(/^bulla: note: not all of it was done: "bulla init --undo" takes back what was\nbulla: error: /)
    expect(await init('--undo')).toMatchObject({ code: 0 })
    expect(box.state('.')).toEqual(before)
  })

  it('ends where no identity can be kept, and does nothing else then', async () => {
    const before = box.text('.git/config')
    const env = { SOPS_AGE_KEY_FILE: undefined, HOME: '/proc/nowhere', XDG_CONFIG_HOME: undefined }
    const { code, err } = await box.bulla(['init', '--yes'], { env })
    expect(code).toBe(3)
    expect(err).toContain('the folder cannot be made')
    expect(box.text('.git/config')).toBe(before)
    expect(existsSync(box.path('.sops.yaml'))).toBe(false)
  })

  it('leaves a hook that is a link to nowhere as it is, and says so', async () => {
    const link = box.path('.git/hooks/pre-commit')
    rmSync(link, { force: true })
    symlinkSync('../../scripts/hook.sh', link)
    box.put('scripts/other.sh', '')
    const { code, err } = await init()
    expect(code).toBe(1)
    expect(err).toContain(
      '.git/hooks/pre-commit is a link that leads nowhere: mend or remove it, then run this again\n',
    )
    expect(existsSync(box.path('scripts/hook.sh'))).toBe(false)
    expect((await box.bulla(['doctor'])).out).toMatch(/problem {2}hooks: .* runs for pre-commit\n/)
    expect(await init('--undo')).toMatchObject({ code: 0 })
    expect(readlinkSync(link)).toBe('../../scripts/hook.sh')
  })

  it('gives a link back that was a hook, also when it leads nowhere by then', async () => {
    const link = box.path('.git/hooks/pre-commit')
    rmSync(link, { force: true })
    box.put('scripts/hook.sh', '#!/bin/sh\necho mine\n', 0o755)
    symlinkSync('../../scripts/hook.sh', link)
    await init()
    rmSync(box.path('scripts/hook.sh'))
    expect(await init('--undo')).toMatchObject({ code: 0 })
    expect(readlinkSync(link)).toBe('../../scripts/hook.sh')
  })

  it('takes the folders back that it made, unless something else is in them', async () => {
    await box.git('config', 'core.hooksPath', 'tools/git/hooks')
    await init()
    box.put('tools/mine', '')
    const { code, out } = await init('--undo')
    expect({ code }).toEqual({ code: 0 })
    expect(out).toContain('  remove        tools/git/hooks/, if nothing else is in it\n')
    expect(existsSync(box.path('tools/git'))).toBe(false)
    expect(existsSync(box.path('tools/mine'))).toBe(true)
  })

  it('says which lines of .gitattributes its own take precedence over', async () => {
    box.put('.gitattributes', '*.png -diff\n* text=auto\npackage-lock.json merge=npm\n#*.a diff=b\n*.yaml diff=yaml\n')
    expect((await init()).err).toContain('.gitattributes: lines 3, 5 set diff or merge too')
    expect((await init()).err).toBe('')
  })

  it('keeps what was changed since when it is taken back', async () => {
    await init()
    box.put('.sops.yaml', `${box.text('.sops.yaml')}# ours now\n`)
    box.put('.gitattributes', `*.a b\n${box.text('.gitattributes')}*.png binary\n`)
    const { code, err } = await init('--undo')
    expect(code).toBe(1)
    expect(err).toContain('.sops.yaml was changed since')
    expect(box.text('.sops.yaml')).toContain('# ours now')
    expect(box.text('.gitattributes')).toBe('*.a b\n*.png binary\n')
  })

  it('keeps what was committed since, and takes back the rest', async () => {
    box.put('.gitattributes', '*.png binary\n')
    box.put('tools/hooks/pre-commit', '#!/bin/sh\n', 0o755)
    await box.git('config', 'core.hooksPath', 'tools/hooks')
    await box.git('add', '.')
    await box.git('commit', '-q', '-m', 'before')
    await init()
    await box.git('add', '.sops.yaml', '.gitattributes')
    await box.git('commit', '-q', '-m', 'x')
    const committed = [box.text('.sops.yaml'), box.text('.gitattributes')]
    const { code, err } = await init('--undo')
    expect(code).toBe(1)
    expect(err).toContain('.sops.yaml was committed since')
    expect(err).toContain('.gitattributes was committed since')
    expect([box.text('.sops.yaml'), box.text('.gitattributes')]).toEqual(committed)
    expect(await box.git('status', '--short')).toBe('')
    expect((await box.run('git', ['config', 'merge.bulla.driver'], {})).code).toBe(1)
    expect(await init()).toMatchObject({ code: 0 })
  })

  it('lets a hook that was there run first, and its exit code count', async () => {
    box.put('.git/hooks/pre-commit', '#!/bin/sh\necho mine >> ran\nexit $CODE\n', 0o755)
    await init()
    box.put('a.txt', 'a\n')
    await box.git('add', 'a.txt')
    expect((await box.run('git', ['commit', '-q', '-m', 'x'], { env: { CODE: '7' } })).code).toBe(1)
    await box.git('commit', '-q', '-m', 'x')
    expect(box.text('ran')).toBe('mine\nmine\n')
  })

  it('lets hooks that are one script under several names know by which they were started', async () => {
    const script = '#!/bin/sh\necho "$(basename "$0") $(cat)" >> ran\n[ -f "$(dirname "$0")/all" ]\n'
    box.put('.git/hooks/all', script, 0o755)
    for (const name of ['pre-commit', 'pre-push']) symlinkSync('all', join(box.folder, '.git/hooks', name))
    await init('--no-drivers')
    expect(await init('--no-drivers')).toMatchObject({ code: 0, err: '' })
    box.put('a.txt', 'a\n')
    await box.git('add', 'a.txt')
    await box.git('commit', '-q', '-m', 'x')
    await box.git('init', '-q', '--bare', 'remote.git')
    await box.git('push', '-q', 'remote.git', 'main')
    expect(box.text('ran')).toMatch(/^pre-commit \npre-push refs\/heads\/main /)
    await init('--undo')
    for (const name of ['pre-commit', 'pre-push']) {
      expect(readlinkSync(join(box.folder, '.git/hooks', name))).toBe('all')
    }
  })

  it('keeps the options of the shell that such a hook has', async () => {
    box.put('.git/hooks/pre-commit', '#!/bin/sh -e\n: "$0"\nfalse\ntouch mine\n', 0o755)
    await init('--no-drivers')
    box.put('a.txt', 'a\n')
    await box.git('add', 'a.txt')
    expect((await box.run('git', ['commit', '-q', '-m', 'x'], {})).code).toBe(1)
    expect(box.has('mine')).toBe(false)
  })

  const BY_NAME = [
    '#!/usr/bin/env ruby\nhook = File.basename($0)\n',
    '#!/bin/bash\ncase $(basename "$BASH_SOURCE") in *) ;; esac\n',
  ]

  it.each(BY_NAME)('does not give another name to a hook that does by its name what it does: %j', async (text) => {
    box.put('.git/hooks/pre-commit', text, 0o755)
    const { code, err } = await init('--no-drivers')
    expect(code).toBe(1)
    expect(err).toContain('pre-commit asks by which name it was started')
    expect(box.text('.git/hooks/pre-commit')).toBe(text)
  })

  it('gives what git says to a hook before pushes to both', async () => {
    box.put('.git/hooks/pre-push', '#!/bin/sh\ncat > "$(git rev-parse --git-dir)/told"\n', 0o755)
    await box.git('init', '-q', '--bare', 'remote.git')
    await box.git('remote', 'add', 'origin', join(box.folder, 'remote.git'))
    await init('--no-drivers')
    box.put('secrets/db.yaml', PLAIN)
    await box.git('add', 'secrets')
    await box.git('-c', 'core.hooksPath=/dev/null', 'commit', '-q', '-m', 'past all hooks')
    await box.git('add', '.sops.yaml')
    await box.git('-c', 'core.hooksPath=/dev/null', 'commit', '-q', '-m', 'policy', '--amend')
    const { code, err } = await box.run('git', ['push', '-q', 'origin', 'main'], {})
    expect(code).toBe(1)
    expect(err).toContain('pre-push: stopped')
    expect(box.text('.git/told')).toMatch(/^refs\/heads\/main [0-9a-f]{40} refs\/heads\/main 0+\n$/)
    expect(await box.git('ls-remote', 'origin')).toBe('')
  })

  it('reaches linked worktrees, also when it is run in one', async () => {
    box.put('a.txt', 'a\n')
    await box.git('add', '.')
    await box.git('commit', '-q', '-m', 'x')
    await box.git('worktree', 'add', '-q', 'linked')
    expect(await box.bulla(['init', '--yes'], { cwd: 'linked' })).toMatchObject({ code: 0 })
    expect(existsSync(join(box.folder, 'linked/.sops.yaml'))).toBe(true)
    box.put('linked/secrets/db.yaml', PLAIN)
    await box.run('git', ['add', '.'], { cwd: 'linked' })
    expect((await box.run('git', ['commit', '-m', 'x'], { cwd: 'linked' })).err).toContain('unsealed-file')
  })

  it('uses the folder of hooks that git is told to use', async () => {
    await box.git('config', 'core.hooksPath', 'tools/hooks')
    await init()
    expect(existsSync(join(box.folder, 'tools/hooks/pre-commit'))).toBe(true)
    expect(existsSync(join(box.folder, '.git/hooks/pre-push'))).toBe(false)
  })

  it('names what to commit of hooks that everybody gets, with those that were there before', async () => {
    box.put('tools/hooks/pre-commit', '#!/bin/sh\necho before >&2\n', 0o755)
    await box.git('config', 'core.hooksPath', 'tools/hooks')
    await box.git('add', '.')
    const named = /commit for the others: (.*)\n/.exec((await init()).err)?.[1] ?? ''
    await box.git('add', ...named.split(' '))
    await box.git('-c', 'core.hooksPath=/dev/null', 'commit', '-q', '-m', 'hooks')
    expect(await box.git('ls-files', '--others')).toBe('')
    await box.git('clone', '-q', '.', 'clone')
    const clone = { cwd: 'clone' }
    await box.run('git', ['config', 'core.hooksPath', 'tools/hooks'], clone)
    const { code, err } = await box.run('git', ['commit', '-q', '--allow-empty', '-m', 'x'], clone)
    expect({ code, err }).toEqual({ code: 0, err: 'before\n' })
  })

  it('says how hooks are had again where git looks for them in nothing', async () => {
    await box.git('config', 'core.hooksPath', '/dev/null')
    for (const options of hasConfigHooks() ? [['--hooks', 'native']] : [[], ['--hooks', 'native']]) {
      const { code, err } = await init(...options)
      expect({ code }, err).toEqual({ code: 1 })
      const command = /so git runs no hooks: run (.*), then this again\n/.exec(err)?.[1]
      await box.sh(command ?? 'false')
      expect(await init(...options)).toMatchObject({ code: 0 })
      expect(existsSync(join(box.folder, '.git/hooks/pre-commit'))).toBe(true)
      await box.bulla(['init', '--undo', '--yes'])
      await box.git('config', 'core.hooksPath', '/dev/null')
    }
  })

  it('writes no hooks into a folder that is for other repositories too', async () => {
    await box.git('config', 'core.hooksPath', '../team-hooks')
    const { code, err } = await init()
    expect(existsSync(join(box.folder, '../team-hooks'))).toBe(false)
    if (hasConfigHooks()) {
      expect({ code }, err).toEqual({ code: 0 })
      expect(await box.git('config', 'hook.bulla-pre-push.event')).toBe('pre-push\n')
    } else {
      expect(code).toBe(1)
      expect(err).toContain('core.hooksPath')
    }
  })

  it('says what is wrong where hooks were switched off by an empty folder', async () => {
    await box.git('config', 'core.hooksPath', '')
    const { code, err } = await init()
    expect(code).toBe(1)
    expect(err).toContain('core.hooksPath is set to nothing')
    expect(err).toContain('hint: run "git config --local --unset core.hooksPath"')
    expect(await init('--no-hooks')).toMatchObject({ code: 0 })
  })

  it('sets up only what stops pushes in a bare repository', async () => {
    await box.git('init', '-q', '--bare', 'server.git')
    const { code, out } = await box.bulla(['init', '--yes'], { cwd: 'server.git' })
    expect(code).toBe(0)
    expect(out.trim().split('\n')).toHaveLength(2)
    expect(existsSync(join(box.folder, 'server.git/hooks/pre-receive'))).toBe(true)
  })

  it('gives the drivers to all files that rules match, of every policy in the repository', async () => {
    const rules = (regex: string) => `creation_rules:\n  - path_regex: ${regex}\n    age: ${box.recipient}\n`
    box.put('.sops.yaml', rules('(?i)^conf/.*SECRET'))
    box.put('deploy/.sops.yaml', rules('\\.vault$'))
    box.put('conf/My-secret.bin', 'x')
    box.put('deploy/x/a.vault', 'x')
    await box.git('add', '.')
    await init()
    const paths = ['conf/My-secret.bin', 'conf/new-secret.yaml', 'deploy/x/a.vault']
    const attributes = await box.git('check-attr', 'diff', 'merge', '--', ...paths)
    expect(attributes.match(/: bulla$/gm)).toHaveLength(6)
    expect(await box.git('check-attr', 'diff', 'x.vault')).toContain('unspecified')
  })

  it('tells about rules that do not name you, and changes no policy', async () => {
    const text = `creation_rules:\n  - age: age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p\n`
    box.put('.sops.yaml', text)
    const { code, err } = await init()
    expect(code).toBe(0)
    expect(err).toContain('rule 1 does not name you')
    expect(box.text('.sops.yaml')).toBe(text)
  })

  it('asks, and changes nothing where nobody can answer or nothing should be done', async () => {
    const before = box.state('.')
    expect(await box.bulla(['init'])).toMatchObject({ code: 1 })
    expect((await box.bulla(['init', '--dry-run'])).out).toContain('.sops.yaml')
    // not "done": true before somebody agreed
    expect(await box.bulla(['init', '--json'])).toMatchObject({ code: 1, out: '' })
    expect(JSON.parse((await box.bulla(['init', '--json', '--dry-run'])).out)).toMatchObject({ done: false })
    expect(box.state('.')).toEqual(before)
  })

  it('leaves out what it is told to, and says all of it as JSON', async () => {
    const { out } = await init('--no-hooks', '--no-drivers', '--json')
    expect(JSON.parse(out)).toMatchObject({ done: true, steps: [{ kind: 'file' }], problems: [] })
    expect(existsSync(join(box.folder, '.gitattributes'))).toBe(false)
    expect(existsSync(join(box.folder, '.git/hooks/pre-commit'))).toBe(false)
  })

  it('runs the bulla of node_modules, but none that came with a commit', async () => {
    await init()
    const program = (text: string) => `#!/bin/sh\necho ${text} >&2\nexec bulla "$@"\n`
    box.put('node_modules/.bin/bulla', program('installed'), 0o755)
    box.put('.gitignore', 'node_modules\n')
    const commit = async () => {
      await box.git('add', '.')
      return (await box.run('git', ['commit', '-q', '-m', 'x'], {})).err
    }
    expect(await commit()).toContain('installed')
    box.put('node_modules/.bin/bulla', program('committed'), 0o755)
    await box.git('add', '-f', 'node_modules')
    box.put('b.txt', 'b\n')
    expect(await commit()).toBe('')
    box.put('secrets/a.yaml', 'password: hunter2hunter2\n')
    expect(await commit()).toContain('unsealed-file')
  })

  it('stops a commit when bulla is gone, and says how to go on', async () => {
    await init()
    box.put('a.txt', 'a\n')
    await box.git('add', 'a.txt')
    const path = box.searchPath.split(':').slice(1).join(':')
    const { code, err } = await box.run('git', ['commit', '-m', 'x'], { env: { PATH: path } })
    expect(code).toBe(1)
    expect(err).toContain('npm install --global bulla')
  })
})

describe.skipIf(noTerminal !== undefined)(
  `on a terminal${noTerminal === undefined ? '' : ` (skipped: ${noTerminal})`}`,
  () => {
    it('asks before it does anything, and before it takes it back', async () => {
      const before = box.state('.')
      const play = (options: string, send: string) =>
        onTerminal(box, `bulla init ${options}`, { steps: [{ expect: '(y/n): ', send: `${send}\r` }] })
      const refused = await play('', 'n')
      expect(refused).toMatchObject({ code: 1, left: 0, shown: expect.stringContaining('.sops.yaml') })
      expect(refused.shown).toMatch(/bulla: nothing was changed\r\n$/)
      expect(box.state('.')).toEqual(before)
      expect(await play('', 'y')).toMatchObject({ code: 0, left: 0, shown: expect.stringContaining('done') })
      expect((await onTerminal(box, 'bulla init')).shown).toBe('All is set up here; nothing to do.\r\n')
      expect(await play('--undo', 'y')).toMatchObject({ code: 0, left: 0 })
      expect(box.state('.')).toEqual(before)
    })
  },
)
