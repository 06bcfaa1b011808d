import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { describe, expect } from 'vitest'
import { expectNoSecret, MARKER } from '../helpers/canary.ts'
import { edited, editor, hasMemory, inOwnMemory } from '../helpers/editors.ts'
import { lineChanges } from '../helpers/line-changes.ts'
import { COMMAND, it, type Outcome, type RunOptions, type Sandbox } from '../helpers/sandbox.ts'
import { stopWhen } from '../helpers/stopping.ts'

const SECRET = `${MARKER}-hunter2`
const YAML = `# top\na: ${SECRET}\nlist: [x, x, y]   # as it is\nb_unencrypted: 1\n`
const ROUNDS = process.env['SLOW'] === undefined ? 6 : 200

/** A sealed file. */
const sealed = (box: Sandbox, name = 'a.yaml', plain = YAML) => box.seal({ [name]: plain })

/** Without the note of systems that have no folder in memory. */
const here = (outcome: Outcome): Outcome => ({
  ...outcome,
  err: outcome.err.replace(/^bulla: note: \S+: this system has no folder in memory.*\n/gm, ''),
})

const edit = async (
  box: Sandbox,
  script: string,
  args: readonly string[] = ['a.yaml'],
  options: RunOptions = {},
): Promise<Outcome> =>
  here(await box.bulla(['edit', ...args], { ...options, env: { ...editor(box, script), ...options.env } }))

const opened = async (box: Sandbox, name: string) => (await box.bulla(['decrypt', name])).out

