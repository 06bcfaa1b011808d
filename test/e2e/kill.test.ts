import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { describe, expect } from 'vitest'
import { newIdentity } from '../helpers/age.ts'
import { MARKER } from '../helpers/canary.ts'
import { COMMAND, it, type Sandbox } from '../helpers/sandbox.ts'
import { type Stop, stopWhen } from '../helpers/stopping.ts'

const isWindows = process.platform === 'win32'
const COUNT = 60
const isSlow = process.env['SLOW'] !== undefined
const ROUNDS = isSlow ? 200 : 3
/** After how many files or folders were put on the disk it is killed: one sync is missing for the last file. */
const SYNCS = isSlow ? Array.from({ length: COUNT }, (_, index) => index) : [0, 1, 9, 40]
/** Files that are written at the same time. */
const MOST_AT_ONCE = 8
const NAMES = Array.from({ length: COUNT }, (_, index) => `f${index}.yaml`)
const plainOf = (name: string) => `name: ${name}\nvalue: ${'x'.repeat(2_000)}\n`
const TEMPORARY = /\.tmp$/

/** Many plain files, sealed when `sealed`. */
async function manyFiles(box: Sandbox, sealed: boolean): Promise<void> {
  box.policy('path_regex: ^many/')
  for (const name of NAMES) box.write(`many/${name}`, plainOf(name))
  if (sealed && (await box.bulla(['encrypt', '-i', 'many'])).code !== 0)
    throw new Error('the files could not be sealed')
}

const read = (box: Sandbox) => new Map(NAMES.map((name) => [name, box.read(`many/${name}`)]))
const changedIn = (box: Sandbox, before: ReadonlyMap<string, string>) =>
  NAMES.filter((name) => box.read(`many/${name}`) !== before.get(name))
const temporaries = (box: Sandbox) =>
  readdirSync(box.folder, { recursive: true })
    .map(String)
    .filter((name) => TEMPORARY.test(name))

/** Start a command and {@link stopWhen} it has reached something. */
function stop(box: Sandbox, args: readonly string[], how: Stop, env: Readonly<Record<string, string>> = {}) {
  return stopWhen(box.start(process.execPath, [COMMAND, ...args], { env }), how)
}

/** The same, while the command waits for the disk: after so many files or folders were put on it. */
function stopWaiting(
  box: Sandbox,
  args: readonly string[],
  { syncs, signal }: { syncs: number } & Pick<Stop, 'signal'>,
) {
  return stop(box, args, { signal, reached: () => box.observed().includes('hang') }, box.hang(syncs))
}

/** What holds after a command was killed while it sealed many files, wherever that was. */
async function expectToGoOn(box: Sandbox, before: ReadonlyMap<string, string>): Promise<void> {
  const now = read(box)
  const changed = changedIn(box, before)
  if (changed.length > 0) {
    const opened = await box.bulla(['decrypt', ...changed.map((name) => `many/${name}`), '--output-dir', 'opened'])
    expect(opened).toMatchObject({ code: 0 })
    for (const name of changed) expect(box.read(`opened/${name}`)).toBe(plainOf(name))
  }
  expect(await box.bulla(['encrypt', '-i', 'many'])).toMatchObject({ code: 0 })
  const sealed = read(box)
  for (const name of changed) expect(sealed.get(name)).toBe(now.get(name))
  expect(await box.bulla(['decrypt', '-i', 'many'])).toMatchObject({ code: 0 })
  expect(read(box)).toEqual(before)
  expect(temporaries(box).length).toBeLessThanOrEqual(MOST_AT_ONCE)
}

