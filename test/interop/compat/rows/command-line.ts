import { recipientOf } from '../../../helpers/people.ts'
import { type Player, type Row, shape } from '../player.ts'

const RECORD = '`--extract` of a mapping by number, of a comment by its place in a list'
const NOWHERE = '`--extract` paths that lead nowhere (`[]`, `["a"]["b"]` of a text, `[-1]`)'
const SLIPS = "`--output ''` and `decrypt ''`"
const CODES = 'exit codes of what both refuse'
const OPTIONS = 'options in front of the command (`--encrypted-regex x encrypt`)'

/** Runs a command on `f.yaml` with this plain text. */
const onPlain =
  (plain: string, ...args: readonly string[]) =>
  async (player: Player) => {
    player.write('f.yaml', plain)
    return shape(await player.prints(args))
  }

/** Runs a command on `f.yaml`, which sops sealed. */
const onSealed =
  (plain: string, ...args: readonly string[]) =>
  async (player: Player) => {
    player.write('f.yaml', await player.sealedBySops('f.yaml', plain))
    return await player.prints(args)
  }

const refused = (id: string, name: string, plain: string, sops: number, bulla: number): Row => ({
  id,
  what: CODES,
  see: (player) => player.seal(name, plain),
  sops,
  bulla,
})

/** `sops` without a command it knows edits a file; this editor writes something. */
async function mistype(player: Player): Promise<{ code: number | null; made: boolean }> {
  player.write('f.yaml', 'a: x\n')
  const code = await player.exits(['decyrpt', 'f.yaml'], { env: { EDITOR: 'cp f.yaml' } })
  return { code, made: player.has('decyrpt') }
}

async function swallow(player: Player): Promise<{ code: number | null; sealed: boolean }> {
  player.write('f.yaml', await player.sealedBySops('f.yaml', 'a: x\n'))
  const code = await player.exits(['decrypt', '-i', 'f.yaml', '--output', 'o.yaml'])
  return { code, sealed: player.read('f.yaml').includes('ENC[') }
}

async function sealTwo(player: Player): Promise<{ code: number | null; second: boolean }> {
  player.write('f.yaml', 'a: x\n')
  player.write('g.yaml', 'b: y\n')
  const code = await player.exits(['encrypt', '-i', 'f.yaml', 'g.yaml'])
  return { code, second: player.read('g.yaml').includes('ENC[') }
}

async function sealOverInput(player: Player): Promise<{ code: number | null; sealed: boolean }> {
  player.write('f.yaml', 'a: x\n')
  const code = await player.exits(['encrypt', '--output', 'f.yaml', 'f.yaml'])
  return { code, sealed: player.read('f.yaml').includes('ENC[') }
}

const extract = (path: string) => ['decrypt', '--extract', path, 'f.yaml']

