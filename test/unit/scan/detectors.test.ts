import { generateKeyPairSync } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { scanText } from '../../../src/scan/engine.ts'
import { listRules } from '../../../src/scan/rule-list.ts'
import { AZURE_KEYS, azureKey } from '../../helpers/credentials/azure.ts'
import { dice, fill } from '../../helpers/credentials/draw.ts'
import { bech32, makeOpenSsh, withChecksum } from '../../helpers/credentials/kinds.ts'

const ROOT = resolve(import.meta.dirname, '../../..')
const pem = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  .privateKey.export({ type: 'pkcs8', format: 'pem' })
  .toString()
const base64 = (text: string) => Buffer.from(text).toString('base64')
const inLines = (text: string, width: number, indent: string) =>
  base64(text).replaceAll(new RegExp(`.{1,${width}}`, 'g'), (line) => `${indent}${line}\n`)
const random = (form: string, seed = 11) => fill(form, dice(seed))
const token = withChecksum('gho_', dice(2))

function rulesIn(text: string, fileName = 'config.yaml'): string[] {
  return scanText(text, { fileName }).map(({ level, rule }) => `${level} ${rule}`)
}

/** Of documents of the services, and what scanners of others know; drawn, and under a key that says nothing. */
const FORMS: [rule: string, ...forms: string[]][] = [
  ['github-token', 'ghs_1234567_eyJ{w60}.eyJ{w200}.{w342}'],
  ['cloudflare-token', 'cfk_{a40}{h8}', 'cfut_{a40}{h8}', 'cfat_{a40}{h8}'],
  ['gitlab-token', 'glpat-{w120}.01.{l2}{l7}', 'glrt-t1_{w180}.01{l7}'],
  ['slack-token', 'xoxd-{a80}%2F{a40}%3D', 'xoxd-{b100}'],
  ['stripe-key', 'sk_org_live_{a140}', 'sk_live_{a99}'],
  ['hubspot-token', 'pat-ap1-{h8}-{h4}-{h4}-{h4}-{h12}', 'pat-na3-{h8}-{h4}-{h4}-{h4}-{h12}'],
  ['harness-token', 'pat.{w22}.{h24}.{a20}', 'sat.{w22}.{h24}.{a20}'],
  ['openshift-token', 'sha256~{w43}'],
  ['wandb-key', 'wandb_v1_{a27}_{a49}'],
  ['together-key', 'tgp_v1_{w43}'],
  ['cockroachdb-key', 'CCDB1_{a22}_{a40}'],
  ['paddle-key', 'pdl_live_apikey_{l26}_{a22}_{a3}', 'pdl_sdbx_apikey_{l26}_{a22}_{a3}'],
  ['maxmind-key', '{a6}_{a29}_mmk'],
]

describe('forms that services give their credentials', () => {
  it.each(FORMS)('of %s are found alone, in quotes and in addresses, and not with another length', (rule, ...forms) => {
    for (const form of forms) {
      const value = random(form)
      for (const text of [`value: ${value}\n`, `{"value": "${value}"}`, `https://a.example/?value=${value}&b=c`]) {
        expect(rulesIn(text), form).toEqual([`block ${rule}`])
      }
      expect(rulesIn(`value: ${value.slice(0, 14)}\n`), form).toEqual([])
    }
  })
})

