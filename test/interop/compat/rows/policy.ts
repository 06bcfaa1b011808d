import { type Player, type Row, shape } from '../player.ts'

const NO_KEYS = { env: { SOPS_AGE_RECIPIENTS: '' } }
const NOTHING = 'a selector that seals none of the values'
const NO_REGEX = 'a selector that is no regular expression'
const BROKEN = 'a broken or missing `.sops.yaml`, opening or asking for the status'

const LAYOUT = '`--indent` and `indent` of `stores`, where the format stays'

const sealed = (args: readonly string[]) => async (player: Player) =>
  shape(await player.seal('f.yaml', 'a: x\n', ...args))

/** Seals `f.yaml` by rules. */
const byRules =
  (...lines: readonly string[]) =>
  async (player: Player) => {
    player.write('f.yaml', 'a: x\n')
    player.rules(`- age: ${player.recipient}`, ...lines.map((line) => line.replace('RECIPIENT', player.recipient)))
    return shape(await player.prints(['encrypt', 'f.yaml'], NO_KEYS))
  }

async function withTwoPolicies(player: Player): Promise<{ code: number | null; recipients: number; note: boolean }> {
  player.rules(`- age: [${player.recipient}, ${player.recipient}]`)
  player.write('sub/f.yaml', 'a: x\n')
  player.write('sub/.sops.yaml', `creation_rules:\n  - age: ${player.recipient}\n`)
  const { code, out, err } = await player.run(['encrypt', 'sub/f.yaml'], NO_KEYS)
  return { code, recipients: out.split('recipient:').length - 1, note: err.includes('nearer to the file') }
}

const withBrokenPolicy =
  (...args: readonly string[]) =>
  async (player: Player) => {
    player.write('f.yaml', await player.sealedBySops('f.yaml', 'a: x\n'))
    player.write('.sops.yaml', 'creation_rules: [\n')
    return await player.exits([...args, 'f.yaml'])
  }

export const POLICY: readonly Row[] = [
  { id: 'S1', what: NOTHING, see: sealed(['--encrypted-regex', '^z$']), sops: 'a: x\n', bulla: 23 },
  { id: 'S2', what: NO_REGEX, see: sealed(['--encrypted-regex', '(a']), sops: 'a: x\n', bulla: 1 },
  { id: 'S2', what: NO_REGEX, see: sealed(['--encrypted-regex', '(?=a)']), sops: 'a: x\n', bulla: 1 },
  {
    id: 'S3',
    what: 'an unknown field in a rule (`encrypted-regex`)',
    see: byRules('  encrypted-regex: ^b$'),
    sops: 'a: ENC[str]\n',
    bulla: 1,
  },
  {
    id: 'S4',
    what: 'two selectors in a rule that does not match',
    see: byRules('- age: RECIPIENT', '  encrypted_regex: a', '  encrypted_suffix: b'),
    sops: 'a: ENC[str]\n',
    bulla: 1,
  },
  {
    id: 'S5',
    what: 'a `.sops.yaml` above the file, but not above the working directory',
    see: async (player) => {
      player.write('sub/.sops.yaml', `creation_rules:\n  - age: ${player.recipient}\n`)
      player.write('sub/f.yaml', 'a: x\n')
      return shape(await player.prints(['encrypt', 'sub/f.yaml'], NO_KEYS))
    },
    sops: 1,
    bulla: 'a: ENC[str]\n',
  },
  {
    id: 'S6',
    what: 'one above each',
    see: withTwoPolicies,
    sops: { code: 0, recipients: 2, note: false },
    bulla: { code: 0, recipients: 2, note: true },
  },
  { id: 'S7', what: BROKEN, see: withBrokenPolicy('decrypt'), sops: 1, bulla: 0 },
  { id: 'S7', what: BROKEN, see: withBrokenPolicy('filestatus'), sops: 1, bulla: 0 },
  { id: 'S7', what: BROKEN, see: withBrokenPolicy('decrypt', '--output-type', 'json'), sops: 1, bulla: 1 },
  {
    id: 'S8',
    what: LAYOUT,
    see: async (player) => {
      player.write('f.json', await player.sealedBySops('f.json', '{"a": "x"}'))
      return await player.prints(['--indent', '2', 'decrypt', 'f.json'])
    },
    sops: '{\n  "a": "x"\n}\n',
    bulla: '{\n\t"a": "x"\n}\n',
  },
  {
    id: 'S8',
    what: LAYOUT,
    see: async (player) => {
      player.write('f.yaml', await player.sealedBySops('f.yaml', 'a:\n    b: x\n'))
      return await player.prints(['--indent', '2', 'decrypt', 'f.yaml'])
    },
    sops: 'a:\n  b: x\n',
    bulla: 'a:\n    b: x\n',
  },
]
