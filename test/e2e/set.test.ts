import { describe, expect } from 'vitest'
import { lineChanges } from '../helpers/line-changes.ts'
import { it, type Sandbox } from '../helpers/sandbox.ts'
import { noTerminal, onTerminal } from '../helpers/terminal.ts'

const PLAIN = `# top
db:
  user: joe   # who
  password: "old"
  hosts:
  # first
  - a.example
  - b.example
empty_unencrypted: {}
`

const sealed = (box: Sandbox, name = 'f.yaml', plain = PLAIN) => box.seal({ [name]: plain })

/** Lines that are not in both texts, without those of the metadata. */
function changedLines(before: string, after: string) {
  const values = (text: string) => text.slice(0, text.indexOf('\nsops:'))
  return lineChanges(values(before), values(after))
}

describe('set', () => {
  it('leaves values as sops wrote them', async ({ box }) => {
    const before = await sealed(box, 'f.yaml', 'a: x\nnote: |\n  two\n  lines\nlist:\n- y\n')
    // sops has one style for all sealed values
    const asSops = before.replace(/\|\n +ENC/, 'ENC')
    expect(asSops).not.toBe(before)
    box.write('f.yaml', asSops)
    expect(await box.bulla(['set', 'f.yaml', 'list[1]', '"new"'])).toMatchObject({ code: 0 })
    const { gone, come } = changedLines(asSops, box.read('f.yaml'))
    expect([gone.length, come.length]).toEqual([0, 1])
    const { out } = await box.bulla(['decrypt', 'f.yaml'])
    expect(out).toBe('a: x\nnote: |\n    two\n    lines\nlist:\n- y\n- new\n')
  })

  it('leaves them in a file with sealed comments in lists, which sops writes as elements', async ({ box }) => {
    const before = await sealed(box, 'f.yaml', 'note: |\n  two\n  lines\nlist:\n# c\n- y\n')
    const asSops = before.replace(/#(ENC\[[^\]]*,type:comment\])/, '- $1').replace(/\|\n +ENC/, 'ENC')
    expect(changedLines(before, asSops).come).toEqual([
      expect.stringMatching(/^note: ENC/),
      expect.stringMatching(/^- ENC/),
    ])
    box.write('f.yaml', asSops)
    expect(await box.bulla(['set', 'f.yaml', 'b', '"new"'])).toMatchObject({ code: 0 })
    const { gone, come } = changedLines(asSops, box.read('f.yaml'))
    expect(gone).toEqual([expect.stringMatching(/^- ENC\[.*,type:comment\]$/)])
    expect(come).toEqual([expect.stringMatching(/^#ENC\[.*,type:comment\]$/), expect.stringMatching(/^b: /)])
    expect((await box.bulla(['decrypt', 'f.yaml'])).out).toBe('note: |\n    two\n    lines\nlist:\n# c\n- y\nb: new\n')
  })

  it('changes one line and the metadata', async ({ box }) => {
    const before = await sealed(box)
    expect(await box.bulla(['set', 'f.yaml', '["db"]["password"]', '"new"'])).toMatchObject({
      code: 0,
      out: '',
      err: '',
    })
    const { gone, come } = changedLines(before, box.read('f.yaml'))
    expect([gone.length, come.length]).toEqual([1, 1])
    expect(come[0]).toMatch(/^ {2}password: "ENC\[/)
    expect((await box.bulla(['decrypt', 'f.yaml'])).out).toBe(PLAIN.replace('"old"', '"new"'))
  })

  it('adds a line, sealed or clear as the selector says', async ({ box }) => {
    const before = await sealed(box)
    expect((await box.bulla(['set', 'f.yaml', 'db.port', '5432'])).code).toBe(0)
    const clear = await box.bulla(['set', 'f.yaml', 'db.port_unencrypted', '5432'])
    const note =
      'db.port_unencrypted stays readable: the selector of the file, unencrypted_suffix "_unencrypted", does not seal it'
    expect(clear).toMatchObject({ code: 0, out: '', err: `bulla: note: f.yaml: ${note}\n` })
    const { gone, come } = changedLines(before, box.read('f.yaml'))
    expect(gone).toEqual([])
    expect(come).toEqual([expect.stringMatching(/^ {2}port: ENC\[.*type:int\]$/), '  port_unencrypted: 5432'])
  })

  it('says nothing of a clear value that was clear before, nor with --quiet', async ({ box }) => {
    await sealed(box, 'f.yaml', 'a: 1\nb_unencrypted: 1\nc_unencrypted: [x]\n')
    const quiet = { code: 0, out: '', err: '' }
    expect(await box.bulla(['set', 'f.yaml', 'b_unencrypted', '2'])).toMatchObject(quiet)
    expect(await box.bulla(['set', 'f.yaml', 'c_unencrypted[1]', '"y"'])).toMatchObject(quiet)
    expect(await box.bulla(['set', 'f.yaml', 'd', '{"e":"x"}'])).toMatchObject(quiet)
    expect(await box.bulla(['set', '--quiet', 'f.yaml', 'e_unencrypted', '"x"'])).toMatchObject(quiet)
  })

  it('names few of many values that stay clear, and the selector, whatever its kind', async ({ box }) => {
    box.write('f.yaml', '# seal\na: x\nb: y\n')
    const by = ['--encrypted-comment-regex', 'seal']
    expect((await box.bulla(['encrypt', '-i', '--age', box.recipient, ...by, 'f.yaml'])).code).toBe(0)
    const { code, err } = await box.bulla([
      'set',
      'f.yaml',
      'm',
      '{"a":"s3cret","b":[1,2],"c":true,"d":"","e":null,"f":1.5}',
    ])
    expect([code, err]).toEqual([
      0,
      'bulla: note: f.yaml: m.a, m.b, m.c and 1 more stay readable: the selector of the file, encrypted_comment_regex "seal", does not seal them\n',
    ])
  })

  it('counts comments in the positions of the first form only, as sops does', async ({ box }) => {
    await sealed(box)
    expect((await box.bulla(['set', 'f.yaml', 'db.hosts[0]', '"x"'])).code).toBe(0)
    expect((await box.bulla(['set', 'f.yaml', '["db"]["hosts"][2]', '"y"'])).code).toBe(0)
    const { out } = await box.bulla(['get', 'f.yaml', 'db.hosts', '--json'])
    expect(JSON.parse(out)).toEqual(['x', 'y'])
    const { code, err } = await box.bulla(['set', 'f.yaml', '["db"]["hosts"][0]', '"x"'])
    expect(code).toBe(7)
    expect(err).toContain('a comment stands at this position')
  })

  it('does not write a file in which the value stands already', async ({ box }) => {
    await sealed(box)
    await box.bulla(['set', 'f.yaml', 'db.n', '7'])
    const before = box.snapshot()
    for (const [path, value] of [
      ['db.password', '"old"'],
      ['db.n', '7'],
    ] as const) {
      const { code, err } = await box.bulla(['set', 'f.yaml', path, value])
      expect(code).toBe(0)
      expect(err).toContain('the file stays as it is')
      expect((await box.bulla(['set', '--quiet', 'f.yaml', path, value])).err).toBe('')
    }
    expect(box.snapshot()).toEqual(before)
  })

  it('takes the value from a file, from standard input, as JSON or as a text', async ({ box }) => {
    await sealed(box)
    box.write('value', '{"a": [1, 2.0]}\n')
    expect((await box.bulla(['set', '--value-file', 'f.yaml', 'one', 'value'])).code).toBe(0)
    expect((await box.bulla(['set', '--value-file', '--string', 'f.yaml', 'two', 'value'])).code).toBe(0)
    expect((await box.bulla(['set', '--value-stdin', 'f.yaml', 'three'], { stdin: 'true\n' })).code).toBe(0)
    expect((await box.bulla(['set', '--value-stdin', '--string', 'f.yaml', 'four'], { stdin: 'a\nb\n' })).code).toBe(0)
    expect((await box.bulla(['set', '--string', 'f.yaml', 'five', '5'])).code).toBe(0)
    expect((await box.bulla(['set', 'f.yaml', 'six', '-6'])).code).toBe(0)
    const { out } = await box.bulla(['get', '--json', 'f.yaml', 'one', 'two', 'three', 'four', 'five', 'six'])
    expect(JSON.parse(out)).toEqual({
      ...{ one: { a: [1, 2] }, two: '{"a": [1, 2.0]}', three: true, four: 'a\nb', five: '5', six: -6 },
    })
  })

  it('changes one of several documents', async ({ box }) => {
    await sealed(box, 'f.yaml', 'a: 1\n---\na: 2\n')
    expect((await box.bulla(['set', '--document', '1', 'f.yaml', 'a', '3'])).code).toBe(0)
    expect((await box.bulla(['decrypt', 'f.yaml'])).out).toBe('a: 1\n---\na: 3\n')
    expect((await box.bulla(['get', '--document', '1', 'f.yaml', 'a'])).out).toBe('3\n')
    expect((await box.bulla(['set', '--document', '2', 'f.yaml', 'a', '3'])).code).toBe(7)
  })

  it('says that another document has the path which this one has not', async ({ box }) => {
    await sealed(box, 'f.yaml', 'a: [1]\n---\na: {b: 2}\nc: 3\n')
    const hint = /document 1 has a value at this path: --document 1\n/
    expect(await box.bulla(['get', 'f.yaml', 'c'])).toMatchObject({ code: 1, err: expect.stringMatching(hint) })
    expect(await box.bulla(['unset', 'f.yaml', 'c'])).toMatchObject({ code: 1, err: expect.stringMatching(hint) })
    expect(await box.bulla(['set', 'f.yaml', 'c', '4'])).toMatchObject({ code: 0, err: expect.stringMatching(hint) })
    expect(await box.bulla(['set', 'f.yaml', 'c', '5'])).toMatchObject({ code: 0, err: '' })
    expect(await box.bulla(['set', '--document', '1', 'f.yaml', 'd', '5'])).toMatchObject({ code: 0, err: '' })
    expect((await box.bulla(['decrypt', 'f.yaml'])).out).toBe('a: [1]\nc: 5\n---\na: {b: 2}\nc: 3\nd: 5\n')
  })

  it('says what stood in the way of a path', async ({ box }) => {
    await sealed(box)
    const { code, err } = await box.bulla(['set', 'f.yaml', 'db.user.name', '"x"'])
    expect(code).toBe(0)
    expect(err).toContain('a single value stood in the way of the path; it was replaced')
  })

  it('changes the one text of a binary file', async ({ box }) => {
    await sealed(box, 'f.bin', 'text\n')
    expect((await box.bulla(['set', 'f.bin', '["data"]', '"other"'])).code).toBe(0)
    expect((await box.bulla(['decrypt', 'f.bin'])).out).toBe('other')
    expect((await box.bulla(['set', 'f.bin', '["more"]', '"other"'])).code).toBe(4)
  })

  const refused: [string, readonly string[], number, string][] = [
    ['a value that is no JSON', ['set', 'f.yaml', 'a', 's3cret'], 7, 'the value is not JSON'],
    ['a path that cannot be read', ['set', 'f.yaml', 'a..b', '1'], 7, 'the tree path cannot be read'],
    ['an empty path', ['set', 'f.yaml', '', '1'], 7, 'the tree path is empty'],
    [
      'a key that stands twice in the value',
      ['set', 'f.yaml', 'a', '{"x":[{"k":"s3cret","k":2}]}'],
      7,
      '(x.k): this key stands twice in the value',
    ],
    ['a key in a list', ['set', 'f.yaml', 'db.hosts.x', '1'], 7, 'a key is given where a list stands'],
    ['no value, without a terminal', ['set', 'f.yaml', 'a'], 100, 'no value was given'],
    ['too many words', ['set', 'f.yaml', 'a', 'b', 'c'], 100, 'there are too many words'],
    ['another format', ['set', '--output-type', 'json', 'f.yaml', 'a', '1'], 8, 'a file keeps its format'],
    ['a value file that is not there', ['set', '--value-file', 'f.yaml', 'a', 'none'], 1, 'cannot be used'],
    ['a file that is not there', ['set', 'g.yaml', 'a', '1'], 2, 'there is no such file'],
    ['the reserved key', ['set', 'f.yaml', 'sops.mac', '1'], 203, 'reserved for the metadata'],
    ['unset of what is not there', ['unset', 'f.yaml', 'db.pasword'], 1, 'did you mean password'],
    ['get of what is not there', ['get', 'f.yaml', 'none'], 1, 'there is no value at this path'],
    ['ls of a plain file', ['ls', 'plain.yaml'], 1, 'the file is not sealed'],
  ]

  it.for(refused)('refuses %s', async ([, args, code, message], { box }) => {
    await sealed(box)
    box.write('plain.yaml', 'a: 1\n')
    const before = box.snapshot()
    const outcome = await box.bulla(args)
    expect(outcome).toMatchObject({ code, out: '', err: expect.stringContaining(message) })
    expect(outcome.err).not.toContain('s3cret')
    expect(box.snapshot()).toEqual(before)
  })

  it.skipIf(noTerminal !== undefined)('asks for the value on a terminal, without showing it', async ({ box }) => {
    await sealed(box)
    const steps = [{ expect: 'value of db.password: ', send: 'tYped "x"\n' }]
    const { code, shown, left } = await onTerminal(box, 'bulla set f.yaml db.password', { steps })
    expect([code, left]).toEqual([0, 0])
    expect(shown).not.toContain('tYped')
    expect((await box.bulla(['get', 'f.yaml', 'db.password'])).out).toBe('tYped "x"')
  })
})

describe('unset', () => {
  it('gives back what was there before the key was set', async ({ box }) => {
    const before = await sealed(box)
    expect((await box.bulla(['set', 'f.yaml', 'db.new', '{"a":[1,{"b":"c"}]}'])).code).toBe(0)
    expect((await box.bulla(['unset', 'f.yaml', 'db.new'])).code).toBe(0)
    expect(changedLines(before, box.read('f.yaml'))).toEqual({ gone: [], come: [] })
    expect((await box.bulla(['decrypt', 'f.yaml'])).out).toBe(PLAIN)
  })

  it('is no error twice with --idempotent, and writes nothing then', async ({ box }) => {
    await sealed(box)
    expect((await box.bulla(['unset', 'f.yaml', 'db.user'])).code).toBe(0)
    const before = box.snapshot()
    expect((await box.bulla(['unset', 'f.yaml', 'db.user'])).code).toBe(1)
    expect((await box.bulla(['unset', '--idempotent', 'f.yaml', 'db.user'])).code).toBe(0)
    expect(box.snapshot()).toEqual(before)
  })
})

describe('where comments decide what is sealed', () => {
  const BY_COMMENT = { public: '--unencrypted-comment-regex', seal: '--encrypted-comment-regex' }

  it.for([
    ['public', '# public\na: x\nb: y\n', ['unset', 'f.yaml', 'a']],
    ['public', 'l:\n  # public\n  - x\n  - y\n', ['unset', 'f.yaml', 'l[0]']],
    ['seal', 'm:\n  # seal\n  k: x\nb: y\n', ['set', 'f.yaml', 'm', '"z"']],
    ['seal', 'a: | # seal\n  x\nb: y\n', ['set', 'f.yaml', 'a', '12']],
    ['seal', 'l:\n  - x # seal\n  - y\n', ['set', 'f.yaml', 'l[0]', '["z","z"]']],
  ] as const)('no change makes a sealed value readable (%s: %j)', async ([word, text, args], { box }) => {
    box.write('f.yaml', text)
    const sealing = ['encrypt', '-i', '--age', box.recipient, BY_COMMENT[word], word, 'f.yaml']
    expect(await box.bulla(sealing)).toMatchObject({ code: 0 })
    const before = box.snapshot()
    const { code, err } = await box.bulla([...args])
    expect(code).toBe(4)
    expect(err).toContain('a value that is sealed now would become readable')
    expect(box.snapshot()).toEqual(before)
  })

  it('what was readable may stay so, and other values may go', async ({ box }) => {
    box.write('f.yaml', '# public\na: x\nb: y\nc: z\n')
    const sealing = ['encrypt', '-i', '--age', box.recipient, BY_COMMENT.public, 'public', 'f.yaml']
    expect(await box.bulla(sealing)).toMatchObject({ code: 0 })
    expect(await box.bulla(['set', 'f.yaml', 'a', '"new"'])).toMatchObject({ code: 0 })
    expect(await box.bulla(['unset', 'f.yaml', 'b'])).toMatchObject({ code: 0 })
    expect((await box.bulla(['decrypt', 'f.yaml'])).out).toBe('# public\na: new\nc: z\n')
  })
})

describe('comments beside what is taken out', () => {
  const OPEN = '[x_unencrypted]\nb = 2\n'
  it('a section takes the comment above it along, as with sops', async ({ box }) => {
    await sealed(box, 'f.ini', `[first]\nc = 1\n\n; one\n; two\n[alpha]\na = 1\n${OPEN}`)
    expect(await box.bulla(['unset', 'f.ini', 'alpha'])).toMatchObject({ code: 0 })
    expect((await box.bulla(['decrypt', 'f.ini'])).out).toBe(`[first]\nc = 1\n${OPEN}`)
  })

  it('no sealed comment becomes readable by what stands below it then', async ({ box }) => {
    await sealed(box, 'f.ini', `; head of the file\n\n[alpha]\na = 1\n${OPEN}`)
    const before = box.snapshot()
    const { code, err } = await box.bulla(['unset', 'f.ini', 'alpha'])
    expect(code).toBe(4)
    expect(err).toContain('a comment that is sealed now would become readable')
    expect(box.snapshot()).toEqual(before)
  })
})

describe('get and ls', () => {
  it('print values, and paths that get takes again', async ({ box }) => {
    await sealed(box, 'f.yaml', 'a:\n  # c\n  - 1\n  - x: true\nb.c: s\n"q[": t\ne: {}\nn: null\nk_unencrypted: 1.5\n')
    expect((await box.bulla(['get', 'f.yaml', '["b.c"]'])).out).toBe('s')
    expect((await box.bulla(['get', 'f.yaml', 'a[0]', '["b.c"]', 'k_unencrypted'])).out).toBe('1\ns\n1.5\n')
    const { code, out } = await box.bulla(['ls', 'f.yaml'], { env: { SOPS_AGE_KEY_FILE: undefined } })
    expect(code).toBe(0)
    expect(out.split('\n')).toEqual([
      ...['sealed\tint\ta[0]', 'sealed\tbool\ta[1].x', 'sealed\tstr\t["b.c"]', 'sealed\tstr\t.["q["]'],
      ...['clear\tmap\te', 'clear\tnull\tn', 'clear\tfloat\tk_unencrypted', ''],
    ])
    const json = JSON.parse((await box.bulla(['ls', '--json', 'f.yaml'])).out)
    expect(json[1]).toEqual({ document: 0, path: 'a[1].x', type: 'bool', sealed: true })
  })

  const WEIRD = [
    'q[',
    '[',
    ']',
    '[0]',
    'a.b',
    '',
    ' ',
    '"',
    "'",
    '"]["x',
    '\\',
    '\\u0041',
    'l\nf',
    '\u001b[31m',
    '\u202er',
    'é',
    '__proto__',
    '0',
  ]

  it.for(['w.yaml', 'w.json'])('every path that ls prints is taken by get and by set: %s', async (name, { box }) => {
    const below = Object.fromEntries(
      WEIRD.map((key, index) => [`${key}${key === '__proto__' ? '_' : ''}`, `v${index}`]),
    )
    const plain = Object.fromEntries(WEIRD.map((key) => [`${key}x`, [below, 'last']]))
    await sealed(box, name, `${JSON.stringify({ ...below, ...plain })}\n`)
    const lines = (await box.bulla(['ls', name])).out.split('\n').slice(0, -1)
    const paths = lines.map((line) => line.split('\t')[2] ?? '')
    expect(new Set(paths).size).toBe(WEIRD.length * (WEIRD.length + 2))
    expect(paths).toEqual(
      JSON.parse((await box.bulla(['ls', '--json', name])).out).map(({ path }: { path: string }) => path),
    )
    const before = JSON.parse((await box.bulla(['get', '--json', name, ...paths])).out)
    expect(Object.values(before)).toEqual([
      ...Object.values(below),
      ...Object.values(plain).flatMap(() => [...Object.values(below), 'last']),
    ])
    const step = process.env['SLOW'] === undefined ? 97 : 1
    for (const path of paths.filter((_path, index) => index % step === 0)) {
      expect(await box.bulla(['set', '--string', name, path, `${before[path]}`])).toMatchObject({
        code: 0,
        err: expect.stringContaining('this value stands there already'),
      })
      expect(await box.bulla(['set', '--string', name, path, `new ${path}`])).toMatchObject({ code: 0, err: '' })
      expect((await box.bulla(['get', name, path])).out).toBe(`new ${path}`)
    }
    expect((await box.bulla(['ls', name])).out.split('\n').slice(0, -1)).toEqual(lines)
  })
})
