import { mkdirSync, symlinkSync } from 'node:fs'
import { describe, expect } from 'vitest'
import { newIdentity } from '../helpers/age.ts'
import { expectNoSecret, MARKER } from '../helpers/canary.ts'
import { findJudge, withJudge } from '../helpers/judges.ts'
import { it, type RunOptions, type Sandbox } from '../helpers/sandbox.ts'
import { withOtherData } from '../helpers/tamper.ts'

const SECRET = `${MARKER}-hunter2`
const YAML = `a: ${SECRET}\nb: other-${SECRET}\nc_unencrypted: clear\n`
const PLAIN: Readonly<Record<string, string>> = {
  'a.yaml': YAML,
  'a.json': `{"a": "${SECRET}", "b": "other-${SECRET}", "c_unencrypted": "clear"}\n`,
  'a.env': `a=${SECRET}\nb=other-${SECRET}\n`,
  'a.ini': `[s]\na = ${SECRET}\nb = other-${SECRET}\n`,
  'a.bin': `${SECRET}\n`,
}

interface Case {
  readonly name: string
  /** Prepares files; what it gives back is run. */
  readonly given: (box: Sandbox) => Attempt | Promise<Attempt>
  readonly code: number
  readonly message: RegExp
  readonly hint: RegExp
  /** The code of the real sops where it differs, with the reason. */
  readonly sops?: readonly [number, string]
}

interface Attempt extends RunOptions {
  readonly args: readonly string[]
}

/** A case of which only the content of one file, or of its sealed form, differs. */
function change(
  name: string,
  file: string,
  edit: (sealed: string) => string,
  expected: Omit<Case, 'name' | 'given'>,
): Case {
  const given = async (box: Sandbox) => {
    const sealed = await seal(box, file)
    const changed = edit(sealed)
    if (changed === sealed) throw new Error('the test changed nothing')
    box.write(file, changed)
    return { args: ['decrypt', '--in-place', file] }
  }
  return { name, given, ...expected }
}

function plain(name: string, file: string, content: string | Uint8Array, expected: Omit<Case, 'name' | 'given'>): Case {
  const given = (box: Sandbox) => {
    box.policy()
    box.write(file, content)
    return { args: ['encrypt', '--in-place', file] }
  }
  return { name, given, ...expected }
}

function unsealed(
  name: string,
  file: string,
  content: string | Uint8Array,
  expected: Omit<Case, 'name' | 'given'>,
): Case {
  return { name, given: (box) => ({ args: ['decrypt', '--in-place', box.write(file, content)] }), ...expected }
}

const seal = (box: Sandbox, file: string) => box.seal({ [file]: PLAIN[file] ?? '' })

const VALUE = /ENC\[AES256_GCM,data:[^\]]*,type:str\]/
const CUT = (sealed: string) => sealed.replace(VALUE, (value) => value.slice(0, -20))

