import type { Player, Row } from '../player.ts'

const row = (id: string, what: string, plain: string | Uint8Array, sops: string, bulla = String(plain)): Row => ({
  id,
  what,
  see: (player) => player.roundTrip('f.yaml', plain),
  sops,
  bulla,
})

/** What each program makes of a file that sops sealed from JSON. */
const writtenAnew = (value: unknown) => (player: Player) =>
  player.opens('f.json', JSON.stringify(value), '--output-type', 'yaml')

export const YAML: readonly Row[] = [
  row('Y1', 'UTF-16', Buffer.from('\ufeffa: x\n', 'utf16le'), 'a: x\n', 'sealing: 2'),
  row('Y2', 'a byte order mark inside the file', 'a: x\ufeffy\n', 'a: "x\\uFEFFy"\n', 'sealing: 2'),
  row(
    'Y3',
    'a value that is not what its tag says, in a later document',
    'a: x\n---\nb: !!int foo\n',
    'a: x\n---\nb: null\n',
    'sealing: 2',
  ),
  row('Y4', 'tags of your own (`!Ref x`)', 'a: !Ref x\nb: !Ref 5\n', 'a: x\nb: "5"\n'),
  row(
    'Y5',
    'a clear text of several lines that starts with a space, in a list',
    'l_unencrypted:\n  - a: |2\n       x\n      y\nb: s\n',
    'opening: 1',
  ),
  row('Y6', 'a clear text of several lines that starts with a tab', 'a_unencrypted: "\\tx\\ny"\nb: s\n', 'opening: 51'),
  {
    id: 'Y7',
    what: 'the same texts, sealed, opened by sops or written anew',
    see: writtenAnew({ l: [' x\ny'] }),
    sops: 'l:\n    - |4-\n       x\n      y\n',
    bulla: 'l:\n    - |2-\n       x\n      y\n',
  },
  {
    id: 'Y7',
    what: 'the same texts, sealed, opened by sops or written anew',
    see: writtenAnew({ a: '\tx\ny' }),
    sops: 'a: null\n',
    bulla: 'a: |4-\n    \tx\n    y\n',
  },
  row(
    'Y8',
    'anchors and aliases',
    'a_unencrypted: &x v\nb_unencrypted: *x\nc: s\n',
    'a_unencrypted: v\nb_unencrypted: v\nc: s\n',
  ),
  row('Y8', 'anchors and aliases', 'a: &x v\nb: *x\n', 'a: v\nb: v\n', 'a: &x v\nb: v\n'),
  row('Y9', 'the text `<<`', 'a: "<<"\n', 'a: !!merge <<\n'),
  { id: 'Y9', what: 'the text `<<`', see: writtenAnew({ a: '<<' }), sops: 'a: !!merge <<\n', bulla: 'a: "<<"\n' },
  row('Y10', 'a clear `-0.0`', 'a_unencrypted: -0.0\nb: s\n', 'opening: 51'),
  {
    id: 'Y10',
    what: 'a clear `-0.0`',
    see: (player) => player.opens('f.yaml', 'a_unencrypted: -0.0\nb: s\n'),
    sops: 51,
    bulla: 'a_unencrypted: -0\nb: s\n',
  },
  row(
    'Y11',
    'integers beyond 64 bits',
    'a: 18446744073709551616\nb_unencrypted: 18446744073709551616\n',
    'a: 1.8446744073709552e+19\nb_unencrypted: 1.8446744073709552e+19\n',
    'a: 18446744073709552000.0\nb_unencrypted: 18446744073709551616\n',
  ),
  row(
    'Y12',
    "spellings: `2024-01-02`, `0x1F`, `'x'`",
    "a: 2024-01-02\nb: 0x1F\nc: 'x'\n",
    'a: 2024-01-02T00:00:00Z\nb: 31\nc: x\n',
  ),
]
