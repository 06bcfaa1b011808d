import { newIdentity } from '../../../helpers/age.ts'
import type { Player, Row } from '../player.ts'

/** Opens a file that sops sealed after its text was changed. */
const changed = (change: (sealed: string) => string, plain = 'a: x\n', args: readonly string[] = []) => {
  return async (player: Player): Promise<string | number> =>
    await player.open('f.yaml', change(await player.sealedBySops('f.yaml', plain, ...args)))
}

/** A file of three groups, of which two are needed; each group has one new key. */
async function threeGroups(player: Player): Promise<{ sealed: string; identities: string }> {
  const people = [newIdentity(), newIdentity(), newIdentity()]
  const groups = people.map(({ recipient }) => `  - age: [${recipient}]`)
  player.rules('- shamir_threshold: 2', '  key_groups:', ...groups)
  player.write('f.yaml', 'a: x\n')
  const sealed = await player.prints(['encrypt', 'f.yaml'], { env: { SOPS_AGE_RECIPIENTS: '' } }, 'sops')
  return { sealed: String(sealed), identities: people.map(({ identity }) => identity).join('\n') }
}

async function opensNegativeThreshold(player: Player): Promise<string | number> {
  const { sealed, identities } = await threeGroups(player)
  player.write('f.yaml', sealed.replace('shamir_threshold: 2', 'shamir_threshold: -1'))
  return await player.prints(['decrypt', 'f.yaml'], { env: { SOPS_AGE_KEY: identities } })
}

/** @returns how many groups were asked: the command that prints identities is run for each */
async function groupsAsked(player: Player): Promise<number> {
  const { sealed, identities } = await threeGroups(player)
  player.write('f.yaml', sealed)
  player.write('keys.txt', identities)
  player.write('asked', '')
  const command = `sh -c 'echo >> asked; cat keys.txt'`
  const env = { SOPS_AGE_KEY_FILE: undefined, SOPS_AGE_KEY_CMD: command }
  const { code } = await player.run(['decrypt', 'f.yaml'], { env })
  return code === 0 ? player.read('asked').length : -1
}

async function showsTheIdentity(player: Player): Promise<{ code: number | null; shown: boolean }> {
  player.write('f.yaml', 'a: x\n')
  const { code, out, err } = await player.run(['encrypt', '--age', player.identity, 'f.yaml'])
  return { code, shown: `${out}${err}`.includes(player.identity) }
}

async function showsDigests(player: Player): Promise<{ code: number | null; shown: boolean }> {
  const sealed = await player.sealedBySops('f.yaml', 'a: x\nb_unencrypted: z\n')
  player.write('f.yaml', sealed.replace('b_unencrypted: z', 'b_unencrypted: w'))
  const { code, err } = await player.run(['decrypt', 'f.yaml'])
  return { code, shown: /[0-9A-F]{128}/.test(err) }
}

const sealing = (args: (player: Player) => readonly string[], env: Readonly<Record<string, string>> = {}) => {
  return async (player: Player): Promise<number | null> => {
    player.write('f.yaml', 'a: x\n')
    return await player.exits(['encrypt', ...args(player), 'f.yaml'], { env })
  }
}

export const KEYS: readonly Row[] = [
  {
    id: 'K1',
    what: 'no `version`',
    see: changed((sealed) => sealed.replace(/ {4}version: .*\n/, '')),
    sops: 1,
    bulla: 'a: x\n',
  },
  {
    id: 'K2',
    what: '`lastmodified` without quotes in YAML',
    see: changed((sealed) => sealed.replace(/lastmodified: "(.*)"/, 'lastmodified: $1')),
    sops: 1,
    bulla: 'a: x\n',
  },
  {
    id: 'K3',
    what: 'a selector in the metadata that is no regular expression',
    see: changed((sealed) => sealed, 'a: x\n', ['--encrypted-regex', '(a']),
    sops: 'a: x\n',
    bulla: 1,
  },
  {
    id: 'K4',
    what: '`type:bytes`',
    see: changed((sealed) => sealed.replace('type:str]', 'type:bytes]')),
    sops: 2,
    bulla: 25,
  },
  { id: 'K5', what: 'a negative `shamir_threshold`', see: opensNegativeThreshold, sops: 'a: x\n', bulla: 128 },
  { id: 'K6', what: 'key groups above the threshold', see: groupsAsked, sops: 3, bulla: 2 },
  {
    id: 'K7',
    what: 'an identity given as `--age`',
    see: showsTheIdentity,
    sops: { code: 1, shown: true },
    bulla: { code: 1, shown: false },
  },
  {
    id: 'K8',
    what: 'a comma at the end of `--age`',
    see: sealing(({ recipient }) => ['--age', `${recipient},`]),
    sops: 1,
    bulla: 0,
  },
  {
    id: 'K9',
    what: '`SOPS_AGE_KEY_CMD` set but empty',
    see: async (player) => {
      player.write('f.yaml', await player.sealedBySops('f.yaml', 'a: x\n'))
      const env = { SOPS_AGE_KEY_FILE: undefined, SOPS_AGE_KEY_CMD: '' }
      return await player.exits(['decrypt', 'f.yaml'], { env })
    },
    sops: 2,
    bulla: 128,
  },
  {
    id: 'K10',
    what: 'key servers (`--keyservice`, `SOPS_KEYSERVICE`)',
    see: sealing(() => ['--keyservice', 'tcp://127.0.0.1:1']),
    sops: 0,
    bulla: 1,
  },
  {
    id: 'K10',
    what: 'key servers (`--keyservice`, `SOPS_KEYSERVICE`)',
    see: sealing(() => [], { SOPS_KEYSERVICE: 'tcp://127.0.0.1:1' }),
    sops: 0,
    bulla: 1,
  },
  {
    id: 'K11',
    what: 'SSH keys, age plugins, PGP, Huawei Cloud KMS',
    see: sealing(() => ['--age', 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHsKLqeplhpW+uObz5dvMgjz1OxfM/XXUB+VHtZ6isGN']),
    sops: 0,
    bulla: 1,
  },
  {
    id: 'K12',
    what: 'a wrong MAC',
    see: showsDigests,
    sops: { code: 51, shown: true },
    bulla: { code: 51, shown: false },
  },
]
