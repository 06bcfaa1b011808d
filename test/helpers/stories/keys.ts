import { ALICE, BOB, CAROL, type Files, GROUPS, PLAIN, RULE, type Story, sealedYaml as yaml } from './story.ts'

const changed = yaml((sealed) => sealed.replace('b_unencrypted: clear', 'b_unencrypted: other'))
/** The only reader stands in the file twice. */
const twice = yaml((sealed) => sealed.replace(/( {8}- enc: [\s\S]*?recipient: \S+\n)/, '$1$1'))
const notSealed: Files = { 'f.yaml': 'a: 1\n' }
const everybody = { identities: ['alice', 'bob', 'carol'] } as const
const lockout = { code: 1, because: 'who locks himself out is asked, or needs --allow-lockout' }

const ROTATE: readonly Story[] = [
  ...Object.keys(PLAIN).map((name) => ({ args: ['rotate', name], code: 0 })),
  { args: ['rotate', '-i', 'f.json'], code: 0, result: 'f.json' },
  { args: ['rotate', '--output', 'out', 'f.ini'], code: 0, result: 'out', store: 'ini' },
  { args: ['-r', 'f.yaml'], code: 0 },
  { args: ['-r', '-i', 'f.env'], code: 0, result: 'f.env' },
  { args: ['--rotate', 'f.bin'], code: 0 },
  { args: ['-r', '--add-age', BOB, 'f.yaml'], code: 0 },
  { args: ['rotate', '--add-age', BOB, 'f.yaml'], code: 0 },
  { args: ['rotate', '--add-age', `${BOB},${CAROL}`, 'f.json'], code: 0 },
  { args: ['rotate', '-i', '--add-age', BOB, '--rm-age', ALICE, 'f.yaml'], code: 0, result: 'f.yaml', ...everybody },
  {
    args: ['rotate', '-i', '--add-age', BOB, '--rm-age', ALICE, 'f.yaml'],
    code: 0,
    result: 'f.yaml',
    differs: lockout,
  },
  { args: ['rotate', '--rm-age', BOB, 'f.yaml'], code: 0 },
  { args: ['rotate', '--rm-age', ALICE, 'f.yaml'], code: 1 },
  { args: ['rotate', '--rm-pgp', 'ABCD', '--rm-kms', 'arn:aws:kms:x', 'f.yaml'], code: 0 },
  { args: ['rotate', '--add-age', 'age1nothing', 'f.yaml'], code: 1 },
  {
    args: ['rotate', '--rm-age', ALICE, '--add-age', BOB, 'f.yaml'],
    files: twice,
    code: 0,
    ...everybody,
    differs: { code: 0, because: 'a key that is there twice is removed twice' },
  },
  { args: ['rotate', 'groups.yaml'], code: 0, ...everybody },
  { args: ['rotate', '--add-age', CAROL, 'groups.yaml'], code: 0, ...everybody },
  { args: ['rotate', '--rm-age', CAROL, 'groups.yaml'], code: 1, ...everybody },
  { args: ['rotate', '--output-type', 'json', 'f.yaml'], code: 0, store: 'json', converts: true },
  { args: ['rotate', '--output-type', 'yaml', 'f.bin'], code: 0, store: 'yaml', converts: true },
  { args: ['rotate', '--output-type', 'dotenv', 'f.yaml'], code: 4 },
  {
    args: ['rotate', '--input-type', 'yaml', '--output-type', 'yaml', 'f.txt'],
    files: { 'f.txt': (sealed) => sealed['f.yaml'] ?? '' },
    code: 0,
    store: 'yaml',
  },
  { args: ['rotate', '--decryption-order', 'pgp,age', 'f.yaml'], code: 0 },
  { args: ['rotate', '--decryption-order', 'age,age', 'f.yaml'], code: 112 },
  { args: ['rotate', 'f.yaml'], files: changed, code: 51 },
  { args: ['-r', '--ignore-mac', 'f.yaml'], files: changed, code: 0 },
  {
    args: ['rotate', '--ignore-mac', 'f.yaml'],
    files: changed,
    code: 1,
    differs: { code: 0, because: 'sops has the option only in its old form' },
  },
  { args: ['rotate', 'f.yaml'], files: notSealed, code: 1 },
  { args: ['rotate', 'f.yaml'], identities: ['mallory'], code: 128 },
  { args: ['rotate', 'none.yaml'], code: 2 },
  { args: ['rotate', '--add-age', BOB, 'none.yaml'], code: 49 },
  { args: ['rotate', '--rm-pgp', 'ABCD', 'none.yaml'], code: 49 },
  { args: ['rotate'], code: 100 },
  { args: ['rotate', '-i', '--output', 'out', 'f.yaml'], code: 8 },
  {
    args: ['rotate', '--encryption-context', 'a', 'f.yaml'],
    code: 0,
    differs: { code: 6, because: 'a malformed context would be passed over' },
  },
]

const BOTH = `creation_rules:\n  - age: ${ALICE},${BOB}\n`
const OTHERS = `creation_rules:\n  - age: ${BOB},${CAROL}\n`
const REORDERED = `creation_rules:\n  - path_regex: both\\.yaml$\n    age: ${BOB},${ALICE}\n`
const result = 'f.yaml'

