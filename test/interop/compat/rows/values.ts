import { statSync, utimesSync } from 'node:fs'
import { type Player, type Row, shape } from '../player.ts'

const NOWHERE = 'an empty path, a key where a list stands, a negative position'
const IN_MAPPING = 'a position where a mapping stands'
const COMMENT = 'the position of a comment in a list'
const OTHER_TYPE = '`set` and `unset` with another `--output-type`'
const DOTTED = 'dotted paths (`a.b[0]`)'
const BY_COMMENT =
  '`unset` below a comment that leaves values clear (`unencrypted_comment_regex`), and `set` of what holds the comment that seals it'
const BINARY = 'a binary file: a key other than `data`; `unset` of its text'

/** Runs a command, as `FILE` the file that sops sealed. @returns the exit code, and what opens then */
const onFile =
  (name: string, plain: string, ...args: readonly string[]) =>
  async (player: Player) => {
    player.write(name, await player.sealedBySops(name, plain))
    const code = await player.exits(args.map((arg) => (arg === 'FILE' ? name : arg)))
    return { code, opened: await player.prints(['decrypt', name]) }
  }

const set = (plain: string, path: string, value: string) => onFile('f.yaml', plain, 'set', 'FILE', path, value)
const unset = (plain: string, path: string) => onFile('f.yaml', plain, 'unset', 'FILE', path)

async function setInteger(player: Player) {
  player.write('f.yaml', await player.sealedBySops('f.yaml', 'a: x\n'))
  await player.exits(['set', 'f.yaml', '["k"]', '9007199254740993'])
  return { sealed: shape(player.read('f.yaml')), opened: await player.prints(['decrypt', 'f.yaml']) }
}

async function setAgain(player: Player) {
  player.write('f.yaml', await player.sealedBySops('f.yaml', 'a: x\n'))
  utimesSync(player.path('f.yaml'), 1, 1)
  const code = await player.exits(['set', 'f.yaml', '["a"]', '"x"'])
  return { code, written: statSync(player.path('f.yaml')).mtimeMs !== 1000 }
}

const asJson =
  (...args: readonly string[]) =>
  async (player: Player) => {
    const { code } = await onFile('f.yaml', 'a: x\nb: y\n', ...args, '--output-type', 'json')(player)
    return { code, json: player.read('f.yaml').startsWith('{') }
  }

/** In a file that bulla sealed, whoever plays: that of sops has no aliases. */
async function setBelowAlias(player: Player) {
  player.write('f.yaml', 'a: &x\n    k: v\nb: *x\nz: v\n')
  const { code } = await player.run(['--encrypted-regex', '^z$', 'encrypt', '-i', 'f.yaml'], {}, 'bulla')
  if (code !== 0) throw new Error('bulla does not seal it')
  const done = await player.exits(['set', 'f.yaml', '["b"]["k"]', '"w"'])
  return { code: done, text: shape(player.read('f.yaml')) }
}

/** @returns the exit code, and whether a value that was or would have been sealed can be read */
const byComment =
  (plain: string, option: string, ...args: readonly string[]) =>
  async (player: Player) => {
    player.write('f.yaml', plain)
    // the subcommand of sops does not know the option
    const sealing = await player.run([option, 'open', '--encrypt', '--in-place', 'f.yaml'], {}, 'sops')
    if (sealing.code !== 0) throw new Error(`sops does not seal it: ${sealing.err}`)
    const code = await player.exits(args)
    return { code, readable: player.read('f.yaml').includes('secret') }
  }

/** bulla refuses the path; for both the file stays as it is. @param sopsCode - the exit code of sops */
const refused = (
  id: string,
  what: string,
  sopsCode: number,
  plain: string,
  change: (plain: string) => Row['see'],
): Row => ({
  ...{ id, what, see: change(plain) },
  sops: { code: sopsCode, opened: plain },
  bulla: { code: 7, opened: plain },
})