describe('edit', () => {
  it('writes what the editor saved; all other lines, values and ciphertexts stay', async ({ box }) => {
    const before = await sealed(box)
    const outcome = await edit(box, `save(text.replace('hunter2', 'hunter3'))`)
    expect(outcome).toMatchObject({ code: 0, out: '', err: '' })
    expect(await opened(box, 'a.yaml')).toBe(YAML.replace('hunter2', 'hunter3'))
    const { come: changed } = lineChanges(before, box.read('a.yaml'))
    expect(changed.map((line) => line.replace(/:.*/, '').trim()).filter((key) => key !== 'lastmodified')).toEqual([
      'a',
      'mac',
    ])
  })

  it('of a change in style alone is written, and no ciphertext is new', async ({ box }) => {
    const before = await sealed(box)
    expect(await edit(box, `save(text.replace('   # as', ' # as'))`)).toMatchObject({ code: 0, err: '' })
    expect(await opened(box, 'a.yaml')).toBe(YAML.replace('   # as', ' # as'))
    const values = (text: string) => text.replace(/sops:[\s\S]*/, '').match(/ENC\[[^\]]*\]/g)
    expect(values(box.read('a.yaml'))).toEqual(values(before))
  })

  it.for([[], ['edit']])('takes format and rule by another name: %j', async (command, { box }) => {
    const text = await sealed(box)
    box.policy('path_regex: ^deploy/.*[.]yaml$')
    box.write('deploy/current', text)
    const env = editor(
      box,
      `save(text.includes('example_key') ? 'new: ${MARKER}\\n' : text.replace('hunter2', 'hunter3'))`,
    )
    const args = ['--filename-override', 'deploy/any.yaml']
    expect(here(await box.bulla([...command, ...args, 'deploy/current'], { env }))).toMatchObject({ code: 0, err: '' })
    const shown = await box.bulla(['decrypt', '--input-type', 'yaml', '--output-type', 'yaml', 'deploy/current'])
    expect(shown.out).toBe(YAML.replace('hunter2', 'hunter3'))
    if (command.length === 0) return
    // sops makes a new file so too; without a command, only what is there is taken for a file
    expect((await box.bulla([...command, 'deploy/new'], { env })).err).toContain('no matching creation rules')
    expect(here(await box.bulla([...command, ...args, 'deploy/new'], { env }))).toMatchObject({ code: 0, err: '' })
    expect(box.read('deploy/new')).toMatch(/^new: ENC\[[\s\S]*\nsops:\n/)
    const several = await box.bulla([...command, ...args, 'deploy/new', 'deploy/current'], { env })
    expect(several).toMatchObject({
      code: 1,
      err: expect.stringContaining('--filename-override needs exactly one file'),
    })
  })

  it('tells of new values that the selector leaves readable', async ({ box }) => {
    await sealed(box)
    const add = `save(text.replace('list', 'b_unencrypted: 2\\nnew_unencrypted: {x: ${MARKER}}\\nnew: 1\\nlist').replace('b_unencrypted: 1\\n', ''))`
    const outcome = await edit(box, add)
    expect(outcome).toMatchObject({
      code: 0,
      err: 'bulla: note: a.yaml: new_unencrypted.x stays readable: the selector of the file, unencrypted_suffix "_unencrypted", does not seal it\n',
    })
    await sealed(box, 'b.yaml')
    expect(await edit(box, add, ['--quiet', 'b.yaml'])).toMatchObject({ code: 0, err: '' })
  })

  it('without a change writes nothing: 200', async ({ box }) => {
    await sealed(box)
    const before = box.snapshot()
    expect(await edit(box, '')).toMatchObject({
      code: 200,
      out: '',
      err: 'bulla: note: a.yaml: nothing was edited: the file is as it was\n',
    })
    expect(await edit(box, 'save(text)', ['-q', 'a.yaml'])).toMatchObject({ code: 200, out: '', err: '' })
    expect(box.snapshot()).toEqual(before)
  })

  const plain: [string, string, string][] = [
    ['a.json', `{"a": "${SECRET}", "n": [1, 2]}\n`, `{"a": "${SECRET}", "n": [1, 3]}\n`],
    ['a.env', `# c\nA=${SECRET}\n`, `# c\nA=${SECRET}\nB=x\n`],
    ['a.ini', `; c\n[s]\na = ${SECRET}\n`, `; c\n[s]\na = ${SECRET}\nb = x\n`],
    ['a.bin', `${SECRET}\n`, `\xff${SECRET}\n`],
  ]

  it.for(plain)('works on %s', async ([name, before, after], { box }) => {
    await sealed(box, name, before)
    expect(await edit(box, `save(${JSON.stringify(after)})`, [name])).toMatchObject({ code: 0, err: '' })
    expect((await box.bulla(['decrypt', name])).stdout.toString('latin1')).toBe(after)
  })

  it('takes the format from --input-type', async ({ box }) => {
    box.policy()
    box.write('a.txt', YAML)
    await box.bulla(['encrypt', '-i', '--input-type', 'yaml', '--output-type', 'yaml', 'a.txt'])
    const args = ['--input-type', 'yaml', '--output-type', 'yaml', 'a.txt']
    expect(await edit(box, `save(text + 'c: d\\n')`, args)).toMatchObject({ code: 0, err: '' })
    expect((await box.bulla(['decrypt', ...args])).out).toBe(`${YAML}c: d\n`)
    const other = ['--output-type', 'json', 'a.yaml']
    expect(await edit(box, `save('')`, other)).toMatchObject({ code: 8, out: '' })
  })

  it('edits several files one after another; the worst exit code counts', async ({ box }) => {
    await sealed(box)
    await sealed(box, 'b.json', '{"a": "x"}\n')
    box.write('k8s/plain file.yaml', 'a: 1\n')
    const script = `if (file.endsWith('json')) save(text.replace('x', 'y'))`
    const { code, err } = await edit(box, script, ['a.yaml', 'k8s/plain file.yaml', 'b.json'])
    expect({ code, err }).toEqual({
      code: 200,
      err: expect.stringMatching(
        /plain file\.yaml: the file is not sealed.*\n.*hint: to seal it: bulla encrypt --in-place 'k8s\/plain file\.yaml';/,
      ),
    })
    expect(edited(box).map((path) => basename(path))).toEqual(['a.yaml', 'b.json'])
    expect(await opened(box, 'b.json')).toBe('{"a": "y"}\n')
  })

  it.for([
    ['a file that is not sealed', ['plain.yaml'], 1, /the file is not sealed/],
    ['a folder', ['folder'], 2, /it is a folder/],
    ['no file', [], 100, /missing required argument/],
    ['an empty word', [''], 100, /a path is empty/],
    ['a new file in a folder that is not there', ['none/a.yaml'], 3, /its folder does not exist/],
  ] as const)('refuses %s, and opens no editor', async ([, args, code, message], { box }) => {
    await sealed(box)
    box.write('plain.yaml', 'a: 1\n')
    box.write('folder/x.yaml', 'a: 1\n')
    const before = box.snapshot()
    const outcome = await edit(box, `save('a: 2\\n')`, args)
    expect(outcome).toMatchObject({ code, out: '' })
    expect(outcome.err).toMatch(message)
    expect(edited(box)).toEqual([])
    expect(box.snapshot()).toEqual(before)
  })

  it('opens a file with a wrong MAC only when told to', async ({ box }) => {
    const before = await sealed(box)
    box.write('a.yaml', before.replace('b_unencrypted: 1', 'b_unencrypted: 2'))
    const script = `save(text.replace('hunter2', 'hunter3'))`
    expect(await edit(box, script)).toMatchObject({ code: 51 })
    expect(edited(box)).toEqual([])
    expect(await edit(box, script, ['--ignore-mac', 'a.yaml'])).toMatchObject({ code: 0 })
    expect(await opened(box, 'a.yaml')).toContain('hunter3')
  })
})

