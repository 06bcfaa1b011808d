import { existsSync, linkSync, lstatSync, mkdirSync, readlinkSync, symlinkSync } from 'node:fs'
import { describe, expect } from 'vitest'
import { expectNoSecret, MARKER } from '../helpers/canary.ts'
import { it, type Sandbox } from '../helpers/sandbox.ts'
import { withOtherData } from '../helpers/tamper.ts'

const SECRET = `${MARKER}-hunter2`
const YAML = `db:\n  password: ${SECRET}\n`
const isWindows = process.platform === 'win32'

const sealed = (box: Sandbox, name = 'a.yaml', plain = YAML) => box.seal({ [name]: plain })

/** Names in the sandbox, without what is always there. */
const names = (box: Sandbox) => Object.keys(box.snapshot()).filter((name) => name !== '.sops.yaml')

describe('writing in place', () => {
  it.skipIf(isWindows).for([0o600, 0o640, 0o644, 0o755, 0o664])('keeps permissions: %i', async (mode, { box }) => {
    await sealed(box)
    box.write('a.yaml', YAML, mode)
    for (const command of ['encrypt', 'decrypt']) {
      expect(await box.sh(`umask 0; bulla ${command} -i a.yaml`)).toMatchObject({ code: 0 })
      expect(box.mode('a.yaml')).toBe(mode.toString(8))
    }
    expect(names(box)).toEqual(['a.yaml'])
  })

  it.skipIf(isWindows)('follows links to their file, and keeps them', async ({ box }) => {
    const text = await sealed(box)
    box.write('real/target.yaml', text)
    symlinkSync('real/target.yaml', box.path('link.yaml'))
    symlinkSync('link.yaml', box.path('second.yaml'))

    expect(await box.bulla(['decrypt', '-i', 'second.yaml'])).toMatchObject({ code: 0 })

    expect(readlinkSync(box.path('second.yaml'))).toBe('link.yaml')
    expect(readlinkSync(box.path('link.yaml'))).toBe('real/target.yaml')
    expect(box.read('real/target.yaml')).toBe(YAML)
    expect(names(box)).toEqual(['a.yaml', 'link.yaml', 'real', 'real/target.yaml', 'second.yaml'])
  })

  it.skipIf(isWindows)('writes a file once that is named twice, by a link too', async ({ box }) => {
    await sealed(box)
    symlinkSync('a.yaml', box.path('link.yaml'))
    const { code, err } = await box.bulla(['decrypt', '-i', 'a.yaml', 'link.yaml', './a.yaml'])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(box.read('a.yaml')).toBe(YAML)
  })

  it.skipIf(isWindows)('does not follow links that only lie in a folder or fit a pattern', async ({ box }) => {
    const text = await sealed(box)
    box.write('outside/target.yaml', text)
    box.write('folder/b.yaml', text)
    symlinkSync('../outside/target.yaml', box.path('folder/link.yaml'))
    symlinkSync('../outside', box.path('folder/sub'))

    await box.bulla(['decrypt', '-i', 'folder', 'folder/*.yaml', 'folder/**/*.yaml'])

    expect(box.read('folder/b.yaml')).toBe(YAML)
    expect(box.read('outside/target.yaml')).toBe(text)
  })

  it.skipIf(isWindows)('replaces the file: another name of it keeps what was there', async ({ box }) => {
    const text = await sealed(box)
    linkSync(box.path('a.yaml'), box.path('other.yaml'))
    await box.bulla(['decrypt', '-i', 'a.yaml'])
    expect(box.read('other.yaml')).toBe(text)
  })

  it.skipIf(isWindows)('says of a file that it sealed when it is in clear under another name', async ({ box }) => {
    box.policy()
    box.write('a.yaml', YAML)
    linkSync(box.path('a.yaml'), box.path('b.yaml'))
    const { code, err } = await box.bulla(['encrypt', '--in-place', 'a.yaml'])
    expect({ code, err }).toEqual({
      code: 0,
      err: expect.stringMatching(/^bulla: note: a\.yaml: .*other names \(hard links\)/),
    })
    expect([box.read('a.yaml').includes('ENC['), box.read('b.yaml')]).toEqual([true, YAML])
  })

  it('leaves the file alone that somebody else changed in the meantime', async ({ box }) => {
    await sealed(box)
    const hook = box.write('hook.cjs', HOOK('a.yaml', 'somebody else was here\n', box.identity))
    const env = { SOPS_AGE_KEY_FILE: undefined, SOPS_AGE_KEY_CMD: `${process.execPath} ${hook}` }

    const { code, err } = await box.bulla(['decrypt', '-i', 'a.yaml'], { env })

    expect(code).toBe(3)
    expect(err).toMatch(/a\.yaml: somebody else changed the file in the meantime/)
    expect(err).toMatch(/\nbulla: hint: look at the change, then run the command again\n/)
    expectNoSecret(err, box.identity)
    expect(box.read('a.yaml')).toBe('somebody else was here\n')
    expect(names(box)).toEqual(['a.yaml', 'hook.cjs'])
  })

  it('leaves it alone although it only was written again with the same content', async ({ box }) => {
    const text = await sealed(box)
    const hook = box.write('hook.cjs', HOOK('a.yaml', text, box.identity))
    const env = { SOPS_AGE_KEY_FILE: undefined, SOPS_AGE_KEY_CMD: `${process.execPath} ${hook}` }
    expect(await box.bulla(['decrypt', '-i', 'a.yaml'], { env })).toMatchObject({ code: 3 })
    expect(box.read('a.yaml')).toBe(text)
  })

  it('leaves a plain file alone that somebody else changed while it was sealed', async ({ box }) => {
    const text = await sealed(box)
    await box.git('init', '-q')
    await box.git('add', '.')
    box.write('a.yaml', `${YAML}more: 1\n`)
    const hook = box.write('hook.cjs', HOOK('a.yaml', 'changed: yes\n', box.identity))
    const env = { SOPS_AGE_KEY_FILE: undefined, SOPS_AGE_KEY_CMD: `${process.execPath} ${hook}` }

    // the earlier version in git has to be opened: so the hook runs between reading and writing
    const { code, err } = await box.bulla(['encrypt', '-i', 'a.yaml'], { env })
    expect(code).toBe(3)
    expect(err).toMatch(/a\.yaml: somebody else changed the file in the meantime.*\nbulla: hint: look at the change/)
    expect(box.read('a.yaml')).toBe('changed: yes\n')
    expect(text).not.toContain(SECRET)
    expect(names(box)).toEqual(['.git', 'a.yaml', 'hook.cjs'])
  })

  it('leaves an output alone that somebody else changed while it was made', async ({ box }) => {
    const text = await sealed(box)
    box.write('plain.yaml', `${YAML}more: 1\n`)
    const hook = box.write('hook.cjs', HOOK('a.yaml', 'changed: yes\n', box.identity))
    const env = { SOPS_AGE_KEY_FILE: undefined, SOPS_AGE_KEY_CMD: `${process.execPath} ${hook}` }
    const { code, err } = await box.bulla(['encrypt', '--output', 'a.yaml', 'plain.yaml'], { env })
    expect(code).toBe(3)
    expect(err).toMatch(/a\.yaml: somebody else changed the file in the meantime.*\nbulla: hint: look at the change/)
    expect(box.read('a.yaml')).toBe('changed: yes\n')
    expect(text).not.toContain(SECRET)
    expect(names(box)).toEqual(['a.yaml', 'hook.cjs', 'plain.yaml'])
  })

  it('stops at one of several files that somebody else changed, and says how far it came', async ({ box }) => {
    const text = await sealed(box)
    for (const name of ['b', 'c', 'd']) box.write(`${name}.yaml`, text)
    const hook = box.write('hook.cjs', HOOK('c.yaml', 'changed: yes\n', box.identity))
    const env = { SOPS_AGE_KEY_FILE: undefined, SOPS_AGE_KEY_CMD: `${process.execPath} ${hook}` }
    const { code, err } = await box.bulla(['decrypt', '-i', 'a.yaml', 'b.yaml', 'c.yaml', 'd.yaml'], { env })
    expect(code).toBe(3)
    expect(err).toMatch(/c\.yaml: somebody else changed[\s\S]*1 of 4 files failed; .*written/)
    expect(box.read('c.yaml')).toBe('changed: yes\n')
    for (const name of ['a.yaml', 'b.yaml', 'd.yaml']) expect([YAML, text]).toContain(box.read(name))
    expect(names(box)).toEqual(['a.yaml', 'b.yaml', 'c.yaml', 'd.yaml', 'hook.cjs'])
  })

  it('does not bring back a file that somebody else removed in the meantime', async ({ box }) => {
    await sealed(box)
    const hook = box.write('hook.cjs', HOOK('a.yaml', undefined, box.identity))
    const env = { SOPS_AGE_KEY_FILE: undefined, SOPS_AGE_KEY_CMD: `${process.execPath} ${hook}` }
    expect(await box.bulla(['decrypt', '-i', 'a.yaml'], { env })).toMatchObject({ code: 3 })
    expect(names(box)).toEqual(['hook.cjs'])
  })
})