const CASES: readonly Case[] = [
  // empty file
  plain('an empty YAML file is sealed', 'a.yaml', '', { code: 92, message: /no document/, hint: /\{\}/ }),
  plain('an empty JSON file is sealed', 'a.json', '', { code: 2, message: /empty/, hint: /\{\}/ }),
  unsealed('an empty YAML file is opened', 'a.yaml', '', { code: 1, message: /not sealed/, hint: /--input-type/ }),
  unsealed('an empty JSON file is opened', 'a.json', '', { code: 1, message: /empty/, hint: /\{\}/ }),
  unsealed('an empty dotenv file is opened', 'a.env', '', { code: 1, message: /not sealed/, hint: /--input-type/ }),
  unsealed('an empty INI file is opened', 'a.ini', '', { code: 1, message: /not sealed/, hint: /--input-type/ }),
  unsealed('an empty file of no known type is opened', 'a.bin', '', {
    code: 1,
    message: /not sealed/,
    hint: /--input-type/,
  }),

  // not UTF-8
  plain('YAML that is not UTF-8 is sealed', 'a.yaml', Buffer.from(`a: ${SECRET}\xff\n`, 'latin1'), {
    code: 2,
    message: /not UTF-8/,
    hint: /UTF-8/,
  }),
  plain('JSON that is not UTF-8 is sealed', 'a.json', Buffer.from(`{"a": "${SECRET}\xff"}\n`, 'latin1'), {
    code: 2,
    message: /not UTF-8/,
    hint: /UTF-8/,
    sops: [0, 'seals other bytes than stand there'],
  }),
  ...['a.yaml', 'a.json'].map((file) => ({
    name: `${file} is opened and is not UTF-8`,
    given: async (box: Sandbox) => {
      box.write(file, Buffer.from((await seal(box, file)).replace('clear', 'cle\xff'), 'latin1'))
      return { args: ['decrypt', '--in-place', file] }
    },
    code: 1,
    message: /:\d+:\d+: the file is not UTF-8/,
    hint: /UTF-8/,
    ...(file === 'a.json' ? { sops: [51, 'reads other bytes than stand there'] as const } : {}),
  })),

  // wrong format for the extension
  plain('YAML under a JSON name', 'a.json', YAML, { code: 2, message: /JSON|object/, hint: /./ }),
  plain('a text under a YAML name', 'a.yaml', `${SECRET}\n`, { code: 2, message: /mapping/, hint: /./ }),
  plain('a list under a YAML name', 'a.yaml', `- ${SECRET}\n`, { code: 2, message: /mapping/, hint: /./ }),
  plain('a list under a JSON name', 'a.json', `["${SECRET}"]\n`, { code: 2, message: /object/, hint: /./ }),
  plain('a text under a dotenv name', 'a.env', `${SECRET}\n`, { code: 2, message: /=/, hint: /./ }),
  plain('a text under an INI name', 'a.ini', `[s]\n${SECRET}\n`, { code: 2, message: /=/, hint: /./ }),
  plain('JSON with text behind it', 'a.json', `{"a": "${SECRET}"} {"b": "${SECRET}"}\n`, {
    code: 2,
    message: /./,
    hint: /./,
    sops: [0, 'drops what follows'],
  }),
  {
    name: 'sealed YAML is opened as JSON',
    given: async (box) => {
      await seal(box, 'a.yaml')
      return { args: ['decrypt', '--input-type', 'json', 'a.yaml'] }
    },
    code: 1,
    message: /JSON|object/,
    hint: /./,
  },

  // truncated ENC string
  ...['a.yaml', 'a.json', 'a.env', 'a.ini', 'a.bin'].map((file) =>
    change(`a sealed value in ${file} is cut off`, file, CUT, {
      code: 25,
      message: /should be sealed is not|damaged/,
      hint: /git/,
    }),
  ),

  // metadata missing, twice, of another type, without MAC
  change('the metadata of a YAML file is missing', 'a.yaml', (text) => text.replace(/\nsops:.*$/s, '\n'), {
    code: 1,
    message: /not sealed/,
    hint: /--input-type/,
  }),
  change('the metadata of a JSON file is missing', 'a.json', (text) => text.replace(/,\s*"sops":.*/s, '}\n'), {
    code: 1,
    message: /not sealed/,
    hint: /--input-type/,
  }),
  change('the metadata of an INI file is missing', 'a.ini', (text) => text.replace(/\n\[sops].*/s, '\n'), {
    code: 1,
    message: /not sealed/,
    hint: /--input-type/,
  }),
  change('the metadata of a binary file is missing', 'a.bin', (text) => text.replace(/,\s*"sops":.*/s, '}\n'), {
    code: 1,
    message: /not sealed/,
    hint: /--input-type/,
  }),
  change('the metadata of a dotenv file is missing', 'a.env', (text) => text.replace(/\nsops_.*$/s, '\n'), {
    code: 1,
    message: /not sealed/,
    hint: /--input-type/,
  }),
  change('the metadata stands twice in YAML', 'a.yaml', (text) => text + text.slice(text.indexOf('sops:')), {
    code: 1,
    message: /twice/,
    hint: /joined/,
  }),
  change(
    'the metadata stands twice in JSON',
    'a.json',
    (text) => text.replace(/}\s*$/, `, ${/"sops".*/s.exec(text)?.[0].replace(/}\s*$/, '')}}`),
    { code: 1, message: /twice/, hint: /./ },
  ),
  change('the metadata stands twice in INI', 'a.ini', (text) => text + text.slice(text.indexOf('[sops]')), {
    code: 1,
    message: /twice|sops/,
    hint: /./,
  }),
  change(
    'a field of the metadata stands twice in dotenv',
    'a.env',
    (text) => text + text.slice(text.indexOf('sops_mac')),
    {
      code: 1,
      message: /twice|sops/,
      hint: /./,
    },
  ),
  change('the metadata is a list', 'a.yaml', (text) => text.replace(/\nsops:.*$/s, '\nsops: [1]\n'), {
    code: 1,
    message: /mapping/,
    hint: /./,
  }),
  change('the metadata is a text', 'a.json', (text) => text.replace(/"sops": ?\{.*}/s, '"sops": "text"}'), {
    code: 1,
    message: /mapping/,
    hint: /./,
  }),
  change(
    'the metadata has keys that are no list',
    'a.yaml',
    (text) => text.replace(/ age:\n.* {4}lastm/s, ' age: 5\n    lastm'),
    {
      code: 1,
      message: /sops\.age/,
      hint: /./,
    },
  ),
  change('the metadata is empty', 'a.json', (text) => text.replace(/"sops": ?\{.*}/s, '"sops": {}}'), {
    code: 1,
    message: /sops\.\w+ is missing/,
    hint: /./,
  }),
  change('the metadata names no key', 'a.yaml', (text) => text.replace(/ age:\n.* {4}lastm/s, ' age: []\n    lastm'), {
    code: 1,
    message: /names no key/,
    hint: /restore/,
  }),
  change('the metadata has no time', 'a.yaml', (text) => text.replace(/ {4}lastmodified: .*\n/, ''), {
    code: 1,
    message: /lastmodified/,
    hint: /2026/,
  }),
  change('the metadata has no MAC', 'a.yaml', (text) => text.replace(/ {4}mac: .*\n/, ''), {
    code: 51,
    message: /\bmac\b/i,
    hint: /--ignore-mac/,
  }),
  ...(
    [
      ['a.json', /\s*"mac": "[^"]*",/],
      ['a.bin', /\s*"mac": "[^"]*",/],
      ['a.env', /sops_mac=.*\n/],
      ['a.ini', /mac += .*\n/],
    ] as const
  ).map(([file, line]) =>
    change(`the metadata of ${file} has no MAC`, file, (text) => text.replace(line, ''), {
      code: 51,
      message: /\bmac\b/i,
      hint: /--ignore-mac/,
    }),
  ),

  // unknown version
  change('the version is no version', 'a.yaml', (text) => text.replace(/version: .*/, 'version: next'), {
    code: 1,
    message: /version/,
    hint: /restore/,
  }),
  change('the version has two parts', 'a.json', (text) => text.replace(/"version": *"[^"]*"/, '"version": "3.8"'), {
    code: 1,
    message: /version/,
    hint: /restore/,
  }),

  // no rule matches
  {
    name: 'no rule matches',
    given: (box) => {
      box.policy('path_regex: ^only/')
      box.write('a.yaml', YAML)
      return { args: ['encrypt', '--in-place', 'a.yaml'] }
    },
    code: 1,
    message: /no matching creation rules found in /,
    hint: /"a\.yaml".*path_regex/,
  },
  {
    name: 'the list of rules is empty',
    given: (box) => {
      box.write('.sops.yaml', 'creation_rules: []\n')
      box.write('a.yaml', YAML)
      return { args: ['encrypt', '--in-place', 'a.yaml'] }
    },
    code: 1,
    message: /no matching creation rules found in /,
    hint: /path_regex/,
  },

  // no recipient
  {
    name: 'there is no policy and no recipient',
    given: (box) => ({ args: ['encrypt', '--in-place', box.write('a.yaml', YAML)] }),
    code: 1,
    message: /nobody is named who could open/,
    hint: /--age/,
  },
  {
    name: 'the rule names nobody',
    given: (box) => {
      box.write('.sops.yaml', 'creation_rules:\n  - path_regex: a\n')
      return { args: ['encrypt', '--in-place', box.write('a.yaml', YAML)] }
    },
    code: 1,
    message: /^bulla: error: \.sops\.yaml:2:5: .*names no keys/m,
    hint: /--age/,
  },
  {
    name: 'a key group of the rule is empty',
    given: (box) => {
      box.write('.sops.yaml', `creation_rules:\n  - key_groups:\n      - age: [${box.recipient}]\n      - age: []\n`)
      return { args: ['encrypt', '--in-place', box.write('a.yaml', YAML)] }
    },
    code: 1,
    message: /empty key group/,
    hint: /--age/,
  },

  // malformed recipient
  {
    name: 'a recipient of the command line is mistyped',
    given: (box) => ({ args: ['encrypt', '--in-place', '--age', `${box.recipient}q`, box.write('a.yaml', YAML)] }),
    code: 1,
    message: /mistyped or cut off/,
    hint: /copy it again/,
  },
  {
    name: 'a recipient of the environment is none',
    given: (box) => ({
      args: ['encrypt', '--in-place', box.write('a.yaml', YAML)],
      env: { SOPS_AGE_RECIPIENTS: 'somebody' },
    }),
    code: 1,
    message: /there is no recipient named somebody/,
    hint: /recipient create/,
  },
  {
    name: 'a recipient of the policy is mistyped',
    given: (box) => {
      box.write('.sops.yaml', `creation_rules:\n  - path_regex: a\n    age: ${box.recipient.slice(0, -1)}\n`)
      return { args: ['encrypt', '--in-place', box.write('a.yaml', YAML)] }
    },
    code: 1,
    message: /^bulla: error: \.sops\.yaml:3:5: .*mistyped or cut off/m,
    hint: /copy it again/,
  },
  {
    name: 'an identity stands where a recipient belongs',
    given: (box) => ({
      args: ['encrypt', '--in-place', box.write('a.yaml', YAML)],
      env: { SOPS_AGE_RECIPIENTS: box.identity },
    }),
    code: 1,
    message: /identity \(secret key\) was given/,
    hint: /public half/,
  },

  // unreadable identity file
  ...(['missing', 'a folder', 'no identity', 'cut off'] as const).map(
    (kind): Case => ({
      name: `the identity file is ${kind}`,
      given: async (box) => {
        await seal(box, 'a.yaml')
        const contents = {
          missing: undefined,
          'a folder': undefined,
          'no identity': SECRET,
          'cut off': box.identity.slice(0, -4),
        }
        const content = contents[kind]
        if (content !== undefined) box.write('key', content)
        if (kind === 'a folder') mkdirSync(box.path('key'))
        return { args: ['decrypt', 'a.yaml'], env: { SOPS_AGE_KEY_FILE: box.path('key') } }
      },
      code: 128,
      message: /SOPS_AGE_KEY_FILE: (the file|line 1)/,
      hint: /SOPS_AGE_KEY_FILE/,
    }),
  ),

  // wrong identity
  {
    name: 'the identity is another one',
    given: async (box) => {
      await seal(box, 'a.yaml')
      return {
        args: ['decrypt', 'a.yaml'],
        env: { SOPS_AGE_KEY_FILE: undefined, SOPS_AGE_KEY: newIdentity().identity },
      }
    },
    code: 128,
    message: /no key at hand opens this file\n {2}age age1/,
    hint: /ask somebody/,
  },
  {
    name: 'there is no identity at all',
    given: async (box) => {
      await seal(box, 'a.yaml')
      return { args: ['decrypt', '--in-place', 'a.yaml'], env: { SOPS_AGE_KEY_FILE: undefined } }
    },
    code: 128,
    message: /no key at hand[\s\S]*not set or not there: .*SOPS_AGE_KEY/,
    hint: /SOPS_AGE_KEY_FILE/,
  },

  // MAC mismatch
  change('a clear value was changed', 'a.yaml', (text) => text.replace(': clear', ': other'), {
    code: 51,
    message: /\bmac\b/i,
    hint: /./,
  }),
  change('a value was removed', 'a.env', (text) => text.replace(/^a=.*\n/, ''), {
    code: 51,
    message: /\bmac\b/i,
    hint: /./,
  }),

  ...(['mac: ', 'lastmodified: "'] as const).map((field) =>
    change(
      `the metadata was changed: ${field}`,
      'a.yaml',
      (text) =>
        field === 'mac: ' ? withOtherData(text, field) : text.replace(/lastmodified: "20/, 'lastmodified: "19'),
      { code: 51, message: /\bmac\b/i, hint: /git/ },
    ),
  ),

  // value moved
  change('two values were swapped', 'a.yaml', (text) => text.replace(/^a: (.*)\nb: (.*)$/m, 'a: $2\nb: $1'), {
    code: 25,
    message: /\(a\)/,
    hint: /./,
  }),
  change(
    'a value was copied over another one',
    'a.json',
    (text) => {
      const [first = '', second = ''] = text.match(new RegExp(VALUE, 'g')) ?? []
      return text.replace(second, first)
    },
    { code: 25, message: /\(b\)/, hint: /./ },
  ),

  // selector that excludes and includes
  {
    name: 'two selectors on the command line',
    given: (box) => {
      box.policy()
      const selectors = ['--encrypted-regex', 'a', '--unencrypted-regex', 'b']
      return { args: ['encrypt', '--in-place', ...selectors, box.write('a.yaml', YAML)] }
    },
    code: 8,
    message: /one selector/,
    hint: /one of them/,
  },
  {
    name: 'one selector on the command line, another one in the rule',
    given: (box) => {
      box.policy('unencrypted_suffix: _x')
      return { args: ['encrypt', '--in-place', '--encrypted-suffix', '_y', box.write('a.yaml', YAML)] }
    },
    code: 8,
    message: /encrypted_suffix and unencrypted_suffix of the rule/,
    hint: /same kind of selector/,
  },
  {
    name: 'two selectors in the rule',
    given: (box) => {
      box.policy('encrypted_regex: a', 'unencrypted_regex: b')
      return { args: ['encrypt', '--in-place', box.write('a.yaml', YAML)] }
    },
    code: 1,
    message: /^bulla: error: \.sops\.yaml:3:5: .*unencrypted_regex and encrypted_regex/m,
    hint: /keep one/,
  },
  change('two selectors in the metadata', 'a.yaml', (text) => text.replace(/ {4}mac: /, '    encrypted_regex: a\n$&'), {
    code: 1,
    message: /more than one selector/,
    hint: /keep one/,
  }),
  {
    name: 'a selector that seals nothing',
    given: (box) => {
      box.policy('encrypted_regex: nothing-like-it')
      return { args: ['encrypt', '--in-place', box.write('a.yaml', YAML)] }
    },
    code: 23,
    message: /seals none of the values/,
    hint: /--allow-plaintext/,
    sops: [0, 'writes everything in clear'],
  },
  {
    name: 'a selector that does not compile',
    given: (box) => {
      box.policy('encrypted_regex: "("')
      return { args: ['encrypt', '--in-place', box.write('a.yaml', YAML)] }
    },
    code: 1,
    message: /^bulla: error: \.sops\.yaml:4:5: encrypted_regex is not a valid regular expression/m,
    hint: /RE2/,
    sops: [0, 'writes everything in clear'],
  },

  // directory given as file
  ...['encrypt', 'decrypt'].map(
    (command): Case => ({
      name: `${command} is given a folder`,
      given: (box) => {
        box.policy()
        box.write('folder/a.yaml', YAML)
        return { args: [command, 'folder'] }
      },
      code: 2,
      message: /folder: cannot be read: it is a folder/,
      hint: /--in-place/,
    }),
  ),
  {
    name: 'filestatus is given a folder',
    given: (box) => {
      box.write('folder/a.yaml', YAML)
      return { args: ['filestatus', 'folder'] }
    },
    code: 1,
    message: /it is a folder/,
    hint: /name a file/,
  },
  {
    name: 'the output is a folder',
    given: (box) => {
      box.policy()
      box.write('folder/b.yaml', YAML)
      return { args: ['encrypt', '--output', 'folder', box.write('a.yaml', YAML)] }
    },
    code: 3,
    message: /it is a folder/,
    hint: /name a file/,
  },
  {
    name: 'the policy is a folder',
    given: (box) => {
      box.write('.sops.yaml/a', '')
      return { args: ['encrypt', '--in-place', '--age', box.recipient, box.write('a.yaml', YAML)] }
    },
    code: 2,
    message: /\.sops\.yaml: cannot be read/,
    hint: /./,
    sops: [1, 'has one number for everything about the policy'],
  },

  // output equal to input
  ...(['a.yaml', './a.yaml', '../work/a.yaml', 'link.yaml'] as const).map(
    (output): Case => ({
      name: `the output is the input, as ${output}`,
      given: (box) => {
        box.policy()
        box.write('a.yaml', YAML)
        symlinkSync('a.yaml', box.path('link.yaml'))
        return { args: ['encrypt', '--output', output, 'a.yaml'] }
      },
      code: 8,
      message: /the output is the input/,
      hint: /--in-place/,
      sops: [0, 'replaces the file'],
    }),
  ),
  {
    name: 'the output of decrypt is its input',
    given: async (box) => {
      await seal(box, 'a.yaml')
      return { args: ['decrypt', '--output', 'a.yaml', 'a.yaml'] }
    },
    code: 8,
    message: /the output is the input/,
    hint: /--in-place/,
    sops: [0, 'replaces the file'],
  },

  // standard input closed
  ...['a.yaml', 'a.env'].map(
    (name): Case => ({
      name: `standard input of encrypt is closed, for ${name}`,
      given: (box) => {
        box.policy()
        return { args: ['encrypt', '--filename-override', name, '--output', name], stdinIs: 'closed' }
      },
      code: 2,
      message: /standard input: cannot be read: it is closed/,
      hint: /name a file/,
      sops: [name === 'a.env' ? 0 : 92, 'reads nothing'],
    }),
  ),
  {
    name: 'standard input of decrypt is closed',
    given: () => ({ args: ['decrypt'], stdinIs: 'closed' }),
    code: 2,
    message: /standard input: cannot be read: it is closed/,
    hint: /name a file/,
    sops: [1, 'reads nothing'],
  },
  {
    name: 'standard input of decrypt is empty',
    given: () => ({ args: ['decrypt'] }),
    code: 1,
    message: /not sealed as a binary file/,
    hint: /--input-type/,
  },
  {
    name: 'standard input has no name to find a rule by',
    given: (box) => {
      box.policy()
      return { args: ['encrypt'], stdin: YAML }
    },
    code: 8,
    message: /no name/,
    hint: /--filename-override/,
  },

  // and some more that users meet
  {
    name: 'the file does not exist',
    given: () => ({ args: ['decrypt', 'a.yaml'] }),
    code: 100,
    message: /a\.yaml: there is no such file/,
    hint: /check the path/,
  },
  {
    name: 'a path is empty',
    given: (box) => {
      box.policy()
      box.write('a.yaml', YAML)
      return { args: ['encrypt', '--in-place', ''] }
    },
    code: 100,
    message: /a path is empty/,
    hint: /variable/,
    sops: [2, 'takes it for the working directory'],
  },
  {
    name: 'the file is sealed already',
    given: async (box) => {
      await seal(box, 'a.yaml')
      return { args: ['encrypt', '--in-place', 'a.yaml'] }
    },
    code: 203,
    message: /sealed already/,
    hint: /decrypt/,
  },
  {
    name: 'the file to open was never sealed',
    given: (box) => ({ args: ['decrypt', box.write('a.yaml', YAML)] }),
    code: 1,
    message: /not sealed/,
    hint: /--input-type/,
  },
  {
    name: 'an extract path cannot be read',
    given: async (box) => {
      await seal(box, 'a.yaml')
      return { args: ['decrypt', '--extract', '["a"', 'a.yaml'] }
    },
    code: 91,
    message: /tree path/,
    hint: /\["key"\]/,
  },
  {
    name: 'an extract path leads nowhere',
    given: async (box) => {
      await seal(box, 'a.yaml')
      return { args: ['decrypt', '--extract', '["nope"]', 'a.yaml'] }
    },
    code: 1,
    message: /\(nope\)/,
    hint: /./,
  },
  {
    name: 'the policy cannot be read as YAML',
    given: (box) => {
      box.write('.sops.yaml', 'creation_rules: [\n')
      return { args: ['encrypt', '--in-place', box.write('a.yaml', YAML)] }
    },
    code: 1,
    message: /\.sops\.yaml:2:1: /,
    hint: /./,
  },
]