describe('private keys', () => {
  it.each([
    ['as they are', pem],
    ['in one line', `key: "${pem.replaceAll('\n', ' ')}"`],
    ['escaped', JSON.stringify({ key: pem })],
    ['escaped twice', JSON.stringify(JSON.stringify({ key: pem }))],
    ['indented', `key: |\n${pem.replace(/^(?=.)/gm, '    ')}`],
    ['in base64', `key: ${base64(pem)}`],
    ['in base64 with something before', `config: ${base64(`a=1\n${pem}`)}`],
    ['in base64 on several lines', `key: |\n${inLines(pem, 76, '  ')}other: 1\n`],
    ['in base64 on short lines that end so', inLines(pem, 64, '').replaceAll('\n', '\r\n')],
    ['in base64 above a word', `${base64(pem.trimEnd()).replace(/=+$/, '')}\nkey\n`],
    ['in base64 with a byte less before', `config: ${base64(`a=\n${pem}`)}`],
  ])('are found %s', (_name, text) => {
    expect(rulesIn(text)).toEqual(['block private-key'])
  })

  it('with a passphrase are a warning', () => {
    const sealed = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
    const text = sealed.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'a' }).toString()
    expect(rulesIn(text)).toEqual(['warn private-key'])
  })

  it.each(['aes256-ctr', 'chacha20-poly1305@openssh.com'])('of OpenSSH with a passphrase are one too: %s', (cipher) => {
    const key = makeOpenSsh(dice(4), cipher)
    for (const text of [key, JSON.stringify({ key }), `key: ${base64(key)}`]) {
      expect(rulesIn(text)).toEqual(['warn private-key'])
    }
    expect(scanText(key, { fileName: 'id' })[0]?.message).toBe('OpenSSH private key with a passphrase')
  })

  it('of OpenSSH are found, which begin with zeros', () => {
    expect(rulesIn(makeOpenSsh(dice(4)))).toEqual(['block private-key'])
    expect(rulesIn(`key: |\n${makeOpenSsh(dice(4)).replace(/^/gm, '  ')}`, 'a.yaml')).toEqual(['block private-key'])
  })

  it('of PGP and PuTTY are found', () => {
    const lines = Array.from({ length: 4 }, (_, index) => random('{b64}', index)).join('\n')
    const pgp = ['-----BEGIN PGP PRIVATE', ` KEY BLOCK-----\n\n${lines}\n-----END PGP PRIVATE KEY BLOCK-----`].join('')
    expect(rulesIn(pgp)).toEqual(['block pgp-private-key'])
    const putty = `PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nComment: a\nPublic-Lines: 1\n${random('{b64}')}\nPrivate-Lines: 1\n${random('{b44}')}\n`
    expect(rulesIn(putty)).toEqual(['block putty-private-key'])
  })

  it('of age are found in both forms, in any case, and recipients are not', () => {
    const bytes = dice(3).bytes(32)
    expect(rulesIn(bech32('age-secret-key-', bytes))).toEqual(['block age-identity'])
    expect(rulesIn(bech32('age-secret-key-pq-', bytes))).toEqual(['block age-identity'])
    expect(rulesIn(bech32('age-secret-key-', bytes).toLowerCase())).toEqual(['block age-identity'])
    expect(rulesIn(base64(`# mine\n${bech32('age-secret-key-', bytes)}\n`))).toEqual(['block age-identity'])
    expect(rulesIn(`age: ${bech32('age', bytes).toLowerCase()}`)).toEqual([])
  })

  it('as JSON web keys are found by their private part', () => {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    expect(rulesIn(JSON.stringify(privateKey.export({ format: 'jwk' })), 'a.json')).toEqual(['block jwk-private-key'])
    expect(rulesIn(JSON.stringify(publicKey.export({ format: 'jwk' })), 'a.json')).toEqual([])
  })
})

