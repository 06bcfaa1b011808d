import { RIGHT_AT_LAST } from '../editors.ts'
import { ALICE, GROUPS, PLAIN, RULE, ruleWith, type Story, YAML } from './story.ts'

/** Editors that are programs of every system. */
const NOTHING = { EDITOR: 'true' }
const replace = (what: string, by: string) => ({ EDITOR: `sed -i s/${what}/${by}/` })
/** Puts a file of the scene in the place of what is edited. */
const PUT = { EDITOR: 'cp plain.txt' }
const AGAIN = { EDITOR: RIGHT_AT_LAST }

const NEW: Readonly<Record<string, string>> = {
  'n.yaml': YAML,
  'n.json': '{"a": "x", "n": [1, true]}\n',
  'n.env': '# c\nA=x\n',
  'n.ini': '[s]\nk = v\n',
  'n.bin': 'raw\n',
}
const made = (name: string, plain = NEW[name] ?? '') => ({ files: { 'plain.txt': plain }, env: PUT, result: name })

/** How `edit` is called, and what it answers. */
export const EDIT: readonly Story[] = [
  // a sealed file
  ...Object.keys(PLAIN).map((name) => ({ args: ['edit', name], env: NOTHING, code: 200 })),
  { args: ['edit', 'f.yaml'], env: replace('hello', 'bye'), code: 0, result: 'f.yaml' },
  { args: ['edit', 'f.json'], env: replace('42', '43'), code: 0, result: 'f.json' },
  { args: ['edit', 'f.env'], env: replace('two', 'three'), code: 0, result: 'f.env' },
  { args: ['edit', 'f.ini'], env: replace('v', 'w'), code: 0, result: 'f.ini' },
  { args: ['edit', 'f.bin'], env: replace('raw', 'more'), code: 0, result: 'f.bin', store: 'binary' },
  { args: ['edit', 'two.yaml'], env: replace('1', '3'), code: 0, result: 'two.yaml' },
  { args: ['f.yaml'], env: replace('hello', 'bye'), code: 0, result: 'f.yaml' },
  { args: ['f.yaml'], env: NOTHING, code: 200 },
  { args: ['-i', 'f.yaml'], env: replace('hello', 'bye'), code: 0, result: 'f.yaml' },
  {
    args: ['edit', 'groups.yaml'],
    env: replace('1', '2'),
    identities: ['alice', 'bob'],
    config: null,
    code: 0,
    result: 'groups.yaml',
  },
  // the rule is that of the file, whatever is said
  { args: ['edit', '--encrypted-regex', '^n$', 'f.yaml'], env: replace('hello', 'bye'), code: 0, result: 'f.yaml' },
  { args: ['edit', 'f.yaml'], env: { ...NOTHING, SOPS_EDITOR: 'sed -i s/hello/bye/' }, code: 0, result: 'f.yaml' },
  {
    args: ['edit', '--ignore-mac', 'f.yaml'],
    files: { 'f.yaml': (sealed) => (sealed['f.yaml'] ?? '').replace('clear', 'clean') },
    env: replace('hello', 'bye'),
    code: 0,
    result: 'f.yaml',
  },
  {
    args: ['edit', 'f.yaml'],
    files: { 'f.yaml': (sealed) => (sealed['f.yaml'] ?? '').replace('clear', 'clean') },
    env: replace('hello', 'bye'),
    code: 51,
  },
  { args: ['edit', 'f.yaml'], env: replace('hello', 'bye'), identities: ['bob'], code: 128 },
  { args: ['edit', 'f.yaml'], files: { 'f.yaml': YAML }, env: replace('hello', 'bye'), code: 1 },
  { args: ['edit', 'f.env'], files: { 'f.env': '' }, env: PUT, code: 1 },
  { args: ['edit', 'folder'], env: NOTHING, code: 2 },
  { args: ['edit'], env: NOTHING, code: 100 },
  // a new one
  ...Object.keys(NEW).map((name) => ({ args: ['edit', name], ...made(name), code: 0 })),
  ...Object.keys(NEW).map((name) => ({ args: ['edit', name], env: NOTHING, code: 200 })),
  { args: ['n.yaml'], ...made('n.yaml'), code: 0 },
  { args: ['edit', '--encrypted-regex', '^a$', 'n.yaml'], ...made('n.yaml'), code: 0 },
  { args: ['edit', 'n.yaml'], ...made('n.yaml'), config: ruleWith('encrypted_suffix: m'), code: 0 },
  { args: ['edit', '--age', ALICE, 'n.yaml'], ...made('n.yaml'), config: null, code: 0 },
  {
    args: ['edit', '--shamir-secret-sharing-threshold', '2', 'n.yaml'],
    identities: ['alice', 'bob'],
    ...made('n.yaml'),
    config: GROUPS,
    code: 0,
  },
  {
    args: ['edit', '--input-type', 'yaml', '--output-type', 'yaml', 'n.txt'],
    ...made('n.txt', YAML),
    store: 'yaml',
    code: 0,
  },
  { args: ['edit', 'n.yaml'], ...made('n.yaml'), config: null, code: 1 },
  { args: ['edit', 'n.yaml'], ...made('n.yaml'), config: `${RULE}    path_regex: other\n`, code: 1 },
  { args: ['edit', 'none/n.yaml'], ...made('n.yaml'), code: 3 },
  // the editor
  { args: ['edit', 'f.yaml'], env: { EDITOR: 'false' }, code: 201 },
  { args: ['edit', 'f.yaml'], env: { EDITOR: 'no-such-editor' }, code: 201 },
  { args: ['edit', 'f.yaml'], env: { EDITOR: "sh 'x" }, code: 201 },
  { args: ['edit', 'f.yaml'], env: { PATH: '/nowhere' }, code: 201 },
  { args: ['edit', 'n.yaml'], env: { EDITOR: 'false' }, code: 201 },
  // differences
  {
    args: ['edit', 'f.yaml'],
    env: AGAIN,
    code: 0,
    differs: {
      code: 1,
      because: 'where nobody sits at a terminal, the editor is a script that would do the same again',
    },
  },
  {
    args: ['edit', '--output-type', 'json', 'f.yaml'],
    env: replace('hello', 'bye'),
    code: 0,
    differs: { code: 8, because: 'the file would be JSON under the name of YAML' },
  },
  {
    args: ['f.yaml'],
    env: replace('hello', 'bye'),
    config: `${RULE}    path_regex: other\n`,
    code: 1,
    differs: { code: 0, because: 'it is the same as edit, and a sealed file needs no rule' },
  },
  {
    args: ['edit', '-s', 'f.yaml'],
    env: replace('hello', 'bye'),
    code: 0,
    differs: { code: 0, because: 'what is edited together with the keys counts' },
  },
]