describe('bad input', () => {
  it.for(CASES)(
    'is refused, and everything stays as it was: $name',
    async ({ given, code, message, hint }, { box }) => {
      const { args, ...options } = await given(box)
      const before = box.snapshot()

      const result = await box.bulla(args, options)

      expect(result).toMatchObject({ code, signal: null, out: '' })
      expect(result.err).toMatch(message)
      expect(/^bulla: hint: (.*)$/m.exec(result.err)?.[1]).toMatch(hint)
      expectNoSecret(result.err, box.identity)
      expect(box.snapshot()).toEqual(before)
    },
  )
})

describe.skipIf(process.platform === 'win32')('an identity file that may not be read', () => {
  it('is said to be so, and everything stays as it was', async ({ box }) => {
    const sealed = await seal(box, 'a.yaml')
    const key = box.write('key', box.identity, 0)
    const { code, out, err } = await box.bullaUnprivileged(['decrypt', '--in-place', 'a.yaml'], {
      env: { SOPS_AGE_KEY_FILE: key },
    })
    expect({ code, out }).toEqual({ code: 128, out: '' })
    expect(err).toMatch(
      /SOPS_AGE_KEY_FILE: the file cannot be read \(EACCES\)[\s\S]*\nbulla: hint: set SOPS_AGE_KEY_FILE/,
    )
    expect(box.read('a.yaml')).toBe(sealed)
  })
})

describe('what only looks like bad input', () => {
  it.for([
    ['a.env', `a=${SECRET}\xff\n`],
    ['a.ini', `[s]\na = ${SECRET}\xff\n`],
    ['a.bin', `${SECRET}\xff`],
  ] as const)('is sealed and opened, byte for byte: no UTF-8 in %s', async ([file, text], { box }) => {
    box.policy()
    const bytes = Buffer.from(text, 'latin1')
    box.write(file, bytes)
    expect(await box.bulla(['encrypt', '--in-place', file])).toMatchObject({ code: 0, err: '' })
    expectNoSecret(box.read(file))
    expect((await box.bulla(['decrypt', file])).stdout.equals(bytes)).toBe(true)
  })
})

describe.skipIf(findJudge('sops') === undefined)(withJudge('bad input, seen by the real sops', 'sops'), () => {
  it.for(CASES)('gives the same exit code: $name', async ({ given, code, sops }, { box }) => {
    const { args, ...options } = await given(box)

    expect((await box.sops(args, options)).code).toBe(sops?.[0] ?? code)
  })
})
