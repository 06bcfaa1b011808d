import { ALICE, type Files, type Sealed, type Story, sealedYaml as yaml } from './story.ts'

const set = (file: string, path: string, value: string): readonly string[] => ['set', file, path, value]
const withFile = (content: string): Files => ({
  'f.yaml': (sealed: Sealed) => sealed['f.yaml'] ?? '',
  'value.json': content,
})
const foreign = yaml((sealed) => sealed.replace('b_unencrypted: clear', 'b_unencrypted: other'))

/** How `set`, `unset` and `--set` are called. The result is the file itself, which is the second word, or the last. */
export const SET: readonly Story[] = [
  // every kind of value
  ...['"text"', '""', '"a\\nb\\n"', '"it\'s # \\"q\\""', '"2024-01-02"', 'true', 'null', '1.5', '{"a":"b"}'].map(
    (value) => ({
      args: set('f.yaml', '["a"]', value),
      code: 0,
    }),
  ),
  ...['7', '-3', '1e3'].map((value) => ({ args: set('f.yaml', '["a"]', value), code: 0, converts: true })),
  { args: set('f.yaml', '["a"]', '{"k":{"n":1,"l":[1,"x",null]}}'), code: 0 },
  { args: set('f.yaml', '["a"]', '[1]'), code: 7, differs: { code: 0, because: 'lists are values too' } },
  {
    args: set('f.yaml', '["a"]', '9223372036854775808'),
    code: 0,
    differs: { code: 7, because: 'it would be rounded' },
  },
  ...['text', '', '{', '"a" "b"', '1,2', "'x'"].map((value) => ({ args: set('f.yaml', '["a"]', value), code: 7 })),
  // every place
  ...['["new"]', '["m"]["new"]', '["m"]["l"][0]', '["m"]["l"][9]', '["x"]["y"]["z"]', '["m"]["t"]', '["m"]["z"]'].map(
    (path) => ({ args: set('f.yaml', path, '"v"'), code: 0 }),
  ),
  ...['["x"][0]', '["a"]["below"]', "['a']", '"a"]', '["b_unencrypted"]', '["new_unencrypted"]', '["m"]["l"][1]'].map(
    (path) => ({ args: set('f.yaml', path, '"v"'), code: 0 }),
  ),
  ...['["a"', 'm["l"', '["m"]["l"][x]'].map((path) => ({ args: set('f.yaml', path, '"v"'), code: 7 })),
  { args: set('f.yaml', 'a', '"v"'), code: 7, differs: { code: 0, because: 'dotted paths' } },
  { args: set('f.yaml', '', '"v"'), code: 2, differs: { code: 7, because: 'sops panics' } },
  { args: set('f.yaml', '["m"]["l"]["x"]', '"v"'), code: 2, differs: { code: 7, because: 'sops panics' } },
  { args: set('f.yaml', '["m"][0]', '"v"'), code: 0, differs: { code: 7, because: 'sops stores nothing' } },
  { args: set('f.yaml', '["sops"]', '{"a":1}'), code: 203 },
  // every format
  { args: set('f.json', '["a"]', '"v"'), code: 0 },
  { args: set('f.json', '["l"][0]', '"v"'), code: 0 },
  { args: set('f.json', '["new"]', '{"a":[true]}'), code: 0 },
  { args: set('f.env', '["A"]', '"v"'), code: 0 },
  { args: set('f.env', '["NEW"]', '"v w"'), code: 0 },
  { args: set('f.env', '["A"]["b"]', '"v"'), code: 4 },
  { args: set('f.ini', '["s"]["k"]', '"v"'), code: 0 },
  { args: set('f.ini', '["s"]["new"]', '"v"'), code: 0 },
  { args: set('f.ini', '["t"]["k"]', '"v"'), code: 0 },
  { args: set('two.yaml', '["a"]', '"v"'), code: 0 },
  // where the value comes from
  { args: ['set', '--value-stdin', 'f.yaml', '["a"]'], stdin: '"v"\n', code: 0 },
  { args: ['set', '--value-stdin', 'f.yaml', '["a"]'], stdin: 'v', code: 7 },
  { args: ['set', '--value-file', 'f.yaml', '["a"]', 'value.json'], files: withFile('{"x":"y"}\n'), code: 0 },
  { args: ['set', '--value-file', 'f.yaml', '["a"]', 'none.json'], code: 1 },
  { args: ['set', '--value-file', '--value-stdin', 'f.yaml', '["a"]'], stdin: '"v"', code: 1 },
  // words and options
  { args: ['set', '--idempotent', 'f.yaml', '["a"]', '"hello"'], code: 0 },
  { args: ['set', '--idempotent', 'f.yaml', '["a"]', '"v"'], code: 0 },
  { args: ['set', 'f.yaml', '["a"]', '"v"', '--idempotent'], code: 0 },
  { args: ['set', 'f.yaml', '["a"]'], code: 100 },
  { args: ['set', 'f.yaml'], code: 100 },
  { args: ['set', 'f.yaml', '["a"]', '"v"', '"w"'], code: 100 },
  { args: ['set', 'none.yaml', '["a"]', '"v"'], code: 2 },
  { args: ['set', 'none.yaml', '["a"', '"v"'], code: 7 },
  { args: set('f.yaml', '["a"]', '"v"'), files: foreign, code: 51 },
  { args: ['set', '--ignore-mac', 'f.yaml', '["a"]', '"v"'], files: foreign, code: 0 },
  { args: set('f.yaml', '["a"]', '"v"'), identities: ['bob'], code: 128 },
  { args: set('f.yaml', '["a"]', '"v"'), files: { 'f.yaml': `a: 1\nb: ${ALICE}\n` }, code: 1 },
  // the old form
  { args: ['--set', '["a"] "v w"', 'f.yaml'], code: 0 },
  { args: ['--set', '["m"]["l"][1] {"a": "b c"}', 'f.yaml'], code: 0 },
  { args: ['--in-place', '--set', '["a"] "v"', 'f.yaml'], code: 0 },
  { args: ['--set', '["a"]', 'f.yaml'], code: 7 },
  { args: ['--set', '["a"] v', 'f.yaml'], code: 7 },
  { args: ['--set', '["a"] "v"', 'none.yaml'], code: 2 },
]

