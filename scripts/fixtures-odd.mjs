/** Sealed files that are out of the ordinary: what other commands leave behind, old habits, hand edits, damage. */
import { NEWEST, PEOPLE } from './sops-workbench.mjs'

/** @typedef {ReturnType<typeof import('./sops-workbench.mjs').openWorkbench>} Bench */
/** @typedef {import('./sops-workbench.mjs').Rule} Rule */
/** @typedef {{ name: string, note: string, bytes: Uint8Array | string, version?: string, identities?: string[], plainAs?: string }} Odd */

const ALICE = { age: PEOPLE.alice }
const CLEAR = { ...ALICE, encrypted_suffix: '_enc' }
const BY_COMMENT = { ...ALICE, encrypted_comment_regex: 'seal' }

const SMALL = `password: canary-1
count: 42
digits: "7"
list: [canary-2, canary-3]
port_unencrypted: 8080
name_unencrypted: web
`

/**
 * @param {Bench} bench
 * @param {(name: string) => Buffer} input
 * @returns {import('./sops-workbench.mjs').Sealed[]}
 */
export function oddFixtures(bench, input) {
  /** @param {string} name @param {string | Buffer} text @param {Rule} [rule] @param {string} [version] @param {string[]} flags */
  const seal = (name, text, rule = ALICE, version = NEWEST, ...flags) =>
    bench.encrypt(version, name, Buffer.from(text), rule, ...flags).toString()
  const small = {
    yaml: seal('a.yaml', SMALL),
    json: seal('a.json', '{"password": "canary-1", "port_unencrypted": 8080}'),
  }
  const odd = [
    ...afterOtherCommands(bench, seal, input),
    ...layouts(seal, small, input),
    ...metadata(small, seal),
    ...comments(seal, input),
    ...values(seal),
    ...damage(small.yaml),
  ]
  return odd.map(({ name, note, bytes, version = NEWEST, identities = ['alice'], plainAs }) => ({
    bytes: Buffer.from(bytes),
    row: {
      file: `odd/${name}`,
      input: null,
      version,
      store: bench.storeOf(name),
      selector: {},
      keys: 'one',
      identities,
      features: [note],
      ...(plainAs === undefined ? {} : { plainAs }),
    },
  }))
}

/** @typedef {(name: string, text: string | Buffer, rule?: Rule, version?: string, ...flags: string[]) => string} Seal */

/** @param {Bench} bench @param {Seal} seal @param {(name: string) => Buffer} input @returns {Odd[]} */
function afterOtherCommands(bench, seal, input) {
  const old = Buffer.from(seal('a.yaml', input('comments.yaml'), ALICE, '3.9.4'))
  const oldJson = Buffer.from(seal('a.json', '{"count": 42, "big": 12345678901, "name": "canary"}', ALICE, '3.9.4'))
  const groups = { key_groups: [{ age: [PEOPLE.alice] }, { age: [PEOPLE.bob] }], shamir_threshold: 2 }
  const shared = Buffer.from(seal('a.yaml', SMALL, groups))
  const both = { age: `${PEOPLE.alice},${PEOPLE.bob}` }
  /** @param {string} version @param {string} name @param {Uint8Array} sealed @param {Rule | undefined} rule @param {string[]} args */
  const change = (version, name, sealed, rule, ...args) =>
    bench.change(version, name, sealed, { ...(rule === undefined ? {} : { rule }), identities: ['alice', 'bob'], args })
  return [
    {
      name: 'updatekeys-3.12.2.yaml',
      note: 'sealed by 3.9.4, updatekeys by 3.12.2: the old order of metadata, without empty lists',
      version: '3.12.2',
      identities: ['bob'],
      bytes: change('3.12.2', 'a.yaml', old, both, 'updatekeys', '-y', 'a.yaml'),
    },
    {
      name: 'updatekeys-3.13.3.yaml',
      note: 'sealed by 3.9.4, updatekeys by 3.13.3: sorted metadata, version 3.9.4',
      identities: ['bob'],
      bytes: change(NEWEST, 'a.yaml', old, both, 'updatekeys', '-y', 'a.yaml'),
    },
    {
      name: 'one-group-with-threshold.yaml',
      note: 'updatekeys from two groups down to one leaves shamir_threshold',
      bytes: change(NEWEST, 'a.yaml', shared, ALICE, 'updatekeys', '-y', 'a.yaml'),
    },
    {
      name: 'rotate.yaml',
      note: 'sealed by 3.9.4, rotate by 3.13.3: new data key, the old IVs',
      bytes: change(NEWEST, 'a.yaml', old, undefined, 'rotate', '-i', 'a.yaml'),
    },
    {
      name: 'set.yaml',
      note: 'set of a bare number: type:float',
      bytes: change(NEWEST, 'a.yaml', old, undefined, 'set', 'a.yaml', '["added"]', '5'),
    },
    {
      name: 'set-on-float-ints.json',
      note: 'sealed by 3.9.4 (integers as type:float), set by 3.13.3',
      bytes: change(NEWEST, 'a.json', oldJson, undefined, 'set', 'a.json', '["name"]', '"canary-new"'),
    },
    { name: 'float-ints.json', note: 'integers as type:float, as up to 3.13.1', version: '3.9.4', bytes: oldJson },
  ]
}

