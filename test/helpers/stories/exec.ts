import type { Sealed, Story } from './story.ts'

/** A story about a program that is run: standard output is the same, as far as it does not name the file. */
export type ExecStory = Omit<Story, 'result' | 'store' | 'converts' | 'ownLayout'>

/** What sops seals for these stories, beside the others. */
export const VALUES: Readonly<Record<string, string>> = {
  'v.yaml': [
    `quoted: "it's a \\"test\\" with $HOME, \`id\` and * "`,
    'lines: "one\\n two\\n\\n"',
    'n: 42',
    'negative: -7',
    'float: 1.5',
    'whole: 2.0',
    'large: 1e20',
    'small: 1.5e-7',
    'yes_: true',
    'no_: false',
    'time: 2024-01-02T03:04:05+02:00',
    'empty: ""',
    'unicode: "Grüße 🔑"',
    'tabs: "a\\tb"',
    'equals: a=b=c',
    'clear_unencrypted: readable',
    '# a comment',
    'last: end',
    '',
  ].join('\n'),
  'v.env': '# c\nA=x\nB=two words\nA=later\nQUOTED="x"\n',
  'null.yaml': 'a: null\nb: x\n',
  'odd.yaml': 'my-key: x\nb: y\n',
  'equals.yaml': 'a=b: x\n',
  'path.yaml': 'PATH: /nowhere\n',
  'home.yaml': 'HOME: /nowhere\n',
}

const env = (command: string, file = 'v.yaml', ...options: readonly string[]) => ['exec-env', ...options, file, command]
const withFile = (command: string, file = 'f.yaml', ...options: readonly string[]) => [
  'exec-file',
  ...options,
  file,
  command,
]
const NAMES = ['n', 'negative', 'float', 'whole', 'large', 'small', 'yes_', 'no_', 'time', 'empty', 'unicode', 'tabs']
const sealedAs = (name: string) => (sealed: Sealed) => sealed[name] ?? ''

export const EXEC_ENV: readonly ExecStory[] = [
  ...NAMES.map((name) => ({ args: env(`printf '[%s]' "$${name}"`), code: 0 })),
  ...['quoted', 'lines', 'equals', 'clear_unencrypted', 'last'].map((name) => ({
    args: env(`printf '[%s]' "$${name}"`),
    code: 0,
  })),
  { args: env('printf "%s" "$A$B$QUOTED"', 'v.env'), code: 0 },
  { args: env('printf "%s" "$data"', 'f.bin'), code: 0 },
  { args: env('cat; exit 0'), stdin: 'passed on\n', code: 0 },
  { args: env('echo $n; echo $0; echo $#'), code: 0 },
  // exit codes
  ...[0, 1, 3, 42, 255].map((code) => ({ args: env(`exit ${code}`), code })),
  { args: env('false'), code: 1 },
  { args: env('no-such-program-here'), code: 127 },
  { args: env('kill -9 $$'), code: 255 },
  { args: env('kill -TERM $$'), code: 255 },
  { args: env('if'), code: 2 },
  // the environment
  { args: env('echo "$n$FROM_OUTSIDE"'), env: { FROM_OUTSIDE: 'x' }, code: 0 },
  { args: env('echo "$n$FROM_OUTSIDE"', 'v.yaml', '--pristine'), env: { FROM_OUTSIDE: 'x' }, code: 0 },
  { args: env('env | grep -c .', 'v.env', '--pristine'), code: 0 },
  { args: env('echo $n'), env: { n: 'outside' }, code: 0 },
  { args: env('echo $n', 'v.yaml', '--same-process'), code: 0 },
  { args: ['exec-env', 'v.yaml', '--', 'echo $n'], code: 0 },
  { args: env('echo $n', 'v.yaml', '--decryption-order', 'age'), code: 0 },
  { args: env('echo $n', 'v.yaml', '--user', ''), code: 0 },
  // several documents: the first one
  { args: env('echo "$a$b"', 'two.yaml'), code: 0 },
  // what cannot be
  { args: env('env', 'f.yaml'), code: 1 },
  { args: env('env', 'f.json'), code: 1 },
  { args: env('env', 'f.ini'), code: 1 },
  { args: env('env', 'equals.yaml'), code: 1 },
  { args: env('env', 'none.yaml'), code: 2 },
  { args: env('env', 'folder'), code: 2 },
  { args: env('env', 'plain.yaml'), files: { 'plain.yaml': 'a: 1\n' }, code: 1 },
  {
    args: env('env', 'v.yaml'),
    files: { 'v.yaml': (from) => sealedAs('v.yaml')(from).replace(/\nlast: /, '\nq: ') },
    code: 25,
  },
  {
    args: env('env', 'v.yaml'),
    files: { 'v.yaml': (from) => sealedAs('v.yaml')(from).replace('readable', 'changed') },
    code: 51,
  },
  { args: env('env'), identities: ['bob'], code: 128 },
  { args: env('env', 'v.yaml', '--decryption-order', 'age,age'), code: 112 },
  { args: env('env', 'v.yaml', '--user', 'nobody-of-this-name'), code: 1 },
  { args: ['exec-env'], code: 1 },
  { args: ['exec-env', 'v.yaml'], code: 1 },
  { args: ['exec-env', 'v.yaml', 'echo', 'n'], code: 1 },
  { args: env('env', 'v.yaml', '--background', '--same-process'), code: 8 },
  // differences
  {
    args: env('env | grep -c ^a=', 'null.yaml'),
    code: 0,
    differs: { code: 1, because: 'null unsets a variable, where sops writes <nil>' },
  },
  {
    args: env('env', 'odd.yaml'),
    code: 0,
    differs: { code: 1, because: 'a shell drops the variable without a word' },
  },
  {
    args: env('exit 0', 'path.yaml'),
    code: 0,
    differs: { code: 1, because: 'a value must not decide which programs are run' },
  },
  {
    args: env('exit 0', 'home.yaml'),
    code: 0,
    differs: { code: 1, because: 'a value must not decide where programs look for their settings' },
  },
  {
    args: env('exit 0', 'v.yaml', '--background'),
    code: 0,
    differs: { code: 1, because: 'nobody would learn how the command ended' },
  },
]