describe('addresses with passwords', () => {
  it.each([
    [`postgres://app:${random('{a20}')}@db.acme.io/app`, ['block url-credentials']],
    [['postgres://app:Sommer', '2024!@db.acme.io/app'].join(''), ['block url-credentials']],
    [`redis://:${random('{a20}')}@cache.acme.io`, ['block url-credentials']],
    [`amqps://app:${random('{a20}')}@localhost:5672`, ['warn url-credentials']],
    ['postgres://app:sommer@db.acme.io/app', ['warn url-credentials']],
    [`app:${random('{a18}')}@tcp(mysql.acme.io:3306)/app?parseTime=true`, ['block mysql-dsn']],
    [`DSN=app:${random('{a8}@{a8}')}@tcp([2001:db8::1]:3306)/`, ['block mysql-dsn']],
    [`mysql://app:${random('{a18}')}@tcp(mysql.acme.io)/app`, ['block url-credentials']],
    [`app:${random('{a18}')}@unix(/run/mysqld/mysqld.sock)/app`, ['warn mysql-dsn']],
    [`app:${random('{a18}')}@tcp(127.0.0.1:3306)/app`, ['warn mysql-dsn']],
    ['app:sommer@tcp(mysql.acme.io:3306)/app', ['warn mysql-dsn']],
    ['root:root@tcp(mysql.acme.io:3306)/app', []],
    ['user:password@tcp(localhost:3306)/app', []],
    ['app:%s@tcp(mysql.acme.io:3306)/app', []],
    [`app:${random('{a18}')}@tcp(mysql.acme.io:3306)`, []],
    [`app:${random('{a18}')}@tcp(call())/app`, []],
    [`${random('{a18}')}@tcp(mysql.acme.io:3306)/app`, []],
    ['postgres://postgres:postgres@db/app', []],
    ['postgres://user:password@db.acme.io/app', []],
    ['postgres://app:$DB_PASSWORD@db.acme.io/app', []],
    ['https://github.com:443/acme/app@v1', []],
    ['https://user@acme.io/a:b@c', []],
  ])('%s', (text, expected) => {
    expect(rulesIn(text, 'notes.txt')).toEqual(expected)
  })
})

