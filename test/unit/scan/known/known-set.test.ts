import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Fingerprinter, LONGEST } from '../../../../src/scan/known/fingerprint.ts'
import { KnownSet } from '../../../../src/scan/known/known-set.ts'

const fingerprinter = new Fingerprinter(new Uint8Array(32).fill(7))
const setOf = (...values: readonly string[]) =>
  new KnownSet(
    values.map((value) => fingerprinter.of(value)),
    fingerprinter,
  )
const RUNS = { numRuns: process.env['SLOW'] === undefined ? 100 : 5000 }

/** What can be sealed in one line and is no number of blanks. */
const value = fc
  .string({ minLength: 8, maxLength: 150, unit: fc.constantFrom(...'abcXYZ0189_-.,:;=+/@!#$%&*()[]{}<>?"\'\\ äß漢') })
  .filter((text) => text.trim() === text && text.length >= 8)
const before = fc.constantFrom('', ' ', 'password: ', 'KEY=', '"', "('", 'https://user:', '密码是', '\n', '\t', '- ')
const after = fc.constantFrom('', ' ', '"', ')', '.', ', and', '@host/db', '\n', '。', ';')

describe('copies of known values', () => {
  it('are found wherever a token begins and ends, at their place', () => {
    fc.assert(
      fc.property(value, before, after, fc.lorem(), (text, left, right, filler) => {
        const page = `${filler}\n${left}${text}${right}\n${filler}\n`
        const start = filler.length + 1 + left.length
        const copies = setOf(text).find(page)
        expect(copies).toContainEqual({
          ...{ value: fingerprinter.of(text), start },
          end: start + Math.min(text.length, LONGEST),
        })
      }),
      RUNS,
    )
  })

  it('do not hide those of another value, however many there are, nor beside it in one piece of base64', () => {
    const [user, password] = ['qwzx-19abq', 'winter orchid 9']
    const set = setOf(user, password)
    const many = set.find(`${`user ${user}\n`.repeat(3000)}${password}\n`)
    expect(new Set(many.map((copy) => copy.value.length))).toEqual(new Set([user.length, password.length]))
    expect(many.length).toBeLessThan(10)
    const both = set.find(`Authorization: Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`)
    expect(both.map((copy) => copy.value.length)).toEqual([user.length, password.length])
  })

  it.each<[string, (text: string) => string]>([
    ['in base64', (text) => Buffer.from(text).toString('base64')],
    ['in base64 without padding, for addresses', (text) => Buffer.from(text).toString('base64url')],
    ['in base64 within a longer text', (text) => Buffer.from(`user:${text}\n`).toString('base64')],
    ['in hex', (text) => Buffer.from(text).toString('hex')],
    ['in hex of code', (text) => `0x${Buffer.from(text).toString('hex').toUpperCase()}`],
    ['in base64 twice', (text) => Buffer.from(Buffer.from(text).toString('base64')).toString('base64')],
    ['in base64 of hex', (text) => Buffer.from(Buffer.from(text).toString('hex')).toString('base64')],
    ['in base64, URL-encoded', (text) => encodeURIComponent(Buffer.from(`${text}~~?`).toString('base64'))],
    ['in base64 with escaped slashes', (text) => Buffer.from(`???${text}`).toString('base64').replaceAll('/', '\\/')],
    ['URL-encoded', (text) => encodeURIComponent(text).replaceAll(/[!'()*~-]/g, hex)],
    [
      'URL-encoded in small letters',
      (text) =>
        encodeURIComponent(text)
          .replaceAll(/[!'()*~-]/g, hex)
          .replaceAll(/%../g, (code) => code.toLowerCase()),
    ],
    ['in JSON, behind an escape', (text) => JSON.stringify(`first\n${text}`)],
  ])('are found %s', (_, encode) => {
    fc.assert(
      fc.property(value, (text) => {
        const page = `one\nvalue = ${encode(text)} and more\n`
        expect(
          setOf(text)
            .find(page)
            .map((copy) => copy.value.id),
        ).toContain(fingerprinter.of(text).id)
      }),
      RUNS,
    )
  })

  it('are not found in the middle of a word, a name or a host', () => {
    const set = setOf('postgres-main')
    for (const text of [
      'xpostgres-main',
      'postgres-mainly',
      'my-postgres-main',
      'postgres-main.example.org',
      'a.postgres-main',
    ]) {
      expect(set.find(text)).toEqual([])
    }
    expect(set.find('use postgres-main.')).toHaveLength(1)
  })

  it('are not found in texts without them', () => {
    fc.assert(
      fc.property(value, fc.string({ maxLength: 500 }), (text, page) => {
        fc.pre(!page.includes(text.slice(0, 8)))
        expect(setOf(text).find(page)).toEqual([])
      }),
      RUNS,
    )
  })

  it('are not known under another key', () => {
    const other = new Fingerprinter(new Uint8Array(32).fill(8))
    const set = new KnownSet([other.of('Tr0ub4dor&3-horse')], fingerprinter)
    expect(set.find('Tr0ub4dor&3-horse')).toEqual([])
  })

  it('are found in a large text, each at its place, whatever its lines', () => {
    const filler = 'x'.repeat(900)
    const page = Array.from({ length: 4000 }, (_, line) =>
      line % 1000 === 999 ? 'a Tr0ub4dor&3-horse b' : filler,
    ).join('\n')
    const copies = setOf('Tr0ub4dor&3-horse').find(page)
    expect(copies.map(({ start, end }) => page.slice(start, end))).toEqual(Array(4).fill('Tr0ub4dor&3-horse'))
  })

  it('are not looked for when they are shorter than eight characters', () => {
    expect(setOf('hunter2').find('hunter2')).toEqual([])
  })
})

function hex(letter: string): string {
  return `%${letter.charCodeAt(0).toString(16).toUpperCase()}`
}

describe('a set of known values without WebAssembly', () => {
  it('finds the same', () => {
    const text = fc.array(fc.oneof(value, before, after, fc.constantFrom('abc-', '.xyz', '_a')), { maxLength: 40 })
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 5 }), text, fc.nat(40), (values, parts, at) => {
        const page = [...parts.slice(0, at), ...values, ...parts.slice(at), ...values].join('')
        const known = values.map((one) => fingerprinter.of(one))
        expect(new KnownSet(known, fingerprinter).find(page)).toEqual(
          new KnownSet(known, fingerprinter, false).find(page),
        )
      }),
      RUNS,
    )
  })

  it.each([47_990, 47_999, 48_000, 48_001, 95_999])('finds the same where a long text is cut, at %i', (start) => {
    const known = [fingerprinter.of('first-value-of-all'), fingerprinter.of('x'.repeat(80))]
    const page = `${' '.repeat(start)}first-value-of-all ${'x'.repeat(80)}${' '.repeat(50_000)}`
    const copies = new KnownSet(known, fingerprinter).find(page)
    expect(copies.map((copy) => copy.start)).toEqual([start, start + 19])
    expect(copies).toEqual(new KnownSet(known, fingerprinter, false).find(page))
  })
})