describe('a text that cannot be sealed', () => {
  const texts: [string, string, string][] = [
    ['does not parse', 'a: [\n', 'ERR_SYNTAX'],
    ['is empty', '', 'ERR_EMPTY'],
    ['holds the reserved key', `${YAML}sops: {}\n`, 'ERR_ALREADY_SEALED'],
    ['holds what cannot be sealed', 'a: &x [*x]\n', ''],
  ]

  it.for(texts)('ends a scripted editor with 1 when it %s; the file stays as it was', async ([, text], { box }) => {
    await sealed(box)
    const before = box.snapshot()
    const outcome = await edit(box, `save(${JSON.stringify(text)})`)
    expect(outcome).toMatchObject({ code: 1, out: '' })
    expect(outcome.err).toMatch(/^bulla: error: a\.yaml\b.*\nbulla: hint: /)
    expectNoSecret(outcome.err)
    expect(edited(box)).toHaveLength(1)
    expect(box.snapshot()).toEqual(before)
  })
})

describe('a new file', () => {
  it.for(['a.yaml', 'a.yml', 'a.json', 'a.env', 'a.ini', 'a.bin', 'name with blanks.yaml'])(
    'starts from an example that can be sealed as it is: %s',
    async (name, { box }) => {
      box.policy()
      expect(await edit(box, `note('seen', text); save(text + '\\n')`, [name])).toMatchObject({ code: 0, err: '' })
      const seen = readFileSync(box.path('../seen'), 'utf8')
      expect(await opened(box, name)).toBe(`${seen}\n`)
      expect(box.read(name)).not.toContain('example_value')
    },
  )

  it('is not made when the example stays as it is: 200', async ({ box }) => {
    box.policy()
    const before = box.snapshot()
    expect(await edit(box, 'save(text)')).toMatchObject({
      code: 200,
      err: 'bulla: note: a.yaml: nothing was edited: no file was made\n',
    })
    expect(box.snapshot()).toEqual(before)
  })

  it('is made by its rule, whose example it seals', async ({ box }) => {
    box.policy('encrypted_regex: ^(data|stringData)$')
    expect(await edit(box, `save(text + 'kind: Secret\\n')`)).toMatchObject({ code: 0, err: '' })
    expect(box.read('a.yaml')).toMatch(/^# .*stringData.*\ndata: ENC\[.*\nkind: Secret\nsops:/)
  })

  it('in which the rule seals nothing is refused, but with --allow-plaintext', async ({ box }) => {
    box.policy('encrypted_regex: ^data$')
    expect(await edit(box, `save('kind: Secret\\n')`)).toMatchObject({ code: 1 })
    expect(box.has('a.yaml')).toBe(false)
    expect(await edit(box, `save('kind: Secret\\n')`, ['--allow-plaintext', 'a.yaml'])).toMatchObject({ code: 0 })
  })

  it('takes keys and selector from options', async ({ box }) => {
    const args = ['--age', box.recipient, '--encrypted-suffix', '_secret', 'a.yaml']
    expect(await edit(box, `save(text + 'x: 1\\n')`, args)).toMatchObject({ code: 0, err: '' })
    expect(box.read('a.yaml')).toMatch(/\nexample_key_secret: ENC\[.*\nx: 1\nsops:/)
  })

  it('is what options for keys are for: of a sealed one they change nothing, which is said', async ({ box }) => {
    await sealed(box)
    const script = `save(text + 'x: 1\\n')`
    const outcome = await edit(box, script, ['--encrypted-regex', '^none$', 'a.yaml'])
    expect(outcome).toMatchObject({ code: 0, err: expect.stringMatching(/^bulla: note: a\.yaml: its keys .* stay/) })
    expect(box.read('a.yaml')).toMatch(/\nx: ENC\[/)
    expect(await edit(box, script, ['-s', 'new.yaml'])).toMatchObject({
      code: 0,
      err: 'bulla: note: new.yaml: a new file is sealed by its rule: it shows no keys\n',
    })
  })

  it('needs somebody who can open it', async ({ box }) => {
    const outcome = await edit(box, `save('a: 1\\n')`)
    expect(outcome).toMatchObject({ code: 1 })
    expect(outcome.err).toMatch(/nobody is named who could open the file/)
    expect(edited(box)).toEqual([])
  })
})

describe('somebody else who changes the file meanwhile', () => {
  const change = (path: string) => `fs.writeFileSync(${JSON.stringify(path)}, 'theirs: 1\\n'); `

  it('keeps what they wrote; the edit is kept beside it, sealed, and the way on is shown', async ({ box }) => {
    await sealed(box)
    const { code, err } = await edit(box, `${change(box.path('a.yaml'))} save(text.replace('hunter2', 'hunter3'))`)
    expect(code).toBe(3)
    expect(box.read('a.yaml')).toBe('theirs: 1\n')
    const [, kept = ''] = /kept, sealed: (\S+)\n/.exec(err) ?? []
    expect(kept).toMatch(/^a\.bulla-edit-[0-9a-f]{8}\.yaml$/)
    expect(err).toContain(`bulla decrypt ${kept}`)
    expect(box.mode(kept)).toBe('600')
    expectNoSecret(box.read(kept))
    expect(await opened(box, kept)).toBe(YAML.replace('hunter2', 'hunter3'))
  })

  it('is noticed for a new file too', async ({ box }) => {
    box.policy()
    const { code, err } = await edit(box, `${change(box.path('.env'))} save('A=${SECRET}\\n')`, ['.env'])
    expect(code).toBe(3)
    expect(box.read('.env')).toBe('theirs: 1\n')
    const [, kept = ''] = /kept, sealed: (\S+)\n/.exec(err) ?? []
    expect(await opened(box, kept)).toBe(`A=${SECRET}\n`)
  })

  it('may remove it: it is not made again', async ({ box }) => {
    await sealed(box)
    const { code } = await edit(box, `fs.rmSync(${JSON.stringify(box.path('a.yaml'))}); save('a: 1\\n')`)
    expect(code).toBe(3)
    expect(box.has('a.yaml')).toBe(false)
  })
})

describe.skipIf(process.platform === 'win32')('a file that cannot be written', () => {
  /** @param meanwhile - what somebody does while the editor is open */
  const editUnprivileged = (box: Sandbox, meanwhile: string) => {
    box.write('../editor.sh', `sed -i s/hunter2/hunter3/ "$1"\n${meanwhile}\n`)
    return box.bullaUnprivileged(['edit', 'a.yaml'], { env: { EDITOR: `sh ${box.path('../editor.sh')}` } })
  }

  it.for([
    ['it is read-only', 0o444, 'a.yaml'],
    ['its folder is', 0o555, '.'],
  ] as const)('is refused before the editor opens: %s', async ([, mode, locked], { box }) => {
    const before = await sealed(box)
    chmodSync(box.path(locked), mode)
    const { code, err } = await editUnprivileged(box, 'touch ../opened')
    chmodSync(box.folder, 0o755)
    expect([code, err]).toEqual([3, expect.stringContaining('a.yaml: cannot be written: permission denied')])
    expect(existsSync(box.path('../opened'))).toBe(false)
    expect(box.read('a.yaml')).toBe(before)
  })

  it('since the editor opened, stays, and the edit is kept beside it, sealed', async ({ box }) => {
    const before = await sealed(box)
    const { code, err } = await editUnprivileged(box, 'chmod 444 a.yaml')
    expect(code).toBe(3)
    const [, kept = ''] = /kept, sealed: (\S+)\n/.exec(err) ?? []
    expect(err).toContain(`mv ${kept} a.yaml`)
    expect(box.read('a.yaml')).toBe(before)
    expect(await opened(box, kept)).toBe(YAML.replace('hunter2', 'hunter3'))
  })

  it('in a folder that cannot be written either since then, stays, and that is said', async ({ box }) => {
    await sealed(box)
    const { code, err } = await editUnprivileged(box, 'chmod 444 a.yaml; chmod 555 .')
    chmodSync(box.folder, 0o755)
    expect(code).toBe(3)
    expect(err).toMatch(/permission denied; your edit could not be kept either/)
    expect(readdirSync(box.folder)).toEqual(['.sops.yaml', 'a.yaml'])
  })
})

describe('the editor', () => {
  it('is the one of SOPS_EDITOR, then that of EDITOR, split as a shell would', async ({ box }) => {
    await sealed(box)
    const { EDITOR = '' } = editor(box, `save(text + 'args: ' + process.argv.slice(2, -1).join('|') + '\\n')`)
    const env = { SOPS_EDITOR: `${EDITOR} 'a b' c\\ d "$HOME"`, EDITOR: 'false' }
    expect(await box.bulla(['edit', 'a.yaml'], { env })).toMatchObject({ code: 0 })
    expect(await opened(box, 'a.yaml')).toBe(`${YAML}args: a b|c d|$HOME\n`)
    const fallback = { SOPS_EDITOR: '', EDITOR: 'sed -i s/hunter2/hunter3/' }
    expect(await box.bulla(['edit', 'a.yaml'], { env: fallback })).toMatchObject({ code: 0 })
    expect(await opened(box, 'a.yaml')).toContain('hunter3')
  })

  it('is one that is installed when none is named', async ({ box }) => {
    await sealed(box)
    box.write('../bin/vi', '#!/bin/sh\n/bin/echo "c: vi" >> "$1"\n', 0o755)
    const options = { env: { PATH: box.path('../bin') } }
    expect(await box.bulla(['edit', 'a.yaml'], options)).toMatchObject({ code: 0 })
    box.write('../bin/nano', '#!/bin/sh\n/bin/echo "d: nano" >> "$1"\n', 0o755)
    expect(await box.bulla(['edit', 'a.yaml'], options)).toMatchObject({ code: 0 })
    expect(await opened(box, 'a.yaml')).toBe(`${YAML}c: vi\nd: nano\n`)
  })

  it.for([
    ['is not there', { PATH: '/nowhere' }, /there is no editor\n.*hint: set EDITOR/],
    ['cannot be found', { EDITOR: 'no-such-editor -x' }, /cannot be started: there is no such program/],
    ['fails', { EDITOR: 'sh -c "echo x: 1 >> $0; exit 3"' }, /ended with exit code 3; the file was not changed/],
    ['is killed', { EDITOR: `sh -c 'echo x: 1 >> $0; kill -9 $$'` }, /was killed; the file was not changed/],
    ['cannot be read', { EDITOR: `sh -c 'x` }, /EDITOR cannot be read/],
    ['removes the file', { EDITOR: 'rm' }, /the editor removed the file/],
    ['comes back at once', { EDITOR: '/usr/local/bin/code -n' }, /comes back at once.*\n.*EDITOR='code --wait'/],
  ] as const)('that %s is an error: 201, nothing is changed', async ([, env, message], { box }) => {
    await sealed(box)
    const before = box.snapshot()
    const outcome = await box.bulla(['edit', 'a.yaml', 'a.yaml'], { env })
    expect(outcome).toMatchObject({ code: 201, out: '' })
    expect(outcome.err).toMatch(message)
    expect(outcome.err.match(/error: /g)).toHaveLength(1)
    expect(box.snapshot()).toEqual(before)
  })

  it('that may have come back at once is named when nothing was edited', async ({ box }) => {
    await sealed(box)
    box.write('../bin/gedit', '#!/bin/sh\n', 0o755)
    const { code, err } = await box.bulla(['edit', 'a.yaml'], { env: { EDITOR: box.path('../bin/gedit') } })
    expect(code).toBe(200)
    expect(err).toMatch(/if gedit came back at once: set EDITOR='gedit --wait'/)
  })
})

describe('a file alone', () => {
  it('is edited', async ({ box }) => {
    await sealed(box)
    const options = { env: editor(box, `save(text + 'c: d\\n')`) }
    expect(await box.bulla(['a.yaml'], options)).toMatchObject({ code: 0 })
    expect(await box.bulla(['--ignore-mac', 'new.yaml'], options)).toMatchObject({ code: 0 })
    expect(await opened(box, 'a.yaml')).toBe(`${YAML}c: d\n`)
    expect(box.has('new.yaml')).toBe(true)
  })

  it.for(['edti', 'secrets', 'decyrpt a.yaml', 'a.yaml decrypt', 'folder', '--nope a.yaml'])(
    'is none that may be a slip: %s',
    async (words, { box }) => {
      await sealed(box)
      box.write('folder/x.yaml', 'a: 1\n')
      const before = box.snapshot()
      const outcome = await box.bulla(words.split(' '), { env: editor(box, `save('a: 2\\n')`) })
      expect(outcome).toMatchObject({ code: 1, out: '' })
      expect(edited(box)).toEqual([])
      expect(box.snapshot()).toEqual(before)
    },
  )
})

describe('--show-master-keys', () => {
  it('shows the metadata, and a new reader gets the same data key', async ({ box }) => {
    const before = await sealed(box)
    const { recipient } = await otherReader(box)
    const script = `save(text.replace('    age:\\n', '    age:\\n        - recipient: ${recipient}\\n'))`
    expect(await edit(box, script, ['-s', 'a.yaml'])).toMatchObject({ code: 0, err: '' })
    expect(await opened(box, 'a.yaml')).toBe(YAML)
    const env = { SOPS_AGE_KEY_FILE: box.path('../other.txt') }
    expect((await box.bulla(['decrypt', 'a.yaml'], { env })).out).toBe(YAML)
    expect(box.read('a.yaml').replace(/sops:[\s\S]*/, '')).toBe(before.replace(/sops:[\s\S]*/, ''))
  })

  it('gives a new data key when a reader was removed', async ({ box }) => {
    const { recipient } = await otherReader(box)
    box.write('.sops.yaml', `creation_rules:\n  - age: ${box.recipient},${recipient}\n`)
    box.write('a.yaml', YAML)
    await box.bulla(['encrypt', '-i', 'a.yaml'])
    const before = box.read('a.yaml')
    const entry = `/ {8}- enc: \\|\\n(?: {12}.*\\n)+ {10}recipient: ${recipient}\\n/`
    const outcome = await edit(box, `save(text.replace(${entry}, ''))`, ['-s', 'a.yaml'])
    expect(outcome.err).toMatch(/note: a\.yaml: new data key: .* no longer reads it/)
    expect(outcome.code).toBe(0)
    expect(await opened(box, 'a.yaml')).toBe(YAML)
    expect(box.read('a.yaml').match(/^a: .*/m)?.[0]).not.toBe(before.match(/^a: .*/m)?.[0])
    const env = { SOPS_AGE_KEY_FILE: box.path('../other.txt') }
    expect(await box.bulla(['decrypt', 'a.yaml'], { env })).toMatchObject({ code: 128 })
  })

  it('lets the selector be changed, and values with it', async ({ box }) => {
    await sealed(box)
    const script = `save(text.replace('unencrypted_suffix: _unencrypted', 'encrypted_regex: ^a$').replace('2', '3'))`
    expect(await edit(box, script, ['--show-master-keys', 'a.yaml'])).toMatchObject({ code: 0 })
    expect(box.read('a.yaml')).toContain('\nlist: [x, x, y]')
    expect(await opened(box, 'a.yaml')).toBe(YAML.replace('2', '3'))
  })

  it('without a change writes nothing, and needs its block', async ({ box }) => {
    const before = await sealed(box)
    expect(await edit(box, '', ['-s', 'a.yaml'])).toMatchObject({ code: 200 })
    const outcome = await edit(box, `save('a: 1\\n')`, ['-s', 'a.yaml'])
    expect(outcome).toMatchObject({ code: 1 })
    expect(outcome.err).toMatch(/the sops block is gone/)
    expect(box.read('a.yaml')).toBe(before)
  })
})

async function otherReader(box: Sandbox): Promise<{ recipient: string }> {
  const { newIdentity } = await import('../helpers/age.ts')
  const { identity, recipient } = newIdentity()
  box.write('../other.txt', `${identity}\n`)
  return { recipient }
}

/** Everything on the disk that a test could have written, but the scripts themselves. */
function onDisk(box: Sandbox): string {
  const outside = box.path('..')
  return readdirSync(outside, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/^(editor\.cjs|rounds|open|told)$/.test(entry.name))
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
    .join('\n')
}

/** Notes the signal that it is told to end by; ends when nobody waits for it any more. */
const WAIT = `
const parent = process.ppid
const wait = () => process.ppid === parent && setTimeout(wait, 20)
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    note('told', signal)
    process.kill(process.pid, signal)
  })
}
wait()
note('open', '')`

/** What a killed process left goes when its guard has seen that it is gone; a folder without a file may stay. */
async function untilEmpty(folder: string): Promise<void> {
  while (holdsFiles(folder)) await setImmediate()
}

function holdsFiles(folder: string): boolean {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true }).some((entry) => entry.isFile())
  } catch {
    // a folder went while it was read: look again
    return true
  }
}