/** An identity command that changes a file while bulla waits for it. */
const HOOK = (file: string, content: string | undefined, identity: string) => `
const fs = require('node:fs')
fs.rmSync(${JSON.stringify(file)})
${content === undefined ? '' : `fs.writeFileSync(${JSON.stringify(file)}, ${JSON.stringify(content)})`}
console.log(${JSON.stringify(identity)})
`

const DISK_SCRIPT = `
mount -t tmpfs -o size=256k tmpfs disk || exit 99
cp a.yaml disk/
head -c 100000 /dev/zero > disk/filler
"$NODE" "$BULLA" decrypt -i disk/a.yaml
echo $?
ls -A disk
cmp a.yaml disk/a.yaml && echo same
`

describe('what cannot be written', () => {
  it.skipIf(isWindows).for([
    ['in place', ['decrypt', '-i', 'ro/a.yaml']],
    ['into a file', ['decrypt', '--output', 'ro/b.yaml', 'a.yaml']],
    ['over a file', ['decrypt', '--output', 'ro/a.yaml', 'a.yaml']],
    ['into a folder', ['decrypt', '--output-dir', 'ro/out', 'a.yaml']],
  ] as const)('because the folder is read-only, leaves everything as it was: %s', async ([, args], { box }) => {
    const text = await sealed(box)
    box.write('ro/a.yaml', text)
    await box.sh('chmod 555 ro')
    const before = box.snapshot()

    const { code, err } = await box.bullaUnprivileged(args)

    expect(code).toBe(3)
    expect(err).toMatch(/cannot be written: permission denied\nbulla: hint: check the permissions/)
    expect(box.snapshot()).toEqual(before)
  })

  it.skipIf(isWindows)('because one of many is read-only, keeps the others as they are, too', async ({ box }) => {
    const text = await sealed(box)
    const names = Array.from({ length: 20 }, (_, index) => `many/${String(index).padStart(2, '0')}.yaml`)
    for (const name of names) box.write(name, text, name === 'many/13.yaml' ? 0o444 : 0o644)
    const { code, err } = await box.bullaUnprivileged(['decrypt', '-i', 'many'])
    expect([code, err]).toEqual([3, expect.stringContaining('13.yaml: cannot be written: permission denied')])
    expect(names.map((name) => box.read(name))).toEqual(names.map(() => text))
  })

  it.skipIf(isWindows)('because the file is read-only, is not replaced either', async ({ box }) => {
    const text = await sealed(box)
    box.write('a.yaml', text, 0o444)
    expect(await box.bullaUnprivileged(['decrypt', '-i', 'a.yaml'])).toMatchObject({ code: 3 })
    expect(box.read('a.yaml')).toBe(text)
  })

  // RLIMIT_FSIZE stands in for a full disk: writing fails in the middle
  it.skipIf(isWindows).for([
    ['in place', 'bulla decrypt -i a.yaml'],
    ['to a file', 'bulla decrypt --output b.yaml a.yaml'],
    ['to a folder', 'bulla decrypt --output-dir out a.yaml'],
    ['sealed in place', 'bulla encrypt -i --config .sops.yaml plain.yaml'],
    ['many in place', 'bulla decrypt -i .'],
  ] as const)('because there is no room, leaves everything as it was: %s', async ([, script], { box }) => {
    await sealed(box, 'a.yaml', `a: ${'x'.repeat(40_000)}\n`)
    box.write('plain.yaml', `a: ${SECRET}${'x'.repeat(40_000)}\n`)
    const before = box.snapshot()

    const { code, err } = await box.sh(`ulimit -f 16; ${script}`)

    expect(code).toBe(3)
    expect(err).toMatch(/cannot be written: it would be larger than a file may be\nbulla: hint: ./)
    expectNoSecret(err)
    expect(box.snapshot()).toEqual(before)
  })

  it.skipIf(isWindows)('because the disk is full, leaves everything as it was', async ({ box, skip }) => {
    await sealed(box, 'a.yaml', `a: ${'x'.repeat(100_000)}\n`)
    mkdirSync(box.path('disk'))
    // a disk that nobody else sees, and that goes with its shell
    const inside = box.write('inside.sh', DISK_SCRIPT)
    const { code, out, err } = await box.sh(`unshare --mount --map-root-user sh ${inside}`)
    skip(code === 99 || /unshare/.test(err), 'a small disk cannot be mounted here')

    expect(out.split('\n')).toEqual(['3', 'a.yaml', 'filler', 'same', ''])
    expect(err).toMatch(/the disk is full\nbulla: hint: make room/)
  })

  it('because the way there does not exist, says so', async ({ box }) => {
    await sealed(box)
    const { code, err } = await box.bulla(['decrypt', '--output', 'nowhere/b.yaml', 'a.yaml'])
    expect(code).toBe(3)
    expect(err).toMatch(
      /nowhere.b\.yaml: cannot be written: there is no such file or folder\nbulla: hint: check the path/,
    )
  })

  it('is told how far it came when one of several writes fails', async ({ box }) => {
    await sealed(box)
    box.write('small.yaml', 'a: 1\n')
    box.write('large.yaml', `a: ${'x'.repeat(40_000)}\n`)
    const { code, err } = await box.sh('ulimit -f 16; bulla encrypt -i small.yaml large.yaml')
    expect(code).toBe(3)
    expect(err).toMatch(/1 of 2 files failed; 1 was written, the others are as they were\n$/)
    expect(box.read('small.yaml')).toContain('ENC[')
    expect(box.read('large.yaml')).not.toContain('ENC[')
  })
})

