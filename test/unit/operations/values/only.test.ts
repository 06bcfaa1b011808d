import { describe, expect, it } from 'vitest'
import { onlyFitting, parsePathPattern } from '../../../../src/operations/values/only.ts'
import { failure } from '../../../helpers/failure.ts'
import { storeOf } from '../../../helpers/sealing.ts'

const YAML = `# top
db:
  host: h # c
  password: p
  deep: {x: 1}
hosts: [{a: 1, b: 2}, {a: 3}]
a.b: dotted
"": {"": nothing}
`

/** What is left, in JSON. */
async function left(...patterns: readonly string[]): Promise<unknown> {
  const [yaml, json] = [await storeOf('yaml'), await storeOf('json')]
  const documents = onlyFitting(yaml.parse(YAML).documents, patterns.map(parsePathPattern))
  return documents.map((document) => JSON.parse(json.emit([document])))
}

describe('--only', () => {
  const kept: [string[], unknown][] = [
    [['db.password'], { db: { password: 'p' } }],
    [['db.*'], { db: { host: 'h', password: 'p', deep: { x: 1 } } }],
    [['db'], { db: { host: 'h', password: 'p', deep: { x: 1 } } }],
    [['db.pass*'], { db: { password: 'p' } }],
    [['d*.*s*'], { db: { host: 'h', password: 'p' } }],
    [['*.deep.x'], { db: { deep: { x: 1 } } }],
    [['**.x'], { db: { deep: { x: 1 } } }],
    [['db.**.x'], { db: { deep: { x: 1 } } }],
    [['**.db.host'], { db: { host: 'h' } }],
    [['hosts.*.a'], { hosts: [{ a: 1 }, { a: 3 }] }],
    [['hosts.1'], { hosts: [{ a: 3 }] }],
    [['a\\.b'], { 'a.b': 'dotted' }],
    [['.'], { '': { '': 'nothing' } }],
    [['db.host', 'hosts.0.b'], { db: { host: 'h' }, hosts: [{ b: 2 }] }],
    [['db', 'db.host'], { db: { host: 'h', password: 'p', deep: { x: 1 } } }],
  ]
  it.each(kept)('%j keeps what fits, and all below it', async (patterns, expected) => {
    expect(await left(...patterns)).toEqual([expected])
  })

  it.each(['nope', 'db.hos', 'db.host.x', 'b', 'a.b', 'hosts.2', 'd.b', '*.*.*.*', 'DB', 'a\\*b'])(
    '%s fits nothing, which is an error also beside one that fits',
    async (pattern) => {
      const yaml = await storeOf('yaml')
      const patterns = ['db', pattern].map(parsePathPattern)
      const error = failure(() => onlyFitting(yaml.parse(YAML).documents, patterns))
      expect(error).toMatchObject({ code: 'ERR_PATH_NOT_FOUND', message: `no value has a path that fits ${pattern}` })
    },
  )

  it('looks into every document, and leaves out those of which nothing is left', async () => {
    const yaml = await storeOf('yaml')
    const { documents } = yaml.parse('a: 1\nb: 2\n---\nb: 3\n---\na: 4\n')
    expect(yaml.emit(onlyFitting(documents, [parsePathPattern('a')]))).toBe('a: 1\n---\na: 4\n')
  })

  it('keeps comments only in what stays whole', async () => {
    const yaml = await storeOf('yaml')
    const { documents } = yaml.parse('# top\na:\n    # of b\n    b: 1\n    c: 2\n')
    expect(yaml.emit(onlyFitting(documents, [parsePathPattern('a')]))).toBe('a:\n    # of b\n    b: 1\n    c: 2\n')
    expect(yaml.emit(onlyFitting(documents, [parsePathPattern('a.b')]))).toBe('a:\n    b: 1\n')
  })

  it('is refused when it is empty', () => {
    expect(failure(() => parsePathPattern(''))).toMatchObject({ code: 'ERR_USAGE' })
  })
})