export const EXEC_FILE: readonly ExecStory[] = [
  ...['f.yaml', 'f.json', 'f.env', 'f.ini', 'f.bin', 'two.yaml', 'v.yaml'].map((name) => ({
    args: withFile('cat {}', name),
    code: 0,
  })),
  { args: withFile('cat {}', 'f.yaml', '--no-fifo'), code: 0 },
  { args: withFile('cat {} {}', 'f.yaml', '--no-fifo'), code: 0 },
  { args: withFile('test -p {} && echo pipe'), code: 0 },
  { args: withFile('test -f {} && echo file', 'f.yaml', '--no-fifo'), code: 0 },
  { args: withFile('ls -l {} | cut -c 1-10'), code: 0 },
  { args: withFile('ls -l {} | cut -c 1-10', 'f.yaml', '--no-fifo'), code: 0 },
  { args: withFile('ls -ld $(dirname {}) | cut -c 1-10'), code: 0 },
  { args: withFile('basename {}'), code: 0 },
  { args: withFile('basename {}', 'f.yaml', '--filename', 'x.yaml'), code: 0 },
  { args: withFile('basename {}; cat {}', 'f.yaml', '--no-fifo', '--filename', 'x.yaml'), code: 0 },
  { args: withFile('basename {}; cat "{}"', 'f.yaml', '--no-fifo', '--filename', 'with blank.yaml'), code: 0 },
  { args: withFile('cat {}', 'f.yaml', '--output-type', 'json'), code: 0 },
  {
    args: withFile('cat {}', 'x', '--input-type', 'yaml', '--output-type', 'yaml'),
    files: { x: sealedAs('f.yaml') },
    code: 0,
  },
  { args: withFile('echo "$n"'), code: 0 },
  { args: withFile('cat; exit 0'), stdin: 'passed on\n', code: 0 },
  { args: withFile('echo no file'), code: 0 },
  { args: withFile('exit 7 # {}'), code: 7 },
  { args: withFile('exit 7 # {}', 'f.yaml', '--no-fifo'), code: 7 },
  { args: withFile('kill -9 $$', 'f.yaml', '--no-fifo'), code: 255 },
  // what cannot be
  { args: withFile('cat {}', 'x', '--input-type', 'yaml'), files: { x: sealedAs('f.yaml') }, code: 4 },
  { args: withFile('cat {}', 'f.yaml', '--output-type', 'dotenv'), code: 4 },
  { args: withFile('cat {}', 'none.yaml'), code: 2 },
  { args: withFile('cat {}', 'plain.yaml'), files: { 'plain.yaml': 'a: 1\n' }, code: 1 },
  { args: withFile('cat {}'), identities: ['bob'], code: 128 },
  { args: withFile('cat {}', 'f.yaml', '--no-fifo', '--filename', '../x'), code: 1 },
  { args: withFile('cat {}', 'f.yaml', '--no-fifo', '--filename', '/x'), code: 1 },
  { args: withFile('cat {}', 'f.yaml', '--no-fifo', '--filename', 'a/b'), code: 1 },
  { args: ['exec-file', 'f.yaml'], code: 1 },
  // differences
  {
    args: withFile('true', 'f.yaml', '--no-fifo', '--background'),
    code: 0,
    differs: { code: 1, because: 'the file would be gone before it is read' },
  },
]
