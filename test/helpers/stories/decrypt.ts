import { ALICE, conversions, type Files, PLAIN, ruleWith, type Sealed, type Story } from './story.ts'

const yaml = (change: (sealed: string) => string): Files => ({
  'f.yaml': (sealed: Sealed) => change(sealed['f.yaml'] ?? ''),
})
const changed = yaml((sealed) => sealed.replace('b_unencrypted: clear', 'b_unencrypted: other'))
const moved = yaml((sealed) => sealed.replace('\na: ', '\nq: '))
const metadataWithout = (field: string): Files =>
  yaml((sealed) => sealed.replace(new RegExp(`\\n    ${field}: .*`), ''))
const extract = (path: string, file = 'f.yaml'): readonly string[] => ['decrypt', '--extract', path, file]
const stdin = (name: string) => (sealed: Sealed) => sealed[name] ?? ''

/** How `decrypt` is called, and what it answers. */
export const DECRYPT: readonly Story[] = [
  ...Object.keys(PLAIN).map((name) => ({ args: ['decrypt', name], code: 0 })),
  { args: ['decrypt', '--in-place', 'f.json'], code: 0, result: 'f.json' },
  { args: ['decrypt', '--output', 'out', 'f.ini'], code: 0, result: 'out' },
  { args: ['-d', 'f.yaml'], code: 0 },
  { args: ['-d', '-i', 'f.env'], code: 0, result: 'f.env' },
  // programs that start sops have one list of options for all that they ask of it
  { args: ['--enable-local-keyservice', '--aws-profile', 'p', '--decrypt', 'f.yaml'], code: 0 },
  {
    args: ['--decrypt', '--age', ALICE, '--encrypted-regex', '^x$', '--in-place', 'f.yaml'],
    code: 0,
    result: 'f.yaml',
  },
  { args: ['--kms=', '--shamir-secret-sharing-threshold', '1', '--mac-only-encrypted', 'decrypt', 'f.yaml'], code: 0 },
  { args: ['decrypt', '--output-type', 'json', 'f.yaml'], config: ruleWith('description: ours'), code: 0 },
  { args: ['decrypt', '--input-type', 'yaml', '--output-type', 'yaml'], stdin: stdin('f.yaml'), code: 0 },
  { args: ['decrypt', '--filename-override', 'x.json'], stdin: stdin('f.json'), code: 0 },
  // JSON is YAML
  ...['f.json', 'f.bin'].map((name) => ({
    args: ['decrypt', '--input-type', 'yaml', '--output-type', 'yaml', name],
    code: 0,
  })),
  { args: ['decrypt'], stdin: stdin('f.bin'), code: 0 },
  { args: ['decrypt', '--decryption-order', 'pgp,age', 'f.yaml'], code: 0 },
  { args: ['decrypt', 'f.yaml'], env: { SOPS_DECRYPTION_ORDER: 'nothing' }, code: 0 },
  { args: ['decrypt', 'groups.yaml'], identities: ['alice', 'carol'], code: 0 },
  // a part of it
  ...[
    '["a"]',
    "['a']",
    '["n"]',
    '["m"]',
    '["m"]["l"]',
    '["m"]["l"][1]',
    '["m"]["l"][2]',
    '["m"]["t"]',
    '["m"]["x"]',
  ].map((path) => ({ args: extract(path), code: 0 })),
  ...['["m"]["z"]', '["m"]["d"]', ''].map((path) => ({ args: extract(path), code: 0 })),
  ...['["a"]', '["n"]', '["l"]', '["l"][1]', '["m"]', '["m"]["z"]'].map((path) => ({
    args: extract(path, 'f.json'),
    code: 0,
  })),
  { args: extract('["B"]', 'f.env'), code: 0 },
  { args: extract('["s"]', 'f.ini'), code: 4 },
  { args: extract('["s"]["k"]', 'f.ini'), code: 0 },
  { args: extract('["data"]', 'f.bin'), code: 0 },
  { args: ['decrypt', 'f.yaml', '--extract', '["m"]["l"][0]'], code: 0 },
  { args: ['decrypt', '--output-type', 'json', '--extract', '["m"]', 'f.yaml'], code: 0 },
  { args: ['decrypt', '--output-type', 'dotenv', '--extract', '["n"]', 'f.yaml'], code: 4 },
  ...['["none"]', '["m"]["l"][9]', '["a"][0]'].map((path) => ({ args: extract(path), code: 1 })),
  ...['a', '["a"', 'm["l"]'].map((path) => ({ args: extract(path), code: 91 })),
  // layout of what is written anew
  { args: ['--indent', '2', 'decrypt', '--output-type', 'json', 'f.yaml'], code: 0 },
  { args: ['--indent', '2', 'decrypt', '--output-type', 'yaml', 'f.json'], code: 0 },
  { args: ['--indent', '2', 'decrypt', 'f.yaml'], code: 0, ownLayout: true },
  // what does not verify
  { args: ['decrypt', 'f.yaml'], files: changed, code: 51 },
  { args: ['decrypt', '--ignore-mac', 'f.yaml'], files: changed, code: 0 },
  { args: ['decrypt', 'f.yaml', '--ignore-mac'], files: metadataWithout('mac'), code: 0 },
  { args: ['decrypt', 'f.yaml'], files: metadataWithout('mac'), code: 51 },
  {
    args: ['decrypt', 'f.yaml'],
    files: yaml((sealed) => sealed.replace(/lastmodified: .*/, 'lastmodified: "2020-01-01T00:00:00Z"')),
    code: 51,
  },
  { args: ['decrypt', 'f.yaml'], files: moved, code: 25 },
  { args: ['decrypt', '--ignore-mac', 'f.yaml'], files: moved, code: 25 },
  { args: ['decrypt', '-i', 'f.yaml'], files: yaml((sealed) => sealed.replace(/\na: .*/, '\na: plain')), code: 25 },
  { args: ['decrypt', 'f.yaml'], files: yaml((sealed) => sealed.replace(/(\na: .*),tag.*/, '$1')), code: 25 },
  // no key
  { args: ['decrypt', 'f.yaml'], identities: ['bob'], code: 128 },
  { args: ['decrypt', 'f.bin'], identities: [], code: 128 },
  { args: ['decrypt', 'groups.yaml'], identities: ['bob'], code: 128 },
  { args: ['decrypt', '-i', '--output', 'out', 'f.yaml'], identities: ['bob'], code: 8, result: 'out' },
  { args: ['decrypt', '--decryption-order', 'age,age', 'f.yaml'], code: 112 },
  // no sealed file
  { args: ['decrypt', 'f.yaml'], files: { 'f.yaml': PLAIN['f.yaml'] ?? '' }, code: 1 },
  { args: ['decrypt', 'f.env'], files: { 'f.env': '' }, code: 1 },
  { args: ['decrypt', 'f.txt'], files: { 'f.txt': 'hello' }, code: 1 },
  { args: ['decrypt', 'f.yaml'], files: { 'f.yaml': 'a: 1\nsops: {}\n' }, code: 1 },
  { args: ['decrypt', 'f.json'], files: { 'f.json': '{"sops": "x"}' }, code: 1 },
  { args: ['decrypt', 'f.yaml'], files: metadataWithout('lastmodified'), code: 1 },
  { args: ['decrypt', 'f.yaml'], files: yaml((sealed) => sealed.replace(/version: .*/, 'version: 3.8')), code: 1 },
  { args: ['decrypt', 'f.yaml'], files: yaml((sealed) => sealed + sealed.slice(sealed.indexOf('sops:'))), code: 1 },
  {
    args: ['decrypt', 'f.yaml'],
    files: yaml((sealed) => sealed.replace('    version:', '    encrypted_suffix: x\n    version:')),
    code: 1,
  },
  { args: ['decrypt'], stdin: stdin('f.yaml'), code: 1 },
  { args: ['decrypt', 'none.yaml'], code: 100 },
  { args: ['decrypt', 'folder'], code: 2 },
  // words that do not fit together
  { args: ['decrypt', '-i', '--filename-override', 'x.yaml'], stdin: stdin('f.yaml'), code: 8 },
  { args: ['decrypt', '--ignore-mac=perhaps', 'f.yaml'], code: 1 },
  { args: ['decrypt', '--nope', 'f.yaml'], code: 1 },
  // differences
  {
    args: extract('["m"][0]'),
    code: 0,
    differs: { code: 1, because: 'a mapping has no positions, where sops prints its own record of a key' },
  },
  {
    args: ['decrypt', '--input-type', 'yaml'],
    stdin: stdin('f.yaml'),
    code: 4,
    differs: { code: 0, because: 'the result has the format of the input, where sops takes binary' },
  },
  {
    args: ['decrypt', 'f.yaml'],
    files: metadataWithout('version'),
    code: 1,
    differs: { code: 0, because: 'other programs write no version, and nothing depends on it' },
  },
  {
    args: ['decrypt', 'f.yaml'],
    config: 'creation_rules: x\n',
    code: 1,
    differs: { code: 0, because: 'opening a file in its own layout asks no policy' },
  },
]