const UPDATE_KEYS: readonly Story[] = [
  { args: ['updatekeys', '-y', 'f.yaml'], config: BOTH, code: 0, result },
  { args: ['updatekeys', '--yes', 'f.json'], config: BOTH, code: 0, result: 'f.json' },
  { args: ['updatekeys', '-y', 'f.env', 'f.ini'], config: BOTH, code: 0, result: 'f.ini' },
  { args: ['updatekeys', 'f.bin', '-y'], config: BOTH, code: 0, result: 'f.bin' },
  { args: ['updatekeys', '-y', 'f.yaml'], code: 0, result },
  { args: ['updatekeys', 'f.yaml'], config: BOTH, stdin: 'y\n', code: 0, result },
  { args: ['updatekeys', 'f.yaml'], config: BOTH, stdin: 'y', code: 0, result },
  { args: ['updatekeys', 'f.yaml'], config: BOTH, stdin: 'what\ny\n', code: 0, result },
  { args: ['updatekeys', 'f.yaml'], config: BOTH, stdin: 'n\n', code: 0, result },
  { args: ['updatekeys', 'f.yaml'], config: BOTH, stdin: '', code: 1 },
  { args: ['updatekeys', 'f.yaml'], config: BOTH, stdin: 'yes\n', code: 1 },
  { args: ['updatekeys', '-y', 'both.yaml'], config: REORDERED, code: 0, result: 'both.yaml' },
  { args: ['updatekeys', '-y', 'f.yaml'], config: REORDERED, code: 1 },
  { args: ['updatekeys', '-y', 'f.yaml'], config: OTHERS, code: 0, result, ...everybody },
  { args: ['updatekeys', '-y', 'f.yaml'], config: OTHERS, code: 0, result, differs: lockout },
  { args: ['updatekeys', '-y', 'f.yaml'], config: GROUPS, code: 0, result, ...everybody },
  { args: ['updatekeys', '-y', 'groups.yaml'], config: RULE, code: 0, result: 'groups.yaml', ...everybody },
  { args: ['updatekeys', '-y', 'groups.yaml'], config: GROUPS, code: 0, result: 'groups.yaml', ...everybody },
  { args: ['updatekeys', '-y', 'f.yaml'], config: null, code: 1 },
  { args: ['updatekeys', '-y', 'none.yaml'], code: 1 },
  { args: ['updatekeys'], code: 100 },
  { args: ['updatekeys', '-y', 'f.yaml'], files: notSealed, code: 1 },
  { args: ['updatekeys', '-y', 'f.yaml'], config: BOTH, identities: ['mallory'], code: 128 },
  {
    args: ['updatekeys', '-y', 'f.yaml'],
    files: changed,
    config: BOTH,
    code: 0,
    result,
    differs: { code: 51, because: 'the MAC is checked' },
  },
  {
    args: ['updatekeys', '-y', 'folder'],
    code: 1,
    result,
    differs: { code: 0, because: 'folders can be named' },
  },
]

const groups = (verb: string, name: string, ...words: readonly string[]): readonly string[] => [
  'groups',
  verb,
  '-f',
  name,
  ...words,
]
const THRESHOLD = '--shamir-secret-sharing-threshold'
const brokenFile = (because: string) => ({ differs: { code: 1, because: `${because}: nobody could open the file` } })

const CHANGE_GROUPS: readonly Story[] = [
  { args: groups('add', 'f.yaml', '--age', BOB), code: 0, ...everybody },
  { args: groups('add', 'f.json', '--age', BOB, '--age', CAROL, '-i'), code: 0, result: 'f.json', ...everybody },
  { args: groups('add', 'f.ini', '--age', BOB, THRESHOLD, '2'), code: 0, ...everybody },
  { args: groups('add', 'groups.yaml', '--age', BOB), code: 0, ...everybody },
  { args: groups('add', 'groups.yaml', '--age', BOB, THRESHOLD, '4'), code: 0, ...everybody },
  { args: groups('add', 'f.yaml'), code: 0, ...brokenFile('an empty group') },
  {
    args: groups('add', 'f.yaml', '--age', BOB, THRESHOLD, '3'),
    code: 0,
    ...brokenFile('a threshold above the groups'),
  },
  { args: groups('add', 'f.yaml', '--age', BOB, 'more'), code: 1 },
  { args: ['groups', 'add', '--age', BOB], code: 2 },
  { args: groups('add', 'none.yaml', '--age', BOB), code: 2 },
  { args: groups('delete', 'groups.yaml', '0'), code: 0, ...everybody },
  { args: groups('delete', 'groups.yaml', '-i', '1'), code: 0, result: 'groups.yaml', ...everybody },
  { args: groups('delete', 'groups.yaml', THRESHOLD, '2', '2'), code: 0, ...everybody },
  { args: groups('delete', 'groups.yaml', THRESHOLD, '3', '2'), code: 1, ...everybody },
  {
    args: groups('delete', 'groups.yaml', '9'),
    code: 2,
    ...everybody,
    differs: { code: 1, because: 'there, sops crashes' },
  },
  { args: groups('delete', 'groups.yaml', 'x'), code: 1 },
  { args: groups('delete', 'groups.yaml'), code: 1 },
  { args: groups('delete', 'f.yaml', '0'), code: 0, ...brokenFile('no group') },
  { args: ['groups'], code: 0 },
]

/** How readers and data keys are changed, and what is answered. */
export const KEY_STORIES = { rotate: ROTATE, updatekeys: UPDATE_KEYS, groups: CHANGE_GROUPS }
