import type { Row } from '../player.ts'

const row = (id: string, what: string, plain: string | Uint8Array, sops: string, bulla: string): Row => ({
  id,
  what,
  see: (player) => player.roundTrip('f.json', plain),
  sops,
  bulla,
})

export const JSON_ROWS: readonly Row[] = [
  row('J1', 'a file that is cut off', '{"a": 1, "b": [2', '{\n\t"a": 1\n}\n', 'sealing: 2'),
  row('J1', 'a file that is cut off', '{"a": 1, "b":', '{\n\t"a": 1\n}\n', 'sealing: 2'),
  row('J2', 'text behind the closing brace', '{"a": 1}\n{"b": 2}\n', '{\n\t"a": 1\n}\n', 'sealing: 2'),
  row('J3', 'half of a surrogate pair', '{"a": "\\ud800"}', '{\n\t"a": "\ufffd"\n}\n', 'sealing: 2'),
  row(
    'J4',
    'bytes that are not UTF-8',
    Buffer.from('{"a": "\xff"}', 'latin1'),
    '{\n\t"a": "\ufffd"\n}\n',
    'sealing: 2',
  ),
  row(
    'J5',
    'a sealed integer beyond 64 bits',
    '{"a": 9223372036854775808}',
    '{\n\t"a": 9223372036854776000\n}\n',
    'sealing: 23',
  ),
  row(
    'J6',
    'a clear integer beyond 64 bits',
    '{"a_unencrypted": 9223372036854775808, "b": "x"}\n',
    '{\n\t"a_unencrypted": 9223372036854776000,\n\t"b": "x"\n}\n',
    '{"a_unencrypted": 9223372036854775808, "b": "x"}\n',
  ),
  row('J7', '`<`, `>` and `&`', '{"a": "<>&"}\n', '{\n\t"a": "\\u003c\\u003e\\u0026"\n}\n', '{"a": "<>&"}\n'),
  row(
    'J8',
    'floats like `1.0` and `1.10`',
    '{"a": 1.0, "b": 1.10}\n',
    '{\n\t"a": 1,\n\t"b": 1.1\n}\n',
    '{"a": 1.0, "b": 1.10}\n',
  ),
  {
    id: 'J9',
    what: 'a value that is not UTF-8, opened into JSON',
    see: (player) => player.opens('f.yaml', 'a: !!binary /w==\n', '--output-type', 'json'),
    sops: '{\n\t"a": "\\ufffd"\n}\n',
    bulla: 4,
  },
]