export const VALUES: readonly Row[] = [
  {
    id: 'V1',
    what: 'a whole number as the value',
    see: setInteger,
    sops: { sealed: 'a: ENC[str]\nk: ENC[float]\n', opened: 'a: x\nk: 9.007199254740992e+15\n' },
    bulla: { sealed: 'a: ENC[str]\nk: ENC[int]\n', opened: 'a: x\nk: 9007199254740993\n' },
  },
  {
    id: 'V2',
    what: 'an integer beyond 64 bits as the value',
    see: set('a: x\n', '["k"]', '9223372036854775808'),
    sops: { code: 0, opened: 'a: x\nk: 9.223372036854776e+18\n' },
    bulla: { code: 7, opened: 'a: x\n' },
  },
  {
    id: 'V3',
    what: 'a whole number set in dotenv and INI',
    see: onFile('f.env', 'a=x\n', 'set', 'FILE', '["k"]', '5'),
    sops: { code: 0, opened: 'a=x\nk=5.0\n' },
    bulla: { code: 0, opened: 'a=x\nk=5\n' },
  },
  {
    id: 'V3',
    what: 'a whole number set in dotenv and INI',
    see: onFile('f.ini', '[s]\na = x\n', 'set', 'FILE', '["s"]["k"]', '5'),
    sops: { code: 0, opened: '[s]\na = x\nk = 5.0\n' },
    bulla: { code: 0, opened: '[s]\na = x\nk = 5\n' },
  },
  {
    id: 'V4',
    what: 'a list as the value',
    see: set('a: x\n', '["k"]', '[1,"b"]'),
    sops: { code: 7, opened: 'a: x\n' },
    bulla: { code: 0, opened: 'a: x\nk:\n    - 1\n    - b\n' },
  },
  refused('V5', NOWHERE, 2, 'a: x\n', (plain) => set(plain, '', '"w"')),
  refused('V5', NOWHERE, 2, 'l:\n    - x\n', (plain) => set(plain, '["l"]["k"]', '"w"')),
  refused('V5', NOWHERE, 2, 'l:\n    - x\n', (plain) => unset(plain, '["l"]["k"]')),
  refused('V5', NOWHERE, 2, 'l:\n    - x\n', (plain) => set(plain, '["l"][-1]', '"w"')),
  refused('V6', IN_MAPPING, 0, 'm:\n    k: x\n', (plain) => set(plain, '["m"][0]', '"w"')),
  refused('V6', IN_MAPPING, 1, 'm:\n    k: x\n', (plain) => unset(plain, '["m"][0]')),
  {
    id: 'V7',
    what: COMMENT,
    see: set('l:\n    # c\n    - x\n', '["l"][0]', '"w"'),
    sops: { code: 0, opened: 'l:\n    - w\n    - x\n' },
    bulla: { code: 7, opened: 'l:\n    # c\n    - x\n' },
  },
  {
    id: 'V7',
    what: COMMENT,
    see: unset('l:\n    # c\n    - x\n', '["l"][0]'),
    sops: { code: 0, opened: 'l:\n    - x\n' },
    bulla: { code: 7, opened: 'l:\n    # c\n    - x\n' },
  },
  {
    id: 'V8',
    what: DOTTED,
    see: set('l:\n    # c\n    - x\n', 'l[0]', '"w"'),
    sops: { code: 7, opened: 'l:\n    # c\n    - x\n' },
    bulla: { code: 0, opened: 'l:\n    # c\n    - w\n' },
  },
  {
    id: 'V9',
    what: 'a value that stands there already',
    see: setAgain,
    sops: { code: 0, written: true },
    bulla: { code: 0, written: false },
  },
  ...[asJson('set', 'FILE', '["a"]', '"w"'), asJson('unset', 'FILE', '["a"]')].map(
    (see): Row => ({
      id: 'V10',
      what: OTHER_TYPE,
      see,
      sops: { code: 0, json: true },
      bulla: { code: 8, json: false },
    }),
  ),
  {
    id: 'V11',
    what: 'a value below an alias that stays clear',
    see: setBelowAlias,
    sops: { code: 0, text: 'a:\n    k: v\nb:\n    k: w\nz: ENC[str]\n' },
    bulla: { code: 4, text: 'a: &x\n    k: v\nb: *x\nz: ENC[str]\n' },
  },
  {
    id: 'V12',
    what: 'a mapping with the same key twice as the value',
    see: set('a: x\n', '["k"]', '{"b":1,"b":2}'),
    sops: { code: 0, opened: 1 },
    bulla: { code: 7, opened: 'a: x\n' },
  },
  {
    id: 'V13',
    what: BINARY,
    see: onFile('f.bin', 'x', 'set', 'FILE', '["k"]', '"w"'),
    sops: { code: 0, opened: 'x' },
    bulla: { code: 4, opened: 'x' },
  },
  {
    id: 'V13',
    what: BINARY,
    see: onFile('f.bin', 'x', 'unset', 'FILE', '["data"]'),
    sops: { code: 0, opened: 4 },
    bulla: { code: 4, opened: 'x' },
  },
  {
    id: 'V14',
    what: BY_COMMENT,
    see: byComment('# open\na: x\nb: secret\n', '--unencrypted-comment-regex', 'unset', 'f.yaml', '["a"]'),
    sops: { code: 0, readable: true },
    bulla: { code: 4, readable: false },
  },
  {
    id: 'V14',
    what: BY_COMMENT,
    see: byComment('m:\n    # open\n    k: x\n', '--encrypted-comment-regex', 'set', 'f.yaml', '["m"]', '"secret"'),
    sops: { code: 0, readable: true },
    bulla: { code: 4, readable: false },
  },
  {
    id: 'V15',
    what: '`set` and `unset` with `--input-type` alone, where the name says another type (`secrets.enc`)',
    see: async (player) => {
      player.write('f.enc', await player.sealedBySops('f.env', 'A=x\nB=y\n'))
      const code = await player.exits(['set', '--input-type', 'dotenv', 'f.enc', '["A"]', '"z"'])
      const types = ['--input-type', 'dotenv', '--output-type', 'dotenv']
      return [code, await player.prints(['decrypt', ...types, 'f.enc']), await player.prints(['decrypt', 'f.enc'])]
    },
    sops: [0, 1, 4],
    bulla: [0, 'A=z\nB=y\n', 1],
  },
]
