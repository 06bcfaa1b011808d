import type { Player, Row } from '../player.ts'

const NAMES = 'names that a shell drops (`my-key`)'
const SPECIAL = 'names with which programs are made to run something else (`PATH`, `LD_PRELOAD`, `HOME` …)'
const NESTED = 'nested values, keys with `=`'

/** Runs a command with the values of `f.yaml`, which sops sealed. */
const run =
  (plain: string, options: readonly string[], command: string, name = 'exec-env') =>
  async (player: Player) => {
    player.write('f.yaml', await player.sealedBySops('f.yaml', plain))
    return await player.prints([name, ...options, 'f.yaml', command])
  }

/** What runs programs. */
export const EXEC: readonly Row[] = [
  {
    id: 'X1',
    what: '`exec-env` and null',
    see: run('n: null\n', [], 'env | grep "^n="; true'),
    sops: 'n=<nil>\n',
    bulla: '',
  },
  {
    id: 'X2',
    what: NAMES,
    see: run('my-key: x\n', [], 'env | grep -c "^my-key="; true'),
    sops: '0\n',
    bulla: 1,
  },
  { id: 'X3', what: SPECIAL, see: run('BASH_ENV: x\n', [], 'echo $BASH_ENV'), sops: 'x\n', bulla: 1 },
  {
    id: 'X4',
    what: NESTED,
    see: run('db: {password: x}\n', ['--flatten'], 'echo $DB_PASSWORD'),
    sops: 1,
    bulla: 'x\n',
  },
  { id: 'X7', what: '`--background`', see: run('a: x\n', ['--background'], 'exit 0'), sops: '', bulla: 1 },
]
