import { linkSync, symlinkSync } from 'node:fs'
import type { Player, Row } from '../player.ts'

const asType = (type: string) => ['--output-type', type]

/** Seals the same file again after one of its values changed. @returns whether each line is as it was */
async function keptLines(player: Player): Promise<boolean[]> {
  const seal = async (plain: string) => {
    player.write('f.yaml', plain)
    await player.run(['encrypt', '--output', 'sealed.yaml', 'f.yaml'])
    return player.read('sealed.yaml').split('\n').slice(0, 2)
  }
  const before = await seal('a: x\nb: y\n')
  const after = await seal('a: x\nb: z\n')
  return before.map((line, index) => line === after[index])
}

/** Seals a file into itself where no file may be longer than 2 KiB. */
async function writeInLittleRoom(player: Player): Promise<unknown> {
  const plain = `a: ${'x'.repeat(4000)}\n`
  player.write('f.yaml', plain)
  const code = await player.exitsInLittleRoom(['encrypt', '--in-place', 'f.yaml'])
  return { code, whole: player.read('f.yaml') === plain }
}

async function namesTheValue(player: Player): Promise<boolean> {
  const sealed = await player.sealedBySops('f.yaml', 'a: x\n')
  player.write('f.yaml', sealed.replace(/^a: .*/, 'a: hunter2'))
  return (await player.run(['decrypt', 'f.yaml'])).err.includes('hunter2')
}

const DEEP = `{"a":${'['.repeat(1001)}${']'.repeat(1001)}}`

export const FILES: readonly Row[] = [
  {
    id: 'A1',
    what: 'layout of the file',
    see: (player) => player.roundTrip('f.yaml', "a:   'x'\r\n\r\nb: [1,2]"),
    sops: 'a: x\nb:\n    - 1\n    - 2\n',
    bulla: "a:   'x'\r\n\r\nb: [1,2]",
  },
  {
    id: 'A2',
    what: 'sealing over an earlier sealed version',
    see: keptLines,
    sops: [false, false],
    bulla: [true, false],
  },
  { id: 'A3', what: 'errors', see: namesTheValue, sops: true, bulla: false },
  {
    id: 'A4',
    what: 'a write that fails half way',
    see: writeInLittleRoom,
    sops: { code: 1, whole: false },
    bulla: { code: 3, whole: true },
  },
  {
    id: 'A5',
    what: 'several documents into JSON, dotenv or INI',
    see: (player) => player.roundTrip('f.yaml', 'a: 1\n---\nb: 2\n', ...asType('json')),
    sops: 'opening: 51',
    bulla: 'sealing: 4',
  },
  {
    id: 'A6',
    what: 'clear numbers and booleans sealed into dotenv or INI',
    see: (player) => player.roundTrip('f.yaml', 'a_unencrypted: true\nb: x\n', ...asType('dotenv')),
    sops: 'opening: 51',
    bulla: 'a_unencrypted=true\nb=x\n',
  },
  {
    id: 'A7',
    what: 'YAML sealed with `--output-type binary`',
    see: (player) => player.roundTrip('f.yaml', 'a: x\n', ...asType('binary')),
    sops: 'opening: 4',
    bulla: 'sealing: 4',
  },
  {
    id: 'A8',
    what: 'collections more than 1000 deep',
    see: async (player) => typeof (await player.seal('f.json', DEEP)),
    sops: 'string',
    bulla: 'number',
  },
  {
    id: 'A9',
    what: 'a link in the repository to a place outside of it, or in its `.git`, as the file to write',
    see: async (player) => {
      player.write('repo/.git/config', '')
      player.write('repo/.sops.yaml', `creation_rules: [{ age: ${player.recipient} }]\n`)
      player.write('repo/a.yaml', 'a: x\n')
      symlinkSync('../new.yaml', player.path('repo/link.yaml'))
      const { code } = await player.run(['encrypt', '--output', 'link.yaml', 'a.yaml'], { cwd: 'repo' })
      return { code, isWritten: player.has('new.yaml') }
    },
    sops: { code: 0, isWritten: true },
    bulla: { code: 3, isWritten: false },
  },
  {
    id: 'A11',
    what: 'in place, a file with a second name (hard link)',
    see: async (player) => {
      player.write('f.yaml', 'a: x\n')
      linkSync(player.path('f.yaml'), player.path('g.yaml'))
      const { err } = await player.run(['encrypt', '-i', 'f.yaml'])
      return { both: player.read('g.yaml') === player.read('f.yaml'), told: err.includes('stays in clear') }
    },
    sops: { both: true, told: false },
    bulla: { both: false, told: true },
  },
]