describe.skipIf(isWindows)('a command over many files that is killed', () => {
  it.for(SYNCS)(
    'while it waits for the disk leaves each file old or new, and the next run does the rest: after %i syncs',
    async (syncs, { box }) => {
      await manyFiles(box, false)
      const before = read(box)
      const { signal } = await stopWaiting(box, ['encrypt', '-i', 'many'], { syncs, signal: 'SIGKILL' })
      expect(signal).toBe('SIGKILL')
      expect(changedIn(box, before).length).toBeLessThan(COUNT)
      await expectToGoOn(box, before)
    },
  )

  it('leaves plaintext beside files that doctor names and removes, and that no commit takes', async ({ box }) => {
    await manyFiles(box, true)
    await box.git('init', '-q')
    await stopWaiting(box, ['decrypt', '-i', 'many'], { syncs: 20, signal: 'SIGKILL' })
    const left = temporaries(box)
    expect(left.length).toBeGreaterThan(0)
    await box.git('add', '-A')
    const hook = await box.bulla(['hook', 'run', 'pre-commit'])
    expect(hook.code).toBe(1)
    for (const name of left) {
      expect(hook.err).toContain(`block decrypted-leftover: ${name}: the name says that bulla was killed`)
      expect((await box.bulla(['doctor', '--quiet'])).out).toContain(`${name}: a write that was killed left it`)
    }
    expect((await box.bulla(['doctor', '--clean'])).out).toContain(`${left[0]}: removed`)
    expect(temporaries(box)).toEqual([])
  })

  it.for(Array.from({ length: ROUNDS }, (_, round) => round))(
    'at any time leaves each file old or new, and the next run does the rest: %i',
    async (round, { box }) => {
      await manyFiles(box, false)
      const before = read(box)
      // from before the first write to somewhere in the middle, or too late: all of that is well
      const reached = round % 3 === 0 ? () => true : () => box.read('many/f0.yaml') !== before.get('f0.yaml')
      const rounds = Math.floor(Math.random() * (round % 3 === 0 ? 20_000 : 300))
      await stop(box, ['encrypt', '-i', 'many'], { reached, rounds, signal: 'SIGKILL' })
      await expectToGoOn(box, before)
    },
  )

  it.for(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'by %s leaves each file old or new and nothing else, and ends by that signal',
    async (wanted, { box }) => {
      await manyFiles(box, true)
      const before = read(box)

      const { code, signal, err } = await stopWaiting(box, ['decrypt', '-i', 'many'], { syncs: 20, signal: wanted })

      const changed = changedIn(box, before)
      expect({ code, signal, err }).toEqual({ code: null, signal: wanted, err: '' })
      expect(changed.length).toBeGreaterThan(0)
      expect(changed.length).toBeLessThan(COUNT)
      for (const name of changed) expect(box.read(`many/${name}`)).toBe(plainOf(name))
      expect(temporaries(box)).toEqual([])
    },
  )

  it.for(['SIGINT', 'SIGTERM', 'SIGKILL'] as const)(
    'by %s while it opens a folder leaves no folder',
    async (wanted, { box }) => {
      await manyFiles(box, true)
      const before = box.snapshot()

      const args = ['decrypt', 'many', '--output-dir', 'new/out']
      const { signal } = await stopWaiting(box, args, { syncs: 20, signal: wanted })

      expect(signal).toBe(wanted)
      expect(existsSync(box.path('new'))).toBe(false)
      if (wanted === 'SIGKILL') expect(temporaries(box).length).toBeGreaterThan(0)
      else expect(box.snapshot()).toEqual(before)
    },
  )

  it.for(['SIGINT', 'SIGTERM'] as const)('by %s before it writes has done nothing', async (wanted, { box }) => {
    await manyFiles(box, true)
    const before = box.snapshot()
    // an identity command that never ends while somebody waits for it
    const forever = 'echo > ../asked; while kill -0 $PPID 2>/dev/null; do sleep 0.05; done'
    const env = { SOPS_AGE_KEY_FILE: undefined, SOPS_AGE_KEY_CMD: `sh -c '${forever}'` }
    const { child, outcome } = box.start(process.execPath, [COMMAND, 'decrypt', '-i', 'many'], { env })
    while (!existsSync(box.path('../asked'))) await setImmediate()
    child.kill(wanted)
    expect((await outcome).signal).toBe(wanted)
    expect(box.snapshot()).toEqual(before)
  })

  it('does not take for its own what a killed run left behind', async ({ box }) => {
    await manyFiles(box, false)
    const left = box.write('many/.f0.yaml.4242-0123456789ab.tmp', 'half of a')
    box.write('many/.out.4242-0123456789ab.tmp/a.yaml', 'a: 1\n')
    expect(await box.bulla(['encrypt', '-i', 'many'])).toMatchObject({ code: 0, err: 'bulla: 60 files: 60 sealed\n' })
    expect(readFileSync(left, 'utf8')).toBe('half of a')
    expect((await box.bulla(['decrypt', '--dry-run', 'many/**/*'])).out).not.toMatch(TEMPORARY)
  })
})

/** Sealed files whose readers are to change: each command leaves the same values, sealed. */
const REWRITES = [
  ['rotate', ['rotate', '-i', 'many']],
  ['updatekeys', ['updatekeys', '-y', '-q', 'many']],
] as const

async function filesToRewrite(box: Sandbox): Promise<ReadonlyMap<string, string>> {
  await manyFiles(box, true)
  addReader(box)
  return read(box)
}

/** To the rule: the files do not know him yet. */
function addReader(box: Sandbox): void {
  box.write('.sops.yaml', box.read('.sops.yaml').replace(/age: .*/, `$&,${newIdentity().recipient}`))
}

/** What holds after such a command was killed, wherever that was. */
async function expectAllToOpen(box: Sandbox, args: readonly string[], before: ReadonlyMap<string, string>) {
  expect(await box.bulla(['decrypt', ...NAMES.map((name) => `many/${name}`), '--output-dir', 'opened'])).toMatchObject({
    code: 0,
  })
  for (const name of NAMES) expect(box.read(`opened/${name}`)).toBe(plainOf(name))
  expect(temporaries(box).length).toBeLessThanOrEqual(MOST_AT_ONCE)
  expect(await box.bulla(args)).toMatchObject({ code: 0 })
  expect(changedIn(box, before)).toEqual(NAMES)
}

