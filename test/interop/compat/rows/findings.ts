import { type Player, type Row, shape } from '../player.ts'

/** bulla does here what sops does. */
const same = (id: string, what: string, see: Row['see'], both: unknown): Row => ({
  id,
  what,
  see,
  sops: both,
  bulla: both,
})

const setByItself = (name: string, path: string) => async (player: Player) => {
  player.write(name, await player.sealedBySops(name, name.endsWith('.ini') ? '[s]\na = 1\n' : 'a=1\n'))
  await player.run(['set', name, path, '5'], {}, 'sops')
  return await player.prints(['decrypt', name])
}

export const FINDINGS: readonly Row[] = [
  {
    id: 'F8',
    what: 'an INI comment whose first line is nothing but signs',
    see: (player) => player.roundTrip('f.ini', ';;;;\n; x\n[s]\na = 1\n'),
    sops: 'opening: 2',
    bulla: ';;;;\n; x\n[s]\na = 1\n',
  },
  same('F9', '`?` in a flow collection', (player) => player.roundTrip('f.yaml', 'a: [what?, x]\n'), 'sealing: 2'),
  same(
    'F10',
    'times and integers in YAML',
    (player) => player.opens('f.yaml', 'a: 2024-01-02   3:04:05,5\nb: 2024-01-02T03:04:05+01:60\nc: 0b-11\n'),
    'a: 2024-01-02T03:04:05.5Z\nb: 2024-01-02T03:04:05+02:00\nc: -3\n',
  ),
  same('F12', '`sops set` of a bare number', setByItself('f.env', '["a"]'), 'a=5.0\n'),
  same('F12', '`sops set` of a bare number', setByItself('f.ini', '["s"]["a"]'), '[s]\na = 5.0\n'),
  same(
    'F13',
    'comments between `...` and `---`',
    async (player) => shape(await player.opens('f.yaml', 'a: x\n...\n# two\n---\nb: z\n')),
    'a: x\n---\n# two\nb: z\n',
  ),
  same(
    'F15',
    'what the MAC does not see',
    async (player) => {
      const sealed = await player.sealedBySops('f.yaml', 'a: x\nb_unencrypted: true\n')
      return await player.open('f.yaml', sealed.replace('b_unencrypted: true', 'c_unencrypted: "True"'))
    },
    'a: x\nc_unencrypted: "True"\n',
  ),
  {
    id: 'F16',
    what: 'comments in a list of merge keys (`<<: [*a, *b]`)',
    see: async (player) => {
      player.write('f.yaml', await player.sealedBySops('f.yaml', 'a: &a\n  # c\n  x: s\nb:\n  <<: [*a]\n'))
      await player.run(['set', 'f.yaml', '["y"]', '"v"'], {}, 'sops')
      const opened = await player.prints(['decrypt', 'f.yaml'])
      await player.run(['rotate', '-i', 'f.yaml'])
      return [opened, typeof (await player.prints(['decrypt', 'f.yaml'], {}, 'sops'))]
    },
    sops: [1, 'number'],
    bulla: ['a:\n    # c\n    x: s\nb:\n    !!merge <<:\n        # c\n        - x: s\n"y": v\n', 'string'],
  },
]
