import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DETECTORS } from '../../../src/scan/detectors.ts'
import { scanText } from '../../../src/scan/engine.ts'
import { CONTEXTS, placeIn } from '../../helpers/credentials/contexts.ts'
import { dice, fill } from '../../helpers/credentials/draw.ts'
import { KINDS, withChecksum } from '../../helpers/credentials/kinds.ts'

const RUNS = process.env['SLOW'] === undefined ? 100 : 3000
const token = withChecksum('ghp_', dice(1))

function rulesIn(text: string, fileName = 'config.yaml'): string[] {
  return scanText(text, { fileName }).map(({ level, rule }) => `${level} ${rule}`)
}

describe('scanText', () => {
  it('says where a finding stands, which key it has and how long it is', () => {
    const text = `# settings\nservices:\n  - name: a\n  - name: b\n    auth:\n      token: ${token}\n`
    const start = text.indexOf(token)
    expect(scanText(text, { fileName: 'config.yaml' })).toEqual([
      {
        rule: 'github-token',
        level: 'block',
        line: 6,
        column: 14,
        path: ['services', '1', 'auth', 'token'],
        length: 40,
        message: 'GitHub token',
        span: { start, end: start + 40 },
      },
    ])
  })

  it.each([
    ['a.json', `{"a": [0, {"b": {"token": "${token}"}}]}`, ['a', '1', 'b', 'token']],
    ['.env', `export GITHUB_TOKEN="${token}"`, ['GITHUB_TOKEN']],
    ['app.ini', `[a]\ntoken = ${token}`, ['token']],
    ['a.yaml', `a: |\n  b: ${token}\n`, ['a']],
    ['a.ts', `const a = '${token}'`, undefined],
  ])('names the keys of %s', (fileName, text, path) => {
    expect(scanText(text, { fileName })[0]?.path).toEqual(path)
  })

  it('counts lines that end in LF, CRLF or CR', () => {
    const text = `a\r\nb\rc\n${token}`
    expect(scanText(text, { fileName: 'notes.txt' })[0]).toMatchObject({ line: 4, column: 1 })
  })

  it.each([
    ['an escaped line end before it', `"first\\n${token}"`],
    ['a percent escape before it', `https://a.io/?q=%3D${token}`],
    ['quotes around it', `x='${token}'`],
    ['minified code around it', `function a(){return b("${token}")}`],
  ])('finds a token with %s', (_name, text) => {
    expect(rulesIn(text, 'a.js')).toEqual(['block github-token'])
  })

  it('does not find a token inside a longer word', () => {
    expect(rulesIn(`x${token} ${token}x`, 'a.js')).toEqual([])
  })

  it('gives each place one finding: the one that says most', () => {
    expect(rulesIn(`kind: Secret\nstringData:\n  password: ${token}\n`)).toEqual(['block github-token'])
  })

  it('finds nothing in empty and odd texts', () => {
    for (const text of ['', '\0', '\ud800', 'ghp_', '://', 'kind: Secret', '-----BEGIN PRIVATE KEY-----']) {
      expect(rulesIn(text)).toEqual([])
    }
  })
})

describe('the laws of scanText', () => {
  const samples = fc
    .tuple(fc.constantFrom(...KINDS), fc.constantFrom(...CONTEXTS), fc.nat())
    .map(([{ variable, make }, context, seed]) => {
      const value = make(dice(seed))
      return placeIn(context, variable, value)
    })

  it('the same text gives the same findings', () => {
    fc.assert(
      fc.property(samples, (example) => {
        expect(scanText(example.text, example)).toEqual(scanText(example.text, example))
      }),
      { numRuns: RUNS },
    )
  })

  it('findings are in order, apart from each other, and inside the text', () => {
    fc.assert(
      fc.property(fc.array(samples, { maxLength: 6 }), (examples) => {
        const text = examples.map((example) => example.text).join('\n---\n')
        let last = 0
        for (const { span, length, line, column } of scanText(text, { fileName: 'all.yaml' })) {
          expect(span.start).toBeGreaterThanOrEqual(last)
          expect(span.end - span.start).toBe(length)
          expect(text.split('\n')[line - 1]?.slice(column - 1)).toBe(text.slice(span.start).split('\n')[0])
          last = span.end
        }
        expect(last).toBeLessThanOrEqual(text.length)
      }),
      { numRuns: RUNS },
    )
  })
})