describe('Kubernetes Secrets', () => {
  const head = 'apiVersion: v1\nkind: Secret\nmetadata:\n  name: a\n'

  it('are found by any value in them, with its keys', () => {
    const found = scanText(`${head}stringData:\n  # a comment\n  greeting: hello # world\n  "quoted": 'it is'\n`, {
      fileName: 'a.yaml',
    })
    expect(found.map(({ rule, path, length }) => [rule, path, length])).toEqual([
      ['kubernetes-secret', ['stringData', 'greeting'], 5],
      ['kubernetes-secret', ['stringData', 'quoted'], 5],
    ])
  })

  it.each([
    ['in JSON', JSON.stringify({ kind: 'Secret', data: { a: base64('hello') } }), 'a.json'],
    ['in a list of JSON', JSON.stringify({ items: [{ data: { a: base64('hello') }, kind: 'Secret' }] }), 'a.json'],
    [
      'in a list of YAML',
      `kind: List\nitems:\n  - apiVersion: v1\n    kind: Secret\n    stringData:\n      a: hello\n`,
      'a.yaml',
    ],
    ['with the kind last', 'stringData:\n  a: hello\nkind: Secret\n', 'a.yaml'],
    ['in a flow mapping', 'kind: Secret\nstringData: { a: hello }\n', 'a.yaml'],
    ['in a flow mapping of several lines', 'kind: Secret\nstringData: {\n  a: hello\n}\n', 'a.yaml'],
    ['in a flow mapping on a line of its own', 'kind: Secret\nstringData:\n  {\n  a: hello }\n', 'a.yaml'],
    ['in a flow mapping with quoted keys', 'kind: Secret\nstringData: {"a":"hello"}\n', 'a.yaml'],
    ['in braces over several lines', '{\n  kind: Secret,\n  stringData: {\n    a: hello\n  }\n}\n', 'a.yaml'],
    ['in braces of a list', '- {kind: Secret,\n   stringData: {a: hello}}\n', 'a.yaml'],
    ['in braces where a value holds one', '{ x: "}", kind: Secret,\n stringData: {a: hello}}\n', 'a.yaml'],
    ['with lines that end with CR', 'kind: Secret\rstringData:\r  a: hello\r', 'a.yaml'],
    ['in a block scalar', 'kind: Secret\nstringData:\n  a: |\n    hello\n    world\n', 'a.yaml'],
    [
      'in the second document',
      `kind: ConfigMap\ndata:\n  a: b\n---\nkind: Secret\nstringData:\n  a: hello\n`,
      'a.yaml',
    ],
    ['behind a mark of the order of bytes', '\ufeffkind: Secret\nstringData:\n  a: hello\n', 'a.yaml'],
    ['below a condition', 'kind: Secret\nstringData:\n{{- if .a }}\n  a: hello\n{{- end }}\n', 'templates/a.yaml'],
    ['below an indented one', 'kind: Secret\nstringData:\n  {{- with .a }}\n  a: hello\n  {{- end }}\n', 'a.yaml'],
    ['in a template', `{{- if .Values.on }}\n${head}stringData:\n  a: hello\n{{- end }}\n`, 'templates/a.yaml'],
  ])('are found %s', (_name, text, fileName) => {
    expect(rulesIn(text, fileName)).toEqual(['block kubernetes-secret'])
  })

  it('are found in braces however many stand on one line', () => {
    const found = scanText('{kind: Secret, stringData: {a: hello}}'.repeat(200), { fileName: 'a.yaml' })
    expect(found.length).toBe(200)
  })

  it('are not found in braces of others', () => {
    const text = '- {kind: Secret, name: a}\n- {kind: ConfigMap,\n   data: {a: hello}}\n'
    expect(rulesIn(text, 'a.yaml')).toEqual([])
  })

  it.each([
    ['empty values', `${head}stringData:\n  a: ""\n  b:\n  c: null\n`],
    ['sealed values', `${head}data:\n  a: ENC[AES256_GCM,data:x,iv:x,tag:x,type:str]\n`],
    ['templates', `${head}data:\n  a: {{ .Values.a | b64enc }}\n  b: \${B}\n  c: <path:a#b>\n`],
    ['templates in base64', `${head}data:\n  a: ${base64(['$', '{A}'].join(''))}\n`],
    ['certificates alone', `${head}data:\n  tls.crt: ${base64('-----BEGIN CERTIFICATE-----')}\n`],
    ['other kinds', 'kind: ConfigMap\ndata:\n  a: hello\n'],
    ['a sealed secret', 'kind: SealedSecret\nspec:\n  encryptedData:\n    a: AgBy8h\n'],
  ])('pass with %s', (_name, text) => {
    expect(rulesIn(text)).toEqual([])
  })

  it('are looked into: base64, and what stands in registry credentials', () => {
    expect(rulesIn(`${head}data:\n  a: ${base64(token)}\n`)).toEqual(['block github-token'])
    const auths = JSON.stringify({ auths: { 'a.io': { auth: base64(`bot:${random('{a20}')}`) } } })
    expect(rulesIn(`${head}data:\n  .dockerconfigjson: ${base64(auths)}\n`)).toEqual(['block docker-registry-auth'])
    expect(rulesIn(`${head}data:\n  id: ${base64(pem)}\n`)).toEqual(['block private-key'])
  })
})

describe('keys of Azure that tell themselves', () => {
  it.each(AZURE_KEYS)('are found without any name, and with a wrong checksum warn: %s', (name) => {
    for (let round = 0; round < 20; round += 1) {
      const [key, damaged] = [azureKey(name, dice(round)), azureKey(name, dice(round), true)]
      expect(scanText(`see ${key}\n`, { fileName: 'a.md' })).toMatchObject([{ level: 'block', length: key.length }])
      expect(scanText(`see ${damaged}\n`, { fileName: 'a.md' })).toMatchObject([{ level: 'warn' }])
    }
  })

  it('are not looked for where something is missing, or more stands around', () => {
    for (const name of AZURE_KEYS) {
      const key = azureKey(name, dice(7))
      for (const text of [key.slice(1), `A${key}`, `${key.replaceAll('=', '')}AB`, key.replace(/(.{9})(=*)$/, '$2')]) {
        expect(scanText(`see ${text}\n`, { fileName: 'a.md' }).filter(({ level }) => level === 'block')).toEqual([])
      }
    }
  })
})