export const COMMAND_LINE: readonly Row[] = [
  {
    id: 'L1',
    what: 'a mistyped command (`decyrpt f.yaml`)',
    see: mistype,
    sops: { code: 0, made: true },
    bulla: { code: 1, made: false },
  },
  {
    id: 'L2',
    what: 'an unknown option behind the file',
    see: onPlain('a: x\nb: z\n', 'encrypt', 'f.yaml', '--encrypted-regx', '^a$'),
    sops: 'a: ENC[str]\nb: ENC[str]\n',
    bulla: 1,
  },
  {
    id: 'L3',
    what: 'options behind the file (`-d FILE --extract …`, `-e FILE -i`)',
    see: onSealed('a: x\nb: z\n', '-d', 'f.yaml', '--extract', '["a"]'),
    sops: 'a: x\nb: z\n',
    bulla: 'x',
  },
  {
    id: 'L4',
    what: '`decrypt -i FILE --output OTHER`',
    see: swallow,
    sops: { code: 0, sealed: false },
    bulla: { code: 8, sealed: true },
  },
  {
    id: 'L5',
    what: OPTIONS,
    see: onPlain('a: x\nb: z\n', '--encrypted-regex', '^a$', 'encrypt', 'f.yaml'),
    sops: 'a: ENC[str]\nb: ENC[str]\n',
    bulla: 'a: ENC[str]\nb: z\n',
  },
  {
    id: 'L6',
    what: 'comment selectors, `--mac-only-encrypted`, `--indent`, `--config` behind the command',
    see: onPlain('# seal\na: x\nb: z\n', 'encrypt', '--encrypted-comment-regex', 'seal', 'f.yaml'),
    sops: 1,
    bulla: '# seal\na: ENC[str]\nb: z\n',
  },
  ...[['--mac-only-encrypted'], ['--indent', '2'], ['--config', '/dev/null']].map(
    (option): Row => ({
      id: 'L6',
      what: 'comment selectors, `--mac-only-encrypted`, `--indent`, `--config` behind the command',
      see: onPlain('a: x\n', 'encrypt', ...option, 'f.yaml'),
      sops: 1,
      bulla: 'a: ENC[str]\n',
    }),
  ),
  {
    id: 'L7',
    what: 'an unknown `--input-type` or `--output-type`',
    see: onPlain('a: x\n', 'encrypt', '--input-type', 'yml', 'f.yaml'),
    sops: 'a: ENC[str]\n',
    bulla: 1,
  },
  {
    id: 'L8',
    what: 'several files',
    see: sealTwo,
    sops: { code: 0, second: false },
    bulla: { code: 0, second: true },
  },
  {
    id: 'L9',
    what: '`-e` and `-d` together',
    see: onSealed('a: x\n', '-e', '-d', 'f.yaml'),
    sops: 'a: x\n',
    bulla: 1,
  },
  {
    id: 'L10',
    what: '`--extract` of a mapping in YAML of several documents',
    see: onSealed('a:\n  b: 1\n---\nc: 2\n', ...extract('["a"]')),
    sops: 'b: 1\n---\nc: 2\n',
    bulla: 'b: 1\n',
  },
  { id: 'L11', what: NOWHERE, see: onSealed('a: x\n', ...extract('[]')), sops: 2, bulla: 91 },
  { id: 'L11', what: NOWHERE, see: onSealed('a: x\n', ...extract('["a"]["b"]')), sops: 2, bulla: 1 },
  { id: 'L11', what: NOWHERE, see: onSealed('a: [x]\n', ...extract('["a"][-1]')), sops: 2, bulla: 91 },
  {
    id: 'L12',
    what: RECORD,
    see: onSealed('a: {b: 1}\n', ...extract('["a"][0]')),
    sops: 'key: b\nvalue: 1\n',
    bulla: 1,
  },
  {
    id: 'L12',
    what: RECORD,
    see: onSealed('a:\n  # c\n  - x\n', ...extract('["a"][0]')),
    sops: "value: ' c'\ninline: false\n",
    bulla: 1,
  },
  {
    id: 'L13',
    what: 'standard input and `--input-type yaml` alone',
    see: async (player) => {
      const stdin = await player.sealedBySops('f.yaml', 'a: x\n')
      return await player.prints(['decrypt', '--input-type', 'yaml'], { stdin })
    },
    sops: 4,
    bulla: 'a: x\n',
  },
  {
    id: 'L14',
    what: '`--output` that names the input',
    see: sealOverInput,
    sops: { code: 0, sealed: true },
    bulla: { code: 8, sealed: false },
  },
  {
    id: 'L15',
    what: SLIPS,
    see: onPlain('a: x\n', 'encrypt', '--output', '', 'f.yaml'),
    sops: 'a: ENC[str]\n',
    bulla: 1,
  },
  { id: 'L15', what: SLIPS, see: onPlain('a: x\n', 'decrypt', ''), sops: 2, bulla: 100 },
  refused('L16', 'f.yaml', '# c\n', 2, 92),
  refused('L16', 'f.yaml', '? [a]\n: x\n', 2, 23),
  refused('L16', 'f.json', '{"a": 1e400}', 2, 23),
  refused('L16', 'f.yaml', 'a: x\n---\nsops: 1\n', 4, 203),
  {
    id: 'L16',
    what: CODES,
    see: async (player) => await player.open('secrets', await player.sealedBySops('f.json', '{"a": "x"}')),
    sops: 4,
    bulla: 1,
  },
  {
    id: 'L17',
    what: '`filestatus` of a plain file of no known type',
    see: async (player) => {
      player.write('f.bin', 'hello')
      return await player.prints(['filestatus', 'f.bin'])
    },
    sops: 1,
    bulla: '{"encrypted":false}\n',
  },
  {
    id: 'L17',
    what: '`filestatus` of a plain file of no known type',
    see: async (player) => {
      player.write('secrets.enc', await player.sealedBySops('f.env', 'A=x\n'))
      return await player.prints(['filestatus', 'secrets.enc'])
    },
    sops: 1,
    bulla: 1,
  },
  {
    id: 'L18',
    what: '`--version`',
    see: async (player) => {
      // whoever asks, asks a proxy that is not there
      const env = { SOPS_DISABLE_VERSION_CHECK: undefined, HTTPS_PROXY: 'http://127.0.0.1:1' }
      const { code, out } = await player.run(['--version'], { env })
      return { code, asked: out.includes('connection refused') }
    },
    sops: { code: 0, asked: true },
    bulla: { code: 0, asked: false },
  },
  {
    id: 'L19',
    what: '`completion` without a shell',
    see: (player) => player.exits(['completion']),
    sops: 0,
    bulla: 3,
  },
  {
    id: 'L20',
    what: 'an option for readers twice (`--age A --age B`)',
    see: async (player) => {
      const sealed = await player.seal('f.yaml', 'a: x\n', '--age', player.recipient, '--age', recipientOf('bob'))
      return String(sealed).match(/recipient: age1/g)?.length
    },
    sops: 1,
    bulla: 2,
  },
  {
    id: 'L21',
    what: '`--rotate` with `--age`',
    see: async (player) => {
      player.write('f.yaml', await player.sealedBySops('f.yaml', 'a: x\n'))
      const { code, err } = await player.run(['-r', '-i', '--age', recipientOf('bob'), 'f.yaml'])
      return { code, hint: err.includes('--add-age'), added: player.read('f.yaml').includes(recipientOf('bob')) }
    },
    sops: { code: 0, hint: false, added: false },
    bulla: { code: 1, hint: true, added: false },
  },
  {
    id: 'L22',
    what: '`--extract` with `--in-place`',
    see: async (player) => {
      player.write('f.yaml', await player.sealedBySops('f.yaml', 'a: x\nb: y\n'))
      const code = await player.exits(['decrypt', '-i', '--extract', '["a"]', 'f.yaml'])
      return { code, isWhole: player.read('f.yaml').includes('\nb: ENC[') }
    },
    sops: { code: 0, isWhole: false },
    bulla: { code: 8, isWhole: true },
  },
]