/** @param {Seal} seal @param {{ yaml: string, json: string }} small @param {(name: string) => Buffer} input @returns {Odd[]} */
function layouts(seal, small, input) {
  const env = seal('a.env', 'A=canary\n')
  return [
    {
      name: 'multi-line-metadata.ini',
      note: 'metadata with real line breaks, as 3.13.0 wrote it',
      version: '3.13.0',
      bytes: seal('a.ini', input('values.ini'), ALICE, '3.13.0'),
    },
    {
      name: 'indent-2.yaml',
      note: 'written with --indent 2',
      bytes: seal('a.yaml', input('comments.yaml'), ALICE, NEWEST, '--indent', '2'),
    },
    {
      name: 'indent-3.json',
      note: 'written with --indent 3',
      bytes: seal('a.json', input('values.json'), ALICE, NEWEST, '--indent', '3'),
    },
    { name: 'crlf.yaml', note: 'a checkout that turned LF into CRLF', bytes: small.yaml.replaceAll('\n', '\r\n') },
    { name: 'crlf.json', note: 'a checkout that turned LF into CRLF', bytes: small.json.replaceAll('\n', '\r\n') },
    {
      name: 'crlf.env',
      note: 'a checkout that turned LF into CRLF: lastmodified ends in CR',
      bytes: env.replaceAll('\n', '\r\n'),
    },
    { name: 'bom.yaml', note: 'a byte order mark in front', bytes: `\uFEFF${small.yaml}` },
    { name: 'minified.json', note: 'no white space', bytes: JSON.stringify(JSON.parse(small.json)) },
    { name: 'metadata-first.yaml', note: 'the metadata block stands first', bytes: metadataFirst(small.yaml) },
    {
      name: 'joined.yaml',
      note: 'two sealed files joined: one MAC and one data key cannot serve both',
      bytes: `${small.yaml}---\n${seal('a.yaml', SMALL)}`,
    },
    {
      name: 'metadata-anywhere.env',
      note: 'the metadata lines stand first, in reverse',
      bytes: env.trimEnd().split('\n').reverse().join('\n'),
    },
  ]
}