describe('--output', () => {
  it.skipIf(isWindows)('makes a file with the permissions the umask leaves', async ({ box }) => {
    await sealed(box)
    await box.sh('umask 027; bulla decrypt --output b.yaml a.yaml')
    expect(box.mode('b.yaml')).toBe('640')
    await box.sh('umask 077; bulla decrypt --output b.yaml a.yaml')
    expect(box.mode('b.yaml')).toBe('640')
  })

  it.skipIf(isWindows)('follows a link, also one to a file that is not there yet', async ({ box }) => {
    await sealed(box)
    mkdirSync(box.path('real'))
    symlinkSync('real/b.yaml', box.path('link.yaml'))
    expect(await box.bulla(['decrypt', '--output', 'link.yaml', 'a.yaml'])).toMatchObject({ code: 0 })
    expect(lstatSync(box.path('link.yaml')).isSymbolicLink()).toBe(true)
    expect(box.read('real/b.yaml')).toBe(YAML)
  })

  it.skipIf(isWindows)('writes into what is no file', async ({ box }) => {
    await sealed(box)
    expect(await box.sh('bulla decrypt --output /dev/stdout a.yaml | cat')).toMatchObject({ code: 0, out: YAML })
    const fifo = await box.sh('mkfifo pipe && { cat pipe & } && bulla decrypt --output pipe a.yaml; wait')
    expect(fifo).toMatchObject({ code: 0, out: YAML })
    expect(await box.sh('bulla decrypt --output /dev/full a.yaml')).toMatchObject({ code: 3 })
  })

  it('of encrypt replaces what is there, also when it is something else', async ({ box }) => {
    await sealed(box)
    box.write('plain.yaml', YAML)
    box.write('b.yaml', 'not sealed: at all\n')
    expect(await box.bulla(['encrypt', '--output', 'b.yaml', 'plain.yaml'])).toMatchObject({ code: 0, err: '' })
    expect((await box.bulla(['decrypt', 'b.yaml'])).out).toBe(YAML)
  })
})

