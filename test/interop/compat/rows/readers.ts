import { newIdentity } from '../../../helpers/age.ts'
import type { Player, Row } from '../player.ts'

const OTHER = newIdentity()
const THRESHOLD = '--shamir-secret-sharing-threshold'

/** `f.yaml`, which sops sealed. */
async function given(player: Player, plain = 'a: x\nb_unencrypted: z\n', ...args: readonly string[]): Promise<string> {
  const sealed = await player.sealedBySops('f.yaml', plain, ...args)
  player.write('f.yaml', sealed)
  return sealed
}

const changed = (player: Player) => player.write('f.yaml', player.read('f.yaml').replace(': z', ': w'))
const readers = (player: Player): number => player.read('f.yaml').match(/recipient: /g)?.length ?? 0
const rules = (player: Player, ...lines: readonly string[]) =>
  player.rules(`- age: ${player.recipient},${OTHER.recipient}`, ...lines)
const both = (player: Player) => ({ env: { SOPS_AGE_KEY: `${player.identity}\n${OTHER.identity}` } })

async function afterAdding(
  player: Player,
  ...args: readonly string[]
): Promise<{ code: number | null; opens: boolean }> {
  await given(player)
  const code = await player.exits(['groups', 'add', '-i', '-f', 'f.yaml', ...args])
  return { code, opens: (await player.exits(['decrypt', 'f.yaml'], both(player))) === 0 }
}

/** Two groups, as sops makes them. */
async function twoGroups(player: Player): Promise<void> {
  await given(player)
  const add = ['groups', 'add', '-i', '-f', 'f.yaml', '--age', OTHER.recipient]
  const { code, err } = await player.run(add, {}, 'sops')
  if (code !== 0) throw new Error(err)
}

export const READERS: readonly Row[] = [
  {
    id: 'R1',
    what: '`rotate -i` that takes away the last key of whoever runs it',
    see: async (player) => {
      await given(player)
      const args = ['--add-age', OTHER.recipient, '--rm-age', player.recipient]
      return await player.exits(['rotate', '-i', ...args, 'f.yaml'])
    },
    sops: 0,
    bulla: 1,
  },
  {
    id: 'R2',
    what: '`rotate --rm-age` of a reader who stands in the file twice',
    see: async (player) => {
      const sealed = await given(player, 'a: x\n', '--age', `${OTHER.recipient},${OTHER.recipient},${player.recipient}`)
      player.write('f.yaml', sealed)
      const code = await player.exits(['rotate', '-i', '--rm-age', OTHER.recipient, 'f.yaml'])
      return { code, readers: readers(player) }
    },
    sops: { code: 0, readers: 2 },
    bulla: { code: 0, readers: 1 },
  },
  {
    id: 'R3',
    what: '`rotate --add-age` of somebody who reads the file already',
    see: async (player) => {
      await given(player)
      const code = await player.exits(['rotate', '-i', '--add-age', player.recipient, 'f.yaml'])
      return { code, readers: readers(player) }
    },
    sops: { code: 0, readers: 2 },
    bulla: { code: 0, readers: 1 },
  },
  {
    id: 'R4',
    what: '`rotate --ignore-mac`, and a malformed `--encryption-context` there',
    see: async (player) => {
      await given(player)
      const context = await player.exits(['rotate', '--encryption-context', 'a', 'f.yaml'])
      changed(player)
      return [await player.exits(['rotate', '--ignore-mac', 'f.yaml']), context]
    },
    sops: [1, 0],
    bulla: [0, 6],
  },
  {
    id: 'R5',
    what: '`updatekeys`, for readers who stay',
    see: async (player) => {
      const sealed = await given(player)
      rules(player)
      const code = await player.exits(['updatekeys', '-y', 'f.yaml'])
      const lines = player.read('f.yaml').split('\n')
      return { code, same: sealed.split('\n').every((line) => lines.includes(line)) }
    },
    sops: { code: 0, same: false },
    bulla: { code: 0, same: true },
  },
  {
    id: 'R6',
    what: '`updatekeys` of a file with a wrong MAC',
    see: async (player) => {
      await given(player)
      changed(player)
      rules(player)
      return await player.exits(['updatekeys', '-y', 'f.yaml'])
    },
    sops: 0,
    bulla: 51,
  },
  {
    id: 'R7',
    what: '`shamir_threshold` of the rule under `updatekeys`',
    see: async (player) => {
      await given(player)
      const keys = [player.recipient, OTHER.recipient, OTHER.recipient].map((recipient) => `  - age: [${recipient}]`)
      player.rules('- shamir_threshold: 2', '  key_groups:', ...keys)
      const code = await player.exits(['updatekeys', '-y', 'f.yaml'], both(player))
      return { code, threshold: /shamir_threshold: (\d)/.exec(player.read('f.yaml'))?.[1] }
    },
    sops: { code: 0, threshold: '3' },
    bulla: { code: 0, threshold: '2' },
  },
  {
    id: 'R8',
    what: '`updatekeys` of a folder',
    see: async (player) => {
      await given(player)
      rules(player)
      return await player.exits(['updatekeys', '-y', '.'])
    },
    sops: 1,
    bulla: 0,
  },
  {
    id: 'R9',
    what: '`groups add` without a key, or with a threshold above the number of groups',
    see: async (player) => [
      await afterAdding(player),
      await afterAdding(player, '--age', OTHER.recipient, THRESHOLD, '3'),
    ],
    sops: [
      { code: 0, opens: false },
      { code: 0, opens: false },
    ],
    bulla: [
      { code: 1, opens: true },
      { code: 1, opens: true },
    ],
  },
  {
    id: 'R10',
    what: '`groups delete` of one of two groups, of the only one, of one that is not there',
    see: async (player) => {
      await twoGroups(player)
      const remove = (index: string) => player.exits(['groups', 'delete', '-f', 'f.yaml', index], both(player))
      const [one, none] = [await remove('1'), await remove('7')]
      await given(player)
      return [one, await remove('0'), none]
    },
    sops: [1, 0, 2],
    bulla: [0, 1, 1],
  },
]