describe('the time of scanText', () => {
  const keywords = [...new Set(DETECTORS.flatMap((detector) => detector.keywords))]
  const gaps = ['', ' ', '\n', ': ', '="', '.', '-', '\\"', '{', 'aB3']
  const files = ['a.yaml', 'a.ts', 'a.json', '.env', 'a.md']

  it('grows with the length of a text, whatever it holds', () => {
    fc.assert(
      fc.property(
        fc
          .array(fc.constantFrom(...keywords, ...gaps), { minLength: 1, maxLength: 5 })
          .filter((parts) => parts.join('') !== ''),
        fc.constantFrom(...files),
        (parts, fileName) => {
          const one = stepsFor(parts.join(''), 4000, fileName)
          const four = stepsFor(parts.join(''), 16_000, fileName)
          // what a single place may cost is bounded, and does not count towards growth
          expect(four).toBeLessThanOrEqual(5 * one + 150_000)
        },
      ),
      { numRuns: RUNS },
    )
  })

  it.each([
    'eyJ-',
    'ops_eyJ-',
    'glpat-',
    'AZDO',
    'jwt',
    'PASSWORD',
    'password=',
    '"password":"',
    'AKIA"',
    'bedrock-api-key-=',
    'SharedAccessKey="',
    'kind: Secret\n',
    'kind: Secret\ndata: {',
    'kind: Secret\ndata: {}',
    '{kind: Secret, data: {a: b',
    '{kind: Secret, data: {a: b}}',
    '"{ \'{',
    '{"kind":"Secret","data":{"a":"',
    '{"a":',
    '[',
    'LS0tLS1CRUdJTi',
    '-----BEGIN PRIVATE KEY-----',
    'PuTTY-User-Key-File-2: a\n',
    '"kty":"EC",',
    'a://b:c@',
    '\r\n',
    '\0',
    'mysql ',
    'curl -u a:',
    'mysql -',
    'openssl "',
    'echo a|',
    "create user password'a'",
    "identified by 'a",
    'set password ',
    'machine a login ',
    ' on >',
    ':5432:',
    'requirepass a',
    '(private-key (rsa #',
    '(11:private-key(3',
    `lQVYBG${'a'.repeat(70)} `,
    'lQVYBGaa\n',
    '"a": {"default": "b',
    '"default":',
    'variable "password" {\n default = "',
    'chpasswd:\n list: |\n  a:b\n',
    `\${PASSWORD:-`,
    `password: \${A_PASSWORD:-`,
    'password || ',
    'a=1,b=function(c){return c.token||"x"},',
  ])('is at most a hundred steps for each character of %j', (part) => {
    const length = 200_000
    for (const fileName of files) expect(stepsFor(part, length, fileName)).toBeLessThanOrEqual(100 * length)
  })

  it('does not count what is encoded again and again', () => {
    let text = 'kind: Secret\ndata:\n  a: eA==\n'
    while (text.length < 100_000) {
      const inner = Buffer.from(text.repeat(3)).toString('base64')
      text = `kind: Secret\ndata:\n  a: ${inner}\n  b: ${inner}\n`
    }
    expect(stepsFor(text, text.length, 'a.yaml')).toBeLessThanOrEqual(100 * text.length)
  })

  function stepsFor(part: string, length: number, fileName: string): number {
    let steps = 0
    const text = part.repeat(Math.ceil(length / part.length))
    scanText(text, { fileName, onSteps: (count) => (steps = count) })
    return steps
  }
})

describe('values of keys', () => {
  const random = (form: string) => fill(form, dice(7))

  it.each([
    ['.env', 'DB_PASSWORD=Sommer2024', ['warn generic-password']],
    ['a.yaml', 'password: hunter2', ['warn generic-password']],
    ['a.yaml', `signing_key: ${random('{a32}')}`, ['warn generic-secret']],
    ['.env', `SECRET_KEY_BASE=${random('{h128}')}`, ['warn generic-secret']],
    ['a.yaml', '- name: DB_PASSWORD\n  value: "tr0ub4dor"', ['warn generic-password']],
    ['a.json', '{"name": "DB_PASSWORD", "value": "tr0ub4dor"}', ['warn generic-password']],
    ['a.ts', `const apiSecret = '${random('{a40}')}'`, ['warn generic-secret']],
    ['a.py', `client(api_key="${random('{a40}')}")`, ['warn generic-secret']],
    ['a.xml', '<password>tr0ub4dor&amp;3</password>', ['warn generic-password']],
    ['a.xml', '<add key="Password" value="tr0ub4dor" />', ['warn generic-password']],
    ['run.sh', `tool --token ${random('{a40}')} --verbose`, ['warn generic-secret']],
    ['a.yaml', `x-api-key: ${random('{h40}')}`, ['warn generic-secret']],
    ['a.sh', `curl -H 'x-api-key: ${random('{a40}')}' https://acme.io`, ['warn generic-secret']],
    ['.env', `X_API_SECRET=${random('{a50}')}`, ['block twitter-secret']],
    ['a.php', `define('DB_PASSWORD', 'Tr0ub4dor&3');`, ['warn generic-password']],
  ])('are found in %s: %s', (fileName, text, expected) => {
    expect(rulesIn(text, fileName)).toEqual(expected)
  })

  it.each([
    ['a.yaml', 'passwordField: hunter22'],
    ['a.yaml', `tokenUrl: ${random('{a32}')}`],
    ['a.yaml', `publicKey: ${random('{a32}')}`],
    ['a.yaml', 'password: {{ .Values.password }}'],
    ['a.yaml', 'password: ref+vault://app/password'],
    ['a.yaml', 'password: op://app/db/password'],
    ['a.yaml', 'existingSecret: database-credentials'],
    ['a.yaml', 'password: null'],
    ['a.ts', 'const password = readPassword()'],
    ['a.ts', `const token = 'access-token'`],
    ['.env', 'PASSWORD=changeme'],
    ['package-lock.json', `{"token": "${random('{a40}')}"}`],
    ['locales/de.json', '{"password": "Kennwort1"}'],
  ])('of other things are left alone in %s: %s', (fileName, text) => {
    expect(rulesIn(text, fileName)).toEqual([])
  })
})