export const UNSET: readonly Story[] = [
  ...['["a"]', '["b_unencrypted"]', '["m"]', '["m"]["t"]', '["m"]["l"]', '["m"]["l"][1]'].map((path) => ({
    args: ['unset', 'f.yaml', path],
    code: 0,
  })),
  ...['["none"]', '["m"]["l"][9]', '["a"]["x"]', '["none"]["x"]'].map((path) => ({
    args: ['unset', 'f.yaml', path],
    code: 1,
  })),
  { args: ['unset', '--idempotent', 'f.yaml', '["none"]'], code: 0 },
  { args: ['unset', '--idempotent', 'f.yaml', '["a"]["x"]'], code: 1 },
  { args: ['unset', '--idempotent', 'f.yaml', '["a"]'], code: 0 },
  { args: ['unset', 'f.yaml', '["a"'], code: 7 },
  { args: ['unset', 'f.yaml'], code: 100 },
  { args: ['unset', 'f.yaml', '["a"]', '["n"]'], code: 100 },
  { args: ['unset', 'none.yaml', '["a"]'], code: 2 },
  { args: ['unset', 'f.json', '["m"]["b"]'], code: 0 },
  { args: ['unset', 'f.json', '["l"][2]'], code: 0 },
  { args: ['unset', 'f.env', '["A"]'], code: 0 },
  { args: ['unset', 'f.ini', '["s"]["k"]'], code: 0 },
  { args: ['unset', 'f.yaml', '["a"]'], files: foreign, code: 51 },
]
