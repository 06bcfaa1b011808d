import { type Player, type Row, shape } from '../player.ts'

const LIST = 'l:\n    # one\n    - a\n'
const HELM = 'a:\n    b:\n        c: 1\n    # d: 2\n\ne: 3\n'
const TWO = 'l:\n    # seal\n    # more\n    - a\n    - b\n'

const withRule = (player: Player) => {
  player.rules(`- age: ${player.recipient}`, '  encrypted_comment_regex: seal')
  return { env: { SOPS_AGE_RECIPIENTS: '' } }
}

async function opensTwoComments(player: Player, sealer: 'sops' | undefined): Promise<string | number> {
  const options = withRule(player)
  player.write('f.yaml', TWO)
  const sealed = await player.prints(['encrypt', 'f.yaml'], options, sealer)
  return typeof sealed === 'number' ? sealed : await player.open('f.yaml', sealed)
}

/** What is said about a clear comment where a sealed one belongs. */
async function warning(player: Player): Promise<{ code: number | null; silent: boolean; shown: boolean }> {
  const sealed = await player.sealedBySops('f.yaml', '# note\na: x\n')
  player.write('f.yaml', sealed.replace(/^#ENC.*/, '# hunter2'))
  const { code, err } = await player.run(['decrypt', 'f.yaml'])
  return { code, silent: err === '', shown: err.includes('hunter2') }
}

export const COMMENTS: readonly Row[] = [
  {
    id: 'C1',
    what: 'a sealed comment behind a value (YAML, INI)',
    see: (player) => player.roundTrip('f.yaml', 'a: x # c\n'),
    sops: '# c\na: x\n',
    bulla: 'a: x # c\n',
  },
  {
    id: 'C1',
    what: 'a sealed comment behind a value (YAML, INI)',
    see: (player) => player.roundTrip('f.ini', '[s]\na = x ; c\n'),
    sops: '[s]\n; c\na = x\n',
    bulla: '[s]\na = x ; c\n',
  },
  {
    id: 'C2',
    what: 'a sealed comment in a list',
    see: async (player) => shape(await player.seal('f.yaml', LIST)),
    sops: 'l:\n    - ENC[comment]\n    - ENC[str]\n',
    bulla: 'l:\n    #ENC[comment]\n    - ENC[str]\n',
  },
  {
    id: 'C2',
    what: 'a sealed comment in a list',
    see: (player) => player.openedBy('sops', 'f.yaml', LIST),
    sops: LIST,
    bulla: LIST,
  },
  {
    id: 'C2',
    what: 'a sealed comment in a list',
    see: (player) => player.opens('f.yaml', LIST),
    sops: LIST,
    bulla: LIST,
  },
  {
    id: 'C3',
    what: 'a comment that sops moves to another collection when it writes',
    see: async (player) => shape(await player.opens('f.yaml', HELM)),
    sops: 'a:\n    b:\n        c: 1\n        #ENC[comment]\ne: 3\n',
    bulla: 'a:\n    b:\n        c: 1\n    # d: 2\ne: 3\n',
  },
  {
    id: 'C3',
    what: 'a comment that sops moves to another collection when it writes',
    see: (player) => player.roundTrip('f.yaml', HELM).then(shape),
    sops: 'a:\n    b:\n        c: 1\n        #ENC[comment]\ne: 3\n',
    bulla: HELM,
  },
  ...(
    [
      ['f.yaml', 'a: [ # c\n  x]\nb: { # d\n}\nc: [\n  # e\n]\n', 'a:\n    - x\nb: {}\nc: []\n'],
      ['f.yaml', '%YAML 1.1 # c\n---\na: x\n', 'a: x\n'],
      ['f.ini', '[s]\na = x\n; c\n', '[s]\na = x\n'],
    ] as const
  ).map(
    ([name, plain, lost]): Row => ({
      id: 'C4',
      what: "a comment that sops's reader drops (behind `[` or `{`, in `[]` or `{}`, behind `%YAML`, at the end of an INI file)",
      see: (player) => player.roundTrip(name, plain),
      sops: lost,
      bulla: plain,
    }),
  ),
  {
    id: 'C5',
    what: 'an empty comment in a sealed list',
    see: (player) => player.roundTrip('f.yaml', 'l:\n    #\n    - a\n'),
    sops: 'l:\n    - ""\n    - a\n',
    bulla: 'l:\n    #\n    - a\n',
  },
  {
    id: 'C5',
    what: 'an empty comment in a sealed list',
    see: (player) => player.openedBy('sops', 'f.yaml', 'l:\n    #\n    - a\n'),
    sops: 'l:\n    - ""\n    - a\n',
    bulla: 'l:\n    # \n    - a\n',
  },
  {
    id: 'C6',
    what: 'two comments in a row in a list under `encrypted_comment_regex`',
    see: (player) => opensTwoComments(player, undefined),
    sops: 51,
    bulla: TWO,
  },
  {
    id: 'C6',
    what: 'two comments in a row in a list under `encrypted_comment_regex`',
    see: (player) => opensTwoComments(player, 'sops'),
    sops: 51,
    bulla: TWO,
  },
  {
    id: 'C7',
    what: 'a comment that does not open',
    see: warning,
    sops: { code: 0, silent: false, shown: true },
    bulla: { code: 0, silent: false, shown: false },
  },
  {
    id: 'C8',
    what: 'several comments at one place, written as INI',
    see: (player) => player.opens('f.yaml', 's:\n  # one\n  a: x # two\n  # three\n  b: y\n', '--output-type', 'ini'),
    sops: ';  one\n[s]\n; three\na = x\nb = y\n',
    bulla: ';  one\n;  two\n[s]\n; three\na = x\nb = y\n',
  },
]