describe('--output-dir', () => {
  async function tree(box: Sandbox): Promise<void> {
    const text = await sealed(box, 'deploy/a.yaml')
    box.write('deploy/sub/b.yaml', text)
    box.write('deploy/plain.txt', 'not sealed\n')
  }

  it('opens a tree somewhere else, for nobody else to read', async ({ box }) => {
    await tree(box)
    const { code, err } = await box.sh('umask 0; bulla decrypt deploy --output-dir out')
    expect({ code, err }).toEqual({ code: 0, err: 'bulla: 3 files: 2 opened, 1 not sealed\n' })
    expect(box.read('out/a.yaml')).toBe(YAML)
    expect(box.read('out/sub/b.yaml')).toBe(YAML)
    expect(box.has('out/plain.txt')).toBe(false)
    if (isWindows) return
    const modes = ['out', 'out/sub', 'out/a.yaml', 'out/sub/b.yaml'].map((name) => box.mode(name))
    expect(modes).toEqual(['700', '700', '600', '600'])
  })

  it('makes missing folders, and may be an empty one', async ({ box }) => {
    await tree(box)
    mkdirSync(box.path('empty'))
    expect(await box.bulla(['decrypt', 'deploy', '--output-dir', 'new/deep/out'])).toMatchObject({ code: 0 })
    expect(await box.bulla(['decrypt', 'deploy', '--output-dir', 'empty'])).toMatchObject({ code: 0 })
    expect(box.read('new/deep/out/a.yaml')).toBe(YAML)
    expect(box.read('empty/sub/b.yaml')).toBe(YAML)
  })

  it('takes single files and patterns, from the folder they have in common', async ({ box }) => {
    await tree(box)
    await box.bulla(['decrypt', 'deploy/sub/b.yaml', '--output-dir', 'one'])
    await box.bulla(['decrypt', 'deploy/**/*.yaml', '--output-dir', 'some'])
    expect(names(box).filter((name) => /^(one|some)/.test(name))).toEqual([
      'one',
      'one/b.yaml',
      'some',
      'some/a.yaml',
      'some/sub',
      'some/sub/b.yaml',
    ])
  })

  it('is all or nothing: one file that does not open leaves no folder', async ({ box }) => {
    await tree(box)
    box.write('deploy/z.yaml', withOtherData(box.read('deploy/a.yaml')))
    const before = box.snapshot()
    const { code, err } = await box.bulla(['decrypt', 'deploy', '--output-dir', 'new/out'])
    expect(code).toBe(25)
    expect(err).toMatch(/deploy.z\.yaml/)
    expect(box.snapshot()).toEqual(before)
  })

  it('does not touch a folder with something in it, nor a file', async ({ box }) => {
    await tree(box)
    box.write('full/x', 'x')
    const before = box.snapshot()
    for (const name of ['full', 'full/x', 'deploy']) {
      const { code, err } = await box.bulla(['decrypt', 'deploy', '--output-dir', name])
      expect(code).toBe(3)
      expect(err).toMatch(/\nbulla: hint: ./)
    }
    expect(box.snapshot()).toEqual(before)
  })

  it('needs a name for what it opens', async ({ box }) => {
    const text = await sealed(box)
    const { code, err } = await box.bulla(['decrypt', '--input-type', 'yaml', '--output-dir', 'out'], { stdin: text })
    expect(code).toBe(8)
    expect(err).toMatch(/no folder in common.*\nbulla: hint: .*--output/)
    expect(existsSync(box.path('out'))).toBe(false)
  })
})