describe.skipIf(isWindows).each(REWRITES)('%s over many files that is killed', (_, args) => {
  it.for(SYNCS)('while it waits for the disk leaves each file old or new: after %i syncs', async (syncs, { box }) => {
    const before = await filesToRewrite(box)
    const { signal } = await stopWaiting(box, args, { syncs, signal: 'SIGKILL' })
    expect(signal).toBe('SIGKILL')
    expect(changedIn(box, before).length).toBeLessThan(COUNT)
    await expectAllToOpen(box, args, before)
  })

  it.for(Array.from({ length: ROUNDS }, (_round, round) => round))(
    'at any time leaves each file old or new: %i',
    async (round, { box }) => {
      const before = await filesToRewrite(box)
      const reached = round % 3 === 0 ? () => true : () => box.read('many/f0.yaml') !== before.get('f0.yaml')
      const rounds = Math.floor(Math.random() * (round % 3 === 0 ? 20_000 : 300))
      await stop(box, args, { reached, rounds, signal: 'SIGKILL' })
      await expectAllToOpen(box, args, before)
    },
  )
})

const LARGE = Array.from({ length: 4_000 }, (_, index) => `key${index}: ${MARKER} ${index}\n`).join('')
const NEW = `${MARKER} new`
/** What is done to the large file, how, and what it holds then. */
type Change = readonly [what: string, args: readonly string[], plain: string]
const CHANGES: readonly Change[] = [
  [
    'set of another value',
    ['set', 'large.yaml', 'key7', `"${NEW}"`],
    LARGE.replace(`key7: ${MARKER} 7\n`, `key7: ${NEW}\n`),
  ],
  ['set of a new key', ['set', 'large.yaml', 'added', `"${NEW}"`], `${LARGE}added: ${NEW}\n`],
  ['rotate', ['rotate', '-i', 'large.yaml'], LARGE],
  ['updatekeys', ['updatekeys', '-y', '-q', 'large.yaml'], LARGE],
]

/** A sealed file, and a reader in its rule who does not read it yet. */
async function largeFile(box: Sandbox): Promise<string> {
  box.policy()
  box.write('large.yaml', LARGE)
  if ((await box.bulla(['encrypt', '-i', 'large.yaml'])).code !== 0) throw new Error('the file could not be sealed')
  addReader(box)
  return box.read('large.yaml')
}

/** Every file in the sandbox and in its folder for temporary files that shows a value. */
function filesThatShow(box: Sandbox): string[] {
  const place = dirname(box.folder)
  return readdirSync(place, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => readFileSync(path, 'latin1').includes(MARKER))
}

/** What holds after such a command was killed, wherever that was. */
async function expectOldOrNew(box: Sandbox, [, args, wanted]: Change, before: string): Promise<void> {
  expect(filesThatShow(box)).toEqual([])
  expect(temporaries(box).length).toBeLessThanOrEqual(1)
  const { code, out } = await box.bulla(['decrypt', 'large.yaml'])
  expect({ code, same: out === (box.read('large.yaml') === before ? LARGE : wanted) }).toEqual({ code: 0, same: true })
  expect(await box.bulla(args)).toMatchObject({ code: 0 })
  expect(box.read('large.yaml') === before).toBe(false)
  expect((await box.bulla(['decrypt', 'large.yaml'])).out === wanted).toBe(true)
}

describe.skipIf(isWindows).each(CHANGES)('%s in a large file', (...change) => {
  const [, args] = change

  it.for([
    { syncs: 0, isOld: true },
    { syncs: 1, isOld: false },
  ])('that is killed while it waits for the disk leaves it old or new: %o', async ({ syncs, isOld }, { box }) => {
    const before = await largeFile(box)
    const { signal } = await stopWaiting(box, args, { syncs, signal: 'SIGKILL' })
    expect(signal).toBe('SIGKILL')
    expect(box.read('large.yaml') === before).toBe(isOld)
    await expectOldOrNew(box, change, before)
  })

  it.for(Array.from({ length: ROUNDS }, (_round, round) => round))(
    'that is killed at any time leaves it old or new: %i',
    async (round, { box }) => {
      const before = await largeFile(box)
      // from the start to after the end, or from the first byte that is written
      const reached = round % 2 === 0 ? () => true : () => temporaries(box).length > 0
      const rounds = Math.floor(Math.random() * (round % 2 === 0 ? 200_000 : 300))
      await stop(box, args, { reached, rounds, signal: 'SIGKILL' })
      await expectOldOrNew(box, change, before)
    },
  )

  it.for(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'that is ended by %s leaves it as it was, and nothing else',
    async (wanted, { box }) => {
      await largeFile(box)
      const before = box.snapshot()
      const { code, signal, err } = await stopWaiting(box, args, { syncs: 0, signal: wanted })
      expect({ code, signal, err }).toEqual({ code: null, signal: wanted, err: '' })
      expect(box.snapshot()).toEqual(before)
    },
  )
})
