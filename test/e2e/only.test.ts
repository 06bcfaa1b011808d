import { describe, expect } from 'vitest'
import { it } from '../helpers/sandbox.ts'

describe('decrypt --only', () => {
  it('writes a file of the same format, or of another, with these values alone', async ({ box }) => {
    await box.seal({ 'a.yaml': 'db:\n  host: h\n  password: p\nother: x\n', 'b.env': 'A_X=1\nA_Y=2\nB=3\n' })
    const only = async (...args: readonly string[]) => (await box.bulla(['decrypt', ...args])).out
    expect(await only('--only', 'db.*', 'a.yaml')).toBe('db:\n    host: h\n    password: p\n')
    expect(await only('--only', 'db.host', '--only', 'other', '--output-type', 'json', '--indent', '0', 'a.yaml')).toBe(
      '{\n"db": {\n"host": "h"\n},\n"other": "x"\n}\n',
    )
    expect(await only('--only', 'A_*', 'b.env')).toBe('A_X=1\nA_Y=2\n')
  })

  it('verifies the whole file first', async ({ box }) => {
    await box.seal({ 'a.yaml': 'a: x\nb_unencrypted: clear\n' })
    box.write('a.yaml', box.read('a.yaml').replace('clear', 'other'))
    expect(await box.bulla(['decrypt', '--only', 'a', 'a.yaml'])).toMatchObject({ code: 51, out: '' })
  })

  it('writes nothing when a pattern fits nothing', async ({ box }) => {
    await box.seal({ 'a.yaml': 'a: x\n' })
    const { code, out, err } = await box.bulla(['decrypt', '--only', 'a', '--only', 'b.*', '--output', 'out', 'a.yaml'])
    expect({ code, out, has: box.has('out') }).toEqual({ code: 1, out: '', has: false })
    expect(err).toMatch(/^bulla: error: a\.yaml: no value has a path that fits b\.\*\nbulla: hint: /)
  })

  it.for([
    [['--in-place'], 8],
    [['--extract', '["a"]'], 8],
    [['--only', ''], 1],
    [['--output-type', 'binary'], 8],
  ] as const)('does not go with %j', async ([args, expected], { box }) => {
    await box.seal({ 'a.yaml': 'a: x\n' })
    const before = box.snapshot()
    const { code, out } = await box.bulla(['decrypt', '--only', 'a', ...args, 'a.yaml'])
    expect({ code, out }).toEqual({ code: expected, out: '' })
    expect(box.snapshot()).toEqual(before)
  })
})