/** @param {{ yaml: string, json: string }} small @param {Seal} seal @returns {Odd[]} */
function metadata({ yaml, json }, seal) {
  /** @param {(metadata: Record<string, unknown>) => object} edit */
  const withMetadata = (edit) => {
    const file = JSON.parse(json)
    return JSON.stringify({ ...file, sops: edit(file.sops) }, null, '\t')
  }
  const time = '2024-01-02T03:04:05Z'
  const others = {
    kms: [
      {
        arn: 'arn:aws:kms:eu-west-1:111122223333:key/00000000-0000-0000-0000-000000000000',
        role: 'arn:aws:iam::111122223333:role/r',
        context: { env: 'test' },
        created_at: time,
        enc: 'AQIC',
        aws_profile: 'p',
      },
    ],
    gcp_kms: [{ resource_id: 'projects/p/locations/global/keyRings/r/cryptoKeys/k', created_at: time, enc: 'CiQA' }],
    azure_kv: [{ vault_url: 'https://v.vault.azure.net', name: 'n', version: '', created_at: time, enc: 'AAAA' }],
    hc_vault: [
      {
        vault_address: 'https://vault.example.com',
        engine_path: 'transit',
        key_name: 'k',
        created_at: time,
        enc: 'vault:v1:AAAA',
      },
    ],
    hckms: [{ key_id: 'eu-west-101:00000000-0000-0000-0000-000000000000', created_at: time, enc: 'AAAA' }],
    pgp: [
      {
        created_at: time,
        enc: '-----BEGIN PGP MESSAGE-----\n\nAAAA\n-----END PGP MESSAGE-----',
        fp: '0000000000000000000000000000000000000000',
      },
    ],
  }
  const block = yaml.slice(yaml.indexOf('sops:'))
  return [
    {
      name: 'unknown-metadata.yaml',
      note: 'fields and comments nobody knows in the metadata',
      bytes: yaml.replace(
        'sops:\n',
        'sops:\n    # a comment\n    attention: read me\n    custom: {a: [1, {b: null}]}\n',
      ),
    },
    {
      name: 'unknown-metadata.json',
      note: 'fields nobody knows in the metadata',
      bytes: withMetadata((known) => ({ ...known, attention: 'read me', custom: [1, { a: null }] })),
    },
    {
      name: 'weak-types.json',
      note: 'one mapping for a list, texts for numbers and flags, null for nothing',
      bytes: withMetadata((known) => ({
        ...known,
        age: /** @type {unknown[]} */ (known['age'])[0],
        shamir_threshold: '0',
        mac_only_encrypted: 'false',
        kms: null,
        pgp: [],
      })),
    },
    {
      name: 'capital-names.yaml',
      note: 'names of metadata fields in capitals',
      bytes: yaml.replace('lastmodified:', 'LastModified:').replace('    mac:', '    MAC:'),
    },
    {
      name: 'every-key-type.json',
      note: 'entries of every key type beside the one that opens',
      bytes: withMetadata((known) => ({ ...others, ...known })),
    },
    { name: 'no-version.yaml', note: 'no version', bytes: withoutLine(yaml, 'version') },
    {
      name: 'short-version.yaml',
      note: 'a version of two parts',
      bytes: yaml.replace(/version: .*/, 'version: "3.8"'),
    },
    { name: 'no-lastmodified.yaml', note: 'no lastmodified', bytes: withoutLine(yaml, 'lastmodified') },
    {
      name: 'unquoted-lastmodified.yaml',
      note: 'lastmodified not quoted, so a YAML timestamp',
      bytes: yaml.replace(/lastmodified: "(.*)"/, 'lastmodified: $1'),
    },
    {
      name: 'offset-lastmodified.yaml',
      note: 'lastmodified spelled +00:00: the same time',
      bytes: yaml.replace(/(lastmodified: ".*)Z"/, '$1+00:00"'),
    },
    {
      name: 'other-lastmodified.yaml',
      note: 'another lastmodified: the MAC is bound to it',
      bytes: yaml.replace(/lastmodified: ".*"/, `lastmodified: "${time}"`),
    },
    {
      name: 'two-selectors.yaml',
      note: 'two selectors',
      bytes: yaml.replace('    version:', '    encrypted_suffix: _enc\n    version:'),
    },
    {
      name: 'other-selector.yaml',
      note: 'a selector that does not fit what is sealed',
      bytes: yaml.replace('unencrypted_suffix: _unencrypted', 'encrypted_suffix: _enc'),
    },
    {
      name: 'no-selector.yaml',
      note: 'no selector: the default one is meant',
      bytes: withoutLine(yaml, 'unencrypted_suffix'),
    },
    { name: 'no-keys.yaml', note: 'no wrapped data key', bytes: yaml.replace(/ {4}age:\n(?: {8}.*\n)+/, '') },
    { name: 'not-a-mapping.yaml', note: 'sops is a text', bytes: yaml.replace(/sops:[\s\S]*/, 'sops: gone\n') },
    { name: 'twice.yaml', note: 'the metadata block twice', bytes: `${yaml}${block}` },
    { name: 'plain.yaml', note: 'no metadata block', bytes: SMALL },
    {
      name: 'not-for-mallory.yaml',
      note: 'sealed for somebody else',
      identities: ['mallory'],
      bytes: seal('a.yaml', SMALL),
    },
  ]
}

/** @param {Seal} seal @param {(name: string) => Buffer} input @returns {Odd[]} */
function comments(seal, input) {
  const listComments = seal('a.yaml', input('list-comments.yaml'))
  const twoComments = seal(
    'a.yaml',
    'list:\n    # seal\n    # canary comment\n    - canary-1\n    - canary-2\n',
    BY_COMMENT,
  )
  const plainComments = seal('a.yaml', input('comments.yaml'))
  return [
    {
      name: 'list-comment-nodes.yaml',
      note: 'sealed list comments as comment lines, not as elements: every version reads them',
      bytes: elementsToComments(listComments),
    },
    {
      name: 'two-list-comments.yaml',
      note: 'two list comments in a row under encrypted_comment_regex (#2281)',
      bytes: twoComments,
    },
    {
      name: 'two-list-comment-nodes.yaml',
      note: 'the same, sealed comments as comment lines',
      bytes: elementsToComments(twoComments),
    },
    {
      name: 'empty-list-comment.yaml',
      note: 'a bare # in a sealed list becomes an element',
      bytes: seal('a.yaml', 'list:\n    #\n    - canary\n'),
    },
    {
      name: 'clear-comments.yaml',
      note: 'clear comments among sealed ones, as before 3.0',
      bytes: plainComments.replace(/^governed:/m, '# clear\ngoverned:').replace(/^ {4}b:/m, '    # clear too\n    b:'),
    },
    {
      name: 'moved-comment.yaml',
      note: 'a sealed comment moved to another level: it stays sealed',
      bytes: moveFirstComment(plainComments),
    },
  ]
}

/** @param {Seal} seal @returns {Odd[]} */
function values(seal) {
  const blocks =
    'tab: "\\tfirst\\nsecond\\n"\nlist:\n    - "  spaces first\\nsecond\\n"\n    - "\\nline break first\\nsecond"\n'
  const anchors = 'base: &base\n    a: canary-1\n    b: &b [canary-2]\nuse:\n    <<: *base\n    c: *b\nagain: *base\n'
  const tags = 'ref: !Ref Canary\nsub: !Sub "canary-x"\nbinary: !!binary Y2FuYXJ5\nint: !!int "5"\nstr: !!str 5\n'
  return [
    { name: 'negative-zero.yaml', note: '-0.0, sealed', bytes: seal('a.yaml', 'zero: -0.0\n') },
    { name: 'negative-zero.json', note: '-0.0, sealed', bytes: seal('a.json', '{"zero": -0.0}') },
    {
      name: 'clear-negative-zero.yaml',
      note: '-0.0, clear: comes back as the integer 0',
      bytes: seal('a.yaml', 'zero: -0.0\nx_enc: canary\n', CLEAR),
    },
    {
      name: 'clear-negative-zero.json',
      note: '-0.0, clear: comes back as the integer 0',
      bytes: seal('a.json', '{"zero": -0.0, "x_enc": "canary"}', CLEAR),
    },
    {
      name: 'block-texts.yaml',
      note: 'multi-line texts that sops opens but cannot write as YAML',
      plainAs: 'json',
      bytes: seal('a.yaml', blocks),
    },
    {
      name: 'clear-block-texts.yaml',
      note: 'the same texts, clear: a file nobody can open',
      bytes: seal('a.yaml', `${blocks}x_enc: canary\n`, CLEAR),
    },
    {
      name: 'anchors.yaml',
      note: 'anchors, aliases and merge keys, expanded when sealed',
      bytes: seal('a.yaml', anchors),
    },
    { name: 'tags.yaml', note: 'tags, gone when sealed', bytes: seal('a.yaml', tags) },
    { name: 'empty.yaml', note: 'an empty mapping', bytes: seal('a.yaml', '{}\n') },
    {
      name: 'nothing-sealed.yaml',
      note: 'a selector that matches nothing',
      bytes: seal('a.yaml', SMALL, { ...ALICE, encrypted_regex: '^never$' }),
    },
    {
      name: 'bad-regex.yaml',
      note: 'a selector that is no regular expression: seals nothing',
      bytes: seal('a.yaml', SMALL, { ...ALICE, encrypted_regex: '^(password' }),
    },
    {
      name: 'same-values.yaml',
      note: 'equal elements of a list',
      bytes: seal('a.yaml', 'list: [canary, canary, canary]\n'),
    },
    {
      name: 'dash-key.ini',
      note: 'a key "-", which becomes a comment in the sealed file',
      bytes: seal('a.ini', '[s]\n- = canary\nb = canary-2\n'),
    },
    {
      name: 'duplicate-keys.json',
      note: 'the same key twice',
      bytes: seal('a.json', '{"a": "canary-1", "a": "canary-2"}'),
    },
    {
      name: 'duplicate-sections.ini',
      note: 'the same section twice',
      bytes: seal('a.ini', '[s]\na = canary-1\n[s]\na = canary-2\n'),
    },
  ]
}

/** @param {string} yaml @returns {Odd[]} */
function damage(yaml) {
  const password = line(yaml, 'password')
  const digits = line(yaml, 'digits')
  const other = (/** @type {string} */ letter) => (letter === 'A' ? 'B' : 'A')
  return [
    {
      name: 'ng.value-byte.yaml',
      note: 'one letter of a ciphertext changed',
      bytes: yaml.replace(/data:./, (match) => `data:${other(match.slice(-1))}`),
    },
    {
      name: 'ng.tag-byte.yaml',
      note: 'one letter of a tag changed',
      bytes: yaml.replace(/tag:./, (match) => `tag:${other(match.slice(-1))}`),
    },
    {
      name: 'ng.swapped.yaml',
      note: 'two sealed values swapped',
      bytes: yaml
        .replace(password, digits.replace('digits', 'password'))
        .replace(digits, password.replace('password', 'digits')),
    },
    {
      name: 'ng.renamed.yaml',
      note: 'the key of a sealed value renamed',
      bytes: yaml.replace('password:', 'passwort:'),
    },
    { name: 'ng.removed.yaml', note: 'a sealed value removed', bytes: yaml.replace(`${password}\n`, '') },
    {
      name: 'ng.repeated.yaml',
      note: 'a sealed element of a list repeated',
      bytes: yaml.replace(/^( +- ENC.*\n)/m, '$1$1'),
    },
    {
      name: 'ng.cleared.yaml',
      note: 'a sealed value replaced by null',
      bytes: yaml.replace(password, 'password: null'),
    },
    {
      name: 'ng.in-clear.yaml',
      note: 'a sealed value replaced by a clear one',
      bytes: yaml.replace(password, 'password: canary'),
    },
    {
      name: 'ng.number-in-clear.yaml',
      note: 'a sealed value replaced by a clear number',
      bytes: yaml.replace(line(yaml, 'count'), 'count: 42'),
    },
    { name: 'ng.clear-value.yaml', note: 'a clear value changed', bytes: yaml.replace('8080', '8081') },
    {
      name: 'ng.mac-byte.yaml',
      note: 'one letter of the MAC changed',
      bytes: yaml.replace(/(mac: .*data:)(.)/, (_match, head, letter) => head + other(letter)),
    },
    { name: 'ng.no-mac.yaml', note: 'no MAC', bytes: withoutLine(yaml, 'mac') },
    { name: 'ng.empty-mac.yaml', note: 'an empty MAC', bytes: yaml.replace(/mac: .*/, 'mac: ""') },
    { name: 'ng.unknown-type.yaml', note: 'an unknown type', bytes: yaml.replace('type:str', 'type:text') },
    {
      name: 'ng.wrong-type.yaml',
      note: 'a text declared an integer',
      bytes: yaml.replace(password, password.replace('type:str', 'type:int')),
    },
    { name: 'ng.grammar.yaml', note: 'a sealed value cut short', bytes: yaml.replace(password, password.slice(0, -1)) },
    { name: 'ng.wrapped-key.yaml', note: 'one letter of the wrapped data key changed', bytes: changeWrappedKey(yaml) },
    {
      name: 'changed-type.yaml',
      note: 'digits declared an integer: not protected',
      bytes: yaml.replace(digits, digits.replace('type:str', 'type:int')),
    },
    {
      name: 'moved-border.yaml',
      note: 'clear values cut elsewhere: not protected',
      bytes: yaml.replace('8080', '8080w').replace('name_unencrypted: web', 'name_unencrypted: eb'),
    },
    {
      name: 'renamed-clear.yaml',
      note: 'a clear key renamed: not protected',
      bytes: yaml.replace('port_unencrypted', 'gate_unencrypted'),
    },
    {
      name: 'after-bracket.yaml',
      note: 'text after the closing bracket of a sealed value',
      bytes: yaml.replace(password, `${password} and more`),
    },
  ]
}

/** @param {string} text @param {string} key */
function line(text, key) {
  return new RegExp(`^ *${key}: .*$`, 'm').exec(text)?.[0] ?? ''
}

/** @param {string} text @param {string} key */
function withoutLine(text, key) {
  return text.replace(`${line(text, key)}\n`, '')
}

/** @param {string} yaml */
function metadataFirst(yaml) {
  const start = yaml.indexOf('sops:')
  return yaml.slice(start) + yaml.slice(0, start)
}

/** @param {string} yaml */
function elementsToComments(yaml) {
  return yaml.replace(/^( *)- (ENC\[.*type:comment\])$/gm, '$1#$2')
}

/** @param {string} yaml */
function moveFirstComment(yaml) {
  const comment = /^#ENC.*\n/m.exec(yaml)?.[0] ?? ''
  return yaml.replace(comment, '').replace(/^ {4}b:/m, `    ${comment}    b:`)
}

/** @param {string} yaml */
function changeWrappedKey(yaml) {
  const lines = yaml.split('\n')
  const last = lines.findIndex((text) => text.includes('END AGE')) - 1
  return lines
    .map((text, at) => (at === last ? text.replace(/[A-Za-z]/, (letter) => (letter === 'A' ? 'B' : 'A')) : text))
    .join('\n')
}
