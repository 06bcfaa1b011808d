import type { Player, Row } from '../player.ts'

const as = (type: string) => ['--output-type', type]
const ini = (id: string, what: string, plain: string, sops: string, bulla: string): Row => ({
  id,
  what,
  see: (player) => player.roundTrip('f.ini', plain),
  sops,
  bulla,
})
const DROPPED = 'text behind a closing quote of an INI key or value'
const QUOTED = 'INI values in quotes, with `\\` at the end, or with `"""`, written anew'
const ODD_KEYS = 'INI keys that start with `#`, `;` or `[`, written anew'

/** What sops reads from an INI file that each program writes for these keys and values, sealed by one of them. */
const readBack =
  (section: Readonly<Record<string, string>>, sealer: 'sops' | 'bulla' = 'sops') =>
  async (player: Player) => {
    const text = await player.opens('f.json', JSON.stringify({ s: section }), ...as('ini'))
    if (typeof text === 'number') return text
    player.write('f.ini', text)
    const sealed = await player.prints(['encrypt', 'f.ini'], {}, sealer)
    if (typeof sealed === 'number') return 'unreadable'
    const read = await player.open('f.ini', sealed, as('json'), 'sops')
    return typeof read === 'string' ? JSON.parse(read).s : read
  }

export const FLAT: readonly Row[] = [
  {
    id: 'D1',
    what: 'null, sealed into dotenv or INI',
    see: (player) => player.roundTrip('f.yaml', 'a: null\nb: x\n', ...as('dotenv')),
    sops: 'opening: 25',
    bulla: 'sealing: 4',
  },
  {
    id: 'D1',
    what: 'null, sealed into dotenv or INI',
    see: (player) => player.roundTrip('f.yaml', 's:\n  a: null\n  b: x\n', ...as('ini')),
    sops: 'opening: 25',
    bulla: 'sealing: 4',
  },
  {
    id: 'D2',
    what: 'a list or mapping inside a section of INI',
    see: (player) => player.opens('f.yaml', 's:\n  a: {b: 1}\n', ...as('ini')),
    sops: '[s]\na = [{b 1}]\n',
    bulla: 4,
  },
  ...(['a=b', '#a', 'a\nb'] as const).map(
    (key): Row => ({
      id: 'D3',
      what: 'keys with `=`, a line break, or `#` in front, written as dotenv',
      see: (player) => player.opens('f.json', JSON.stringify({ [key]: 'x' }), ...as('dotenv')),
      sops: `${key}=x\n`,
      bulla: 4,
    }),
  ),
  ini('D4', 'an INI key twice in its section', '[s]\na = 1\na = 2\n', '[s]\na = 2\n', 'sealing: 2'),
  ini('D5', 'text behind `[section]`', '[s] x\na = 1\n', '[s]\na = 1\n', 'sealing: 2'),
  ini('D6', DROPPED, '[s]\na = `x` y\n', '[s]\na = x\n', 'sealing: 2'),
  ini('D6', DROPPED, '[s]\na = """x""" y\n', '[s]\na = x\n', 'sealing: 2'),
  ini('D6', DROPPED, '[s]\n"a" b = 1\n', '[s]\na = 1\n', 'sealing: 2'),
  ini('D7', 'an opening `"""` at the very end of an INI file', '[s]\na = """', '[s]\na = """\n', 'sealing: 2'),
  ini('D8', 'the INI keys `-` and `"#a"`', '[s]\n- = 1\n', 'opening: 51', '[s]\n- = 1\n'),
  {
    id: 'D8',
    what: 'the INI keys `-` and `"#a"`',
    see: (player) => player.openedBy('sops', 'f.ini', '[s]\n- = 1\n'),
    sops: 'opening: 51',
    bulla: '[s]\n#1 = 1\n',
  },
  ini('D8', 'the INI keys `-` and `"#a"`', '[s]\n"#a" = 1\n', 'opening: 51', '[s]\n"#a" = 1\n'),
  { id: 'D9', what: QUOTED, see: readBack({ a: '"x"' }), sops: { a: 'x' }, bulla: { a: '"x"' } },
  { id: 'D9', what: QUOTED, see: readBack({ a: 'x\\', b: 'y' }), sops: { a: 'xb = y' }, bulla: { a: 'x\\', b: 'y' } },
  { id: 'D9', what: QUOTED, see: readBack({ a: 'x"""\ny' }), sops: 'unreadable', bulla: { a: 'x"""\ny' } },
  { id: 'D9', what: QUOTED, see: readBack({ a: '`"""\n' }), sops: 'unreadable', bulla: 4 },
  {
    id: 'D10',
    what: ODD_KEYS,
    see: readBack({ '#a': 'x', b: 'y' }, 'bulla'),
    sops: { b: 'y' },
    bulla: { '#a': 'x', b: 'y' },
  },
  { id: 'D10', what: ODD_KEYS, see: readBack({ '[a': 'x' }, 'bulla'), sops: 'unreadable', bulla: { '[a': 'x' } },
  { id: 'D10', what: ODD_KEYS, see: readBack({ ' a': 'x' }, 'bulla'), sops: { a: 'x' }, bulla: 4 },
]
