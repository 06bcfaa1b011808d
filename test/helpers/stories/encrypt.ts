import { ALICE, BOB, CAROL, conversions, GROUPS, PLAIN, RULE, ruleWith, type Story, YAML } from './story.ts'

/** How `encrypt` is called, and what it answers. */
export const ENCRYPT: readonly Story[] = [
  ...Object.keys(PLAIN).map((name) => ({ args: ['encrypt', name], code: 0 })),
  { args: ['encrypt', '--in-place', 'f.json'], code: 0, result: 'f.json' },
  { args: ['encrypt', 'f.yaml', '-i'], code: 0, result: 'f.yaml' },
  { args: ['encrypt', '--output', 'out.yaml', 'f.yaml'], code: 0, result: 'out.yaml' },
  { args: ['encrypt', 'f.env', '--output=out.env'], code: 0, result: 'out.env' },
  { args: ['-e', 'f.yaml'], code: 0 },
  { args: ['--ignore-mac', '-e', 'f.yaml'], code: 0 },
  { args: ['--encrypt', '--in-place', 'f.ini'], code: 0, result: 'f.ini' },
  { args: ['encrypt', '--filename-override', 'x.yaml'], stdin: YAML, code: 0, store: 'yaml' },
  {
    args: ['encrypt', '--filename-override', 'x.json', 'f.bin'],
    files: { 'f.bin': '{"a": 1}' },
    code: 0,
    store: 'json',
  },
  {
    args: ['encrypt', '--input-type', 'yaml', '--output-type', 'yaml', 'f.bin'],
    files: { 'f.bin': YAML },
    code: 0,
    store: 'yaml',
  },
  {
    args: ['--config', 'rules.yaml', 'encrypt', 'f.yaml'],
    files: { 'f.yaml': YAML, 'rules.yaml': ruleWith('encrypted_regex: ^a$') },
    code: 0,
  },
  {
    args: ['encrypt', 'f.yaml'],
    env: { SOPS_CONFIG: 'rules.yaml' },
    files: { 'f.yaml': YAML, 'rules.yaml': RULE },
    config: null,
    code: 0,
  },
  // which values
  ...['--encrypted-regex', '--unencrypted-regex'].map((flag) => ({
    args: ['encrypt', flag, '^(a|l)$', 'f.yaml'],
    code: 0,
  })),
  ...['--encrypted-suffix', '--unencrypted-suffix'].map((flag) => ({
    args: ['encrypt', flag, 'm', 'f.yaml'],
    code: 0,
  })),
  ...['--encrypted-comment-regex', '--unencrypted-comment-regex'].map((flag) => ({
    args: ['-e', flag, 'seal', 'f.yaml'],
    code: 0,
  })),
  ...['encrypted_comment_regex: seal', 'unencrypted_comment_regex: seal', 'mac_only_encrypted: true'].map((field) => ({
    args: ['encrypt', 'f.yaml'],
    config: ruleWith(field),
    code: 0,
  })),
  { args: ['encrypt', '--encrypted-regex', '^a$', 'f.yaml'], config: ruleWith('encrypted_regex: ^n$'), code: 0 },
  { args: ['encrypt', '--encrypted-regex', '', 'f.yaml'], code: 0 },
  { args: ['--mac-only-encrypted', 'encrypt', 'f.yaml'], code: 0 },
  { args: ['encrypt', 'f.bin'], config: ruleWith('encrypted_regex: ^a$', 'mac_only_encrypted: true'), code: 0 },
  {
    args: ['encrypt', '--output-type', 'json', 'f.bin'],
    config: ruleWith('encrypted_regex: ^a$'),
    code: 0,
    store: 'json',
  },
  { args: ['encrypt', '--encrypted-regex', 'a', '--encrypted-suffix', 'b', 'f.yaml'], code: 8 },
  { args: ['encrypt', '--encrypted-regex', 'a', 'f.yaml'], config: ruleWith('encrypted_suffix: _x'), code: 8 },
  { args: ['encrypt', 'f.yaml'], config: ruleWith('encrypted_suffix: _x', 'encrypted_regex: a'), code: 1 },
  // for whom
  { args: ['encrypt', '--age', `${ALICE}, ${BOB}`, 'f.yaml'], config: null, identities: ['bob'], code: 0 },
  { args: ['encrypt', 'f.json'], env: { SOPS_AGE_RECIPIENTS: `${CAROL},${BOB}` }, identities: ['bob'], code: 0 },
  { args: ['encrypt', 'f.yaml'], config: GROUPS, identities: ['alice', 'bob', 'carol'], code: 0 },
  {
    args: ['encrypt', '--shamir-secret-sharing-threshold', '2', 'f.env'],
    config: GROUPS,
    identities: ['bob', 'carol'],
    code: 0,
  },
  { args: ['encrypt', 'f.ini'], config: `${GROUPS}    shamir_threshold: 2\n`, identities: ['bob', 'alice'], code: 0 },
  { args: ['encrypt', '--shamir-secret-sharing-threshold', '3', 'f.yaml'], code: 0 },
  { args: ['encrypt', '--shamir-secret-sharing-threshold', '1', 'f.yaml'], config: GROUPS, code: 1 },
  { args: ['encrypt', '--shamir-secret-sharing-threshold', '4', 'f.yaml'], config: GROUPS, code: 1 },
  { args: ['encrypt', 'f.yaml'], config: null, code: 1 },
  { args: ['encrypt', 'f.yaml'], config: ruleWith('path_regex: nope'), code: 1 },
  { args: ['encrypt', '--age', BOB, 'f.yaml'], config: ruleWith('path_regex: nope'), code: 1 },
  { args: ['encrypt', 'f.yaml'], config: 'creation_rules: []\n', code: 1 },
  { args: ['encrypt', 'f.yaml'], config: 'creation_rules:\n  - path_regex: ""\n', code: 1 },
  { args: ['encrypt', 'f.yaml'], config: 'creation_rules: {\n', code: 1 },
  { args: ['encrypt', '--age', 'age1xyz', 'f.yaml'], code: 1 },
  { args: ['--config', 'none.yaml', 'encrypt', 'f.yaml'], code: 1 },
  // layout
  ...['2', '7', '0'].map((indent) => ({ args: ['--indent', indent, 'encrypt', 'f.json'], code: 0 })),
  { args: ['--indent', '2', 'encrypt', 'f.bin'], code: 0 },
  { args: ['--indent', '-1', 'encrypt', 'f.yaml'], code: 4 },
  { args: ['--indent', '-2', 'encrypt', 'f.json'], code: 4 },
  // inputs
  { args: ['encrypt', 'f.env'], files: { 'f.env': '' }, code: 0 },
  { args: ['encrypt', 'f.ini'], files: { 'f.ini': '' }, code: 0 },
  { args: ['encrypt', 'f.bin'], files: { 'f.bin': '' }, code: 0 },
  { args: ['encrypt', 'f.yaml'], files: { 'f.yaml': '{}\n' }, code: 0 },
  { args: ['encrypt', 'f.yaml'], files: { 'f.yaml': '' }, code: 92 },
  { args: ['encrypt', 'f.json'], files: { 'f.json': '' }, code: 2 },
  { args: ['encrypt', 'f.yaml'], files: { 'f.yaml': 'a: [\n' }, code: 2 },
  { args: ['encrypt', 'f.yaml'], files: { 'f.yaml': '- a\n' }, code: 2 },
  { args: ['encrypt', 'f.yaml'], files: { 'f.yaml': 'a: 1\na: 2\n' }, code: 2 },
  { args: ['encrypt', 'f.yaml'], files: { 'f.yaml': '1: a\n' }, code: 23 },
  { args: ['encrypt', 'f.yaml'], files: { 'f.yaml': 'a: 18446744073709551615\n' }, code: 23 },
  { args: ['encrypt', 'f.json'], files: { 'f.json': '["a"]' }, code: 2 },
  { args: ['encrypt', 'f.env'], files: { 'f.env': 'A\n' }, code: 2 },
  { args: ['encrypt', 'f.yaml'], files: { 'f.yaml': 'a: 1\nsops: {}\n' }, code: 203 },
  { args: ['encrypt', 'f.json'], files: { 'f.json': '{"sops": {"a": 1}}' }, code: 203 },
  { args: ['encrypt', 'f.env'], files: { 'f.env': 'A=1\nsops_x=1\n' }, code: 203 },
  { args: ['encrypt', 'f.ini'], files: { 'f.ini': '[sops]\na = 1\n' }, code: 203 },
  { args: ['encrypt', '-i', 'none.yaml'], code: 100 },
  { args: ['encrypt', '-'], code: 100 },
  { args: ['-e', 'none.yaml'], code: 100 },
  { args: ['encrypt', 'folder'], code: 2 },
  { args: ['encrypt', '--output', 'none/out.yaml', 'f.yaml'], code: 3, result: 'none/out.yaml' },
  // words that do not fit together
  { args: ['encrypt'], stdin: YAML, code: 8 },
  { args: ['encrypt', '-i', '--filename-override', 'x.yaml'], stdin: YAML, code: 8 },
  { args: ['encrypt', '-i', '--output', 'out.yaml', 'f.yaml'], code: 8, result: 'out.yaml' },
  { args: ['encrypt', '--encryption-context', 'a', 'f.yaml'], code: 6 },
  { args: ['encrypt', '--nope', 'f.yaml'], code: 1 },
  { args: ['encrypt', '--shamir-secret-sharing-threshold', 'two', 'f.yaml'], code: 1 },
  { args: ['-ei', 'f.yaml'], code: 1 },
  // differences
  {
    args: ['encrypt', '--encrypted-regex', '(', 'f.yaml'],
    code: 0,
    differs: { code: 1, because: 'an expression that does not compile leaves the whole file in clear' },
  },
  {
    args: ['encrypt', '--encrypted-regex', 'zzz', 'f.yaml'],
    code: 0,
    differs: { code: 23, because: 'a selector that seals nothing leaves the whole file in clear' },
  },
  {
    args: ['encrypt', 'f.json'],
    files: { 'f.json': '{"a": 1, "b": [2' },
    code: 0,
    differs: { code: 2, because: 'what is cut off would be lost' },
  },
  {
    args: ['encrypt', 'f.json'],
    files: { 'f.json': '{"a": 1}{"b": 2}' },
    code: 0,
    differs: { code: 2, because: 'what stands behind the closing brace would be lost' },
  },
  {
    args: ['encrypt', 'f.yaml'],
    files: { 'f.yaml': '# only this\n' },
    code: 2,
    differs: { code: 92, because: 'that file holds no document either' },
  },
  {
    args: ['encrypt', '--input-type', 'yml', 'f.yaml'],
    code: 0,
    differs: { code: 1, because: 'a type nobody knows is a slip, which would be passed over' },
  },
  {
    args: ['encrypt', 'f.yaml', '--encrypted-regx', 'a'],
    code: 0,
    differs: { code: 1, because: 'an option nobody knows is a slip, which would be passed over' },
  },
  {
    args: ['encrypt', 'f.yaml', 'flat.yaml'],
    code: 0,
    differs: { code: 1, because: 'the second file would be passed over' },
  },
  {
    args: ['encrypt', '--encrypted-comment-regex', 'seal', 'f.yaml'],
    code: 1,
    differs: { code: 0, because: 'the selector of a rule should be there on the command line as well' },
  },
  {
    args: ['encrypt', '--age', `${ALICE},`, 'f.yaml'],
    code: 1,
    differs: { code: 0, because: 'a comma at the end names nobody, as in a rule' },
  },
]

/** sops puts the values of any file into what it calls a binary one, and cannot open it. */
export const ENCRYPT_INTO: readonly Story[] = conversions('encrypt')
  .filter(({ name }) => name !== 'two.yaml')
  .map(({ name, ...story }) =>
    story.store === 'binary' && name !== 'f.bin'
      ? { ...story, code: 0, differs: { code: 4, because: 'nobody could open the result' } }
      : story,
  )
