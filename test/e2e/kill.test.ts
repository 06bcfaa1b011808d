import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { setImmediate } from 'node:timers/promises'
import { describe, expect } from 'vitest'
import { COMMAND, it, type Sandbox } from '../helpers/sandbox.ts'

const isWindows = process.platform === 'win32'
const COUNT = 60
const ROUNDS = process.env['SLOW'] === undefined ? 5 : 200
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
const temporaries = (box: Sandbox) =>
  readdirSync(box.folder, { recursive: true })
    .map(String)
    .filter((name) => TEMPORARY.test(name))

/** Start a command, wait until `reached`, then some more, and send a signal. */
async function stop(
  box: Sandbox,
  args: readonly string[],
  { reached, rounds, signal }: { reached: () => boolean; rounds: number; signal: NodeJS.Signals },
) {
  const { child, outcome } = box.start(process.execPath, [COMMAND, ...args], {})
  let isOver = false
  child.on('exit', () => {
    isOver = true
  })
  while (!reached() && !isOver) await setImmediate()
  for (let round = 0; round < rounds; round += 1) await setImmediate()
  child.kill(signal)
  return outcome
}

describe.skipIf(isWindows)('a command over many files that is killed', () => {
  it.for(Array.from({ length: ROUNDS }, (_, round) => round))(
    'leaves each file old or new, and the next run does the rest: %i',
    async (round, { box }) => {
      await manyFiles(box, false)
      const before = read(box)
      // from before the first write to somewhere in the middle
      const reached = round % 3 === 0 ? () => true : () => box.read('many/f0.yaml') !== before.get('f0.yaml')
      const rounds = Math.floor(Math.random() * (round % 3 === 0 ? 20_000 : 300))

      const { signal } = await stop(box, ['encrypt', '-i', 'many'], { reached, rounds, signal: 'SIGKILL' })

      const now = read(box)
      const changed = NAMES.filter((name) => now.get(name) !== before.get(name))
      if (changed.length === COUNT) expect([null, 'SIGKILL']).toContain(signal)
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
      expect(temporaries(box).length).toBeLessThanOrEqual(8)
    },
  )

  it.for(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'by %s leaves each file old or new and nothing else, and ends by that signal',
    async (wanted, { box }) => {
      await manyFiles(box, true)
      const before = read(box)
      const reached = () => box.read('many/f0.yaml') !== before.get('f0.yaml')

      const { code, signal, err } = await stop(box, ['decrypt', '-i', 'many'], { reached, rounds: 0, signal: wanted })

      const now = read(box)
      const changed = NAMES.filter((name) => now.get(name) !== before.get(name))
      expect({ code, signal, err }).toEqual({ code: null, signal: wanted, err: '' })
      expect(changed.length).toBeGreaterThan(0)
      for (const name of changed) expect(now.get(name)).toBe(plainOf(name))
      expect(temporaries(box)).toEqual([])
    },
  )

  it.for(['SIGINT', 'SIGTERM', 'SIGKILL'] as const)(
    'by %s while it opens a folder leaves no folder',
    async (wanted, { box }) => {
      await manyFiles(box, true)
      const before = box.snapshot()
      const staged = () => temporaries(box).length > 0

      const { signal } = await stop(box, ['decrypt', 'many', '--output-dir', 'new/out'], {
        reached: staged,
        rounds: 0,
        signal: wanted,
      })

      expect(signal).toBe(wanted)
      expect(existsSync(box.path('new'))).toBe(false)
      if (wanted === 'SIGKILL') return
      expect(box.snapshot()).toEqual(before)
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
    box.write('many/out.4242-0123456789ab.tmp/a.yaml', 'a: 1\n')
    expect(await box.bulla(['encrypt', '-i', 'many'])).toMatchObject({ code: 0, err: 'bulla: 60 files: 60 sealed\n' })
    expect(readFileSync(left, 'utf8')).toBe('half of a')
    expect((await box.bulla(['decrypt', '--dry-run', 'many/**/*'])).out).not.toMatch(TEMPORARY)
  })
})