/** Start an edit whose editor stays open while its parent lives, and wait until it is. */
async function openEditor(box: Sandbox, env: Readonly<Record<string, string>>, script = '') {
  const variables = { ...editor(box, `${script}; ${WAIT}`), ...env }
  const { child, outcome } = box.start(process.execPath, [COMMAND, 'edit', 'a.yaml'], { env: variables })
  while (!existsSync(box.path('../open'))) await setImmediate()
  return { child, outcome }
}

describe.skipIf(process.platform === 'win32')('the plaintext', () => {
  it('is in a file 0600 of the same name, in a folder 0700, and gone afterwards', async ({ box }) => {
    await sealed(box)
    const script = `note('modes', fs.statSync(file).mode + ' ' + fs.statSync(require('path').dirname(file)).mode)`
    await edit(box, script)
    const [path = ''] = edited(box)
    expect(basename(path)).toBe('a.yaml')
    const modes = readFileSync(box.path('../modes'), 'utf8').split(' ')
    expect(modes.map((mode) => (Number(mode) & 0o777).toString(8))).toEqual(['600', '700'])
    expect(existsSync(dirname(path))).toBe(false)
  })

  it.skipIf(!hasMemory)('is in memory: in XDG_RUNTIME_DIR where that is, else in /dev/shm', async ({ box }) => {
    await sealed(box)
    await inOwnMemory(async (folder, env) => {
      await edit(box, '', ['a.yaml'], { env })
      await edit(box, '', ['a.yaml'], { env: { XDG_RUNTIME_DIR: box.folder } })
      const [own = '', shared = ''] = edited(box)
      expect(dirname(dirname(own))).toBe(folder)
      expect(dirname(dirname(shared))).toBe('/dev/shm')
      expect(readdirSync(folder)).toEqual([])
    })
  })

  it.for(['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const)(
    'is gone after %s while the editor is open, which ends too',
    async (signal, { box }) => {
      await sealed(box)
      const before = box.snapshot()
      const { child, outcome } = await openEditor(box, {})
      // Ctrl-C is for the editor: it reaches both
      if (signal === 'SIGINT') process.kill(-(child.pid ?? 0), signal)
      else child.kill(signal)
      expect(here(await outcome)).toMatchObject({ signal, err: '' })
      expect(readFileSync(box.path('../told'), 'utf8')).toBe(signal === 'SIGINT' ? signal : 'SIGTERM')
      expect(existsSync(dirname(edited(box)[0] ?? ''))).toBe(false)
      expect(box.snapshot()).toEqual(before)
    },
  )

  it.skipIf(!hasMemory)('is gone after kill -9 as soon as the editor has ended too', async ({ box }) => {
    await sealed(box)
    const before = box.snapshot()
    await inOwnMemory(async (folder, env) => {
      const ending = `process.on('exit', () => note('folder', String(fs.existsSync(file))))`
      const { child, outcome } = await openEditor(box, env, `save(text.replace('hunter2', 'hunter3')); ${ending}`)
      child.kill('SIGKILL')
      expect(await outcome).toMatchObject({ signal: 'SIGKILL' })
      await untilEmpty(folder)
      expect(readFileSync(box.path('../folder'), 'utf8')).toBe('true')
    })
    expect(box.snapshot()).toEqual(before)
    expectNoSecret(onDisk(box))
  })

  it.skipIf(!hasMemory)('that is left nevertheless stays until doctor is told to remove it', async ({ box }) => {
    await sealed(box)
    await inOwnMemory(async (folder, env) => {
      // of a process that is no more
      const { pid } = spawnSync('true')
      const left = join(folder, `bulla-edit-${pid}-aB3xYz`)
      mkdirSync(left)
      writeFileSync(join(left, 'a.yaml'), YAML)
      // it may be all that is left of the work
      await box.bulla(['edit', 'a.yaml'], { env: { ...env, EDITOR: 'true' } })
      expect(existsSync(left)).toBe(true)
      const found = `note     memory: ${left}: holds plaintext that a killed edit or exec-file left\n`
      expect((await box.bulla(['doctor'], { env })).out).toContain(found)
      expect(readdirSync(folder)).toEqual([basename(left)])
      expect((await box.bulla(['doctor', '--clean'], { env })).out).toContain(`${left}: removed\n`)
      expect(readdirSync(folder)).toEqual([])
      expect((await box.bulla(['doctor'], { env })).out).not.toContain('plaintext that a killed')
    })
  })

  it.skipIf(!hasMemory).for(Array.from({ length: ROUNDS }, (_, round) => round))(
    'is nowhere after kill -9 at any time, and the file is old or new: %i',
    async (round, { box }) => {
      const many = Array.from({ length: 2_000 }, (_, index) => `k${index}: ${SECRET}-${index}\n`).join('')
      const before = await sealed(box, 'a.yaml', many)
      const after = many.replaceAll('hunter2', 'hunter3')
      await inOwnMemory(async (folder, env) => {
        const variables = { ...editor(box, `save(text.replaceAll('hunter2', 'hunter3'))`), ...env }
        // before the editor is open, or from there to the end
        const reached = () => round % 3 === 0 || edited(box).length > 0
        const rounds = Math.floor(Math.random() * 3_000)
        const started = box.start(process.execPath, [COMMAND, 'edit', 'a.yaml'], { env: variables })
        await stopWhen(started, { signal: 'SIGKILL', reached, rounds })
        await untilEmpty(folder)
      })
      if (box.read('a.yaml') !== before) expect(await opened(box, 'a.yaml')).toBe(after)
      expectNoSecret(onDisk(box))
      expect(statSync(box.path('a.yaml')).isFile()).toBe(true)
    },
  )
})