/** Of several documents sops keeps the first one, where only one can be. */
export const DECRYPT_INTO: readonly Story[] = conversions('decrypt').map(({ name, ...story }) =>
  name === 'two.yaml' && (story.store === 'json' || story.store === 'dotenv')
    ? { ...story, code: 0, differs: { code: 4, because: 'the second document would be lost' } }
    : story,
)

/** How `filestatus` is called, and what it answers. */
export const FILESTATUS: readonly Story[] = [
  ...Object.keys(PLAIN).map((name) => ({ args: ['filestatus', name], code: 0 })),
  ...Object.entries(PLAIN)
    .filter(([name]) => name !== 'f.bin')
    .map(([name, text]) => ({ args: ['filestatus', name], files: { [name]: text }, code: 0 })),
  { args: ['filestatus', '--input-type', 'yaml', 'f.txt'], files: { 'f.txt': stdin('f.yaml') }, code: 0 },
  // sealed as something else than its name says: not a plain file
  ...['f.yaml', 'f.env', 'f.ini'].map((name) => ({
    args: ['filestatus', 'f.enc'],
    files: { 'f.enc': stdin(name) },
    code: 1,
  })),
  { args: ['--output-type', 'json', 'filestatus', 'f.yaml'], code: 0 },
  { args: ['filestatus', 'f.yaml'], files: metadataWithout('mac'), code: 0 },
  { args: ['filestatus', 'f.yaml'], files: { 'f.yaml': '' }, code: 0 },
  { args: ['filestatus', 'f.yaml'], files: { 'f.yaml': 'a: [' }, code: 1 },
  { args: ['filestatus', 'f.yaml'], files: { 'f.yaml': 'sops: {}\n' }, code: 1 },
  { args: ['filestatus', 'none.yaml'], code: 1 },
  { args: ['filestatus', 'folder'], code: 1 },
  { args: ['filestatus'], code: 100 },
  {
    args: ['filestatus', 'f.txt'],
    files: { 'f.txt': 'hello' },
    code: 1,
    differs: { code: 0, because: 'a file that is none of sops is a plain file' },
  },
]