describe('files that hold credentials', () => {
  it.each([
    ['.netrc', `machine a.io login me password ${random('{a12}')}`, 'netrc-password'],
    ['home/.pgpass', `db:5432:app:me:${random('{a12}')}`, 'pgpass-password'],
    ['.git-credentials', 'https://me:sommer@git.acme.io', 'git-credentials'],
    ['.npmrc', `//npm.acme.io/:_authToken=${random('{a20}')}`, 'npmrc-auth'],
    ['.my.cnf', `[client]\npassword=${random('{a12}')}`, 'mysql-password'],
    ['conf/.htpasswd', `me:$apr1$${random('{a8}')}$${random('{a22}')}`, 'htpasswd-hash'],
    ['etc/shadow', `root:$6$${random('{a16}')}$${random('{a86}')}:19000:0:99999:7:::`, 'shadow-hash'],
    [
      '.kube/config',
      `apiVersion: v1\nkind: Config\nusers:\n- name: a\n  user:\n    token: ${random('{a40}')}\n`,
      'kubeconfig-token',
    ],
    ['.pypirc', `[pypi]\nusername: me\npassword: ${random('{a14}')}`, 'pypirc-password'],
  ])('%s', (fileName, text, rule) => {
    expect(rulesIn(text, fileName)).toContain(`block ${rule}`)
  })

  it('pass when they take their credentials from elsewhere', () => {
    expect(rulesIn(['//npm.acme.io/:_authToken=$', '{NPM_TOKEN}'].join(''), '.npmrc')).toEqual([])
  })
})

describe('the tables', () => {
  it('have at least a hundred kinds, with ids in kebab-case', () => {
    const rules = listRules()
    expect(rules.length).toBeGreaterThanOrEqual(100)
    for (const { id, name } of rules) {
      expect(id).toMatch(/^[a-z0-9]+(?:-[a-z0-9]+)*$/)
      expect(name).not.toBe('')
    }
  })

  it('are all in docs/rules.md', () => {
    const [page = ''] = readFileSync(join(ROOT, 'docs/rules.md'), 'utf8').split('## Rules of the policy')
    const listed = [...page.matchAll(/^\| `([a-z0-9-]+)` \| (block|warn) \| (.+) \|$/gm)].map(
      ([, id, level, name]) => ({ id, name, level }),
    )
    expect(listed).toEqual(listRules())
  })
})

describe('clean trees', () => {
  it('our own tree holds no token', () => {
    const files = ['src', 'test', 'scripts', 'bench', 'docs', 'schemas', 'hooks'].flatMap((folder) =>
      filesBelow(join(ROOT, folder)),
    )
    expect(files.length).toBeGreaterThan(300)
    expect(blockedIn(files).filter((finding) => !KNOWN_EXAMPLES.test(finding))).toEqual([])
  })

  it('the TypeScript of our tools blocks nothing', () => {
    const files = ['typescript/lib', '@types/node', 'vitest', 'knip', 'esbuild', 'fast-check', 'tinyglobby', 'zod']
      .flatMap((name) => filesBelow(join(ROOT, 'node_modules', name)))
      .filter((file) => /\.[mc]?tsx?$/.test(file))
    expect(files.length).toBeGreaterThan(300)
    expect(blockedIn(files)).toEqual([])
  }, 60_000)
})

/** Throw-away keys that tests of other parts are about. */
const KNOWN_EXAMPLES = /^test\/.* (?:age-identity|private-key|pgp-private-key|kubernetes-secret)$/

function blockedIn(files: readonly string[]): string[] {
  return files.flatMap((file) => {
    const fileName = relative(ROOT, file).replaceAll('\\', '/')
    return scanText(readFileSync(file, 'utf8'), { fileName })
      .filter(({ level }) => level === 'block')
      .map(({ rule, line }) => `${fileName}:${line} ${rule}`)
  })
}

function filesBelow(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
  } catch {
    return []
  }
}
