import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  emptyKnownFile,
  formatKnownFile,
  parseKnownFile,
  readOrigin,
  writeOrigin,
} from '../../../../src/operations/known/known-file.ts'
import { Fingerprinter } from '../../../../src/scan/known/fingerprint.ts'

const KEY = new Uint8Array(32).fill(3)
const BASE = new Fingerprinter(KEY).base
const name = fc.string({ unit: 'binary', maxLength: 30 })

describe('the file of known values', () => {
  it('reads back as it was written, whatever files and keys are called', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(name, name), { maxLength: 5 }), name, (places, path) => {
        const known = emptyKnownFile(KEY)
        known.head = 'c0ffee'
        known.opened.add('0a1b')
        known.closed.set('0c2d', path)
        for (const [index, [file, keyPath]] of places.entries()) {
          const id = `id${index}`
          known.values.set(id, { id, length: 12, sketch: 0xffffffff, origin: writeOrigin(file, keyPath) })
        }
        const read = parseKnownFile(formatKnownFile(known))
        expect(read).toEqual({ ...known, base: BASE })
        const origins = [...(read?.values.values() ?? [])].map(({ origin }) => readOrigin(origin))
        expect(origins).toEqual(places.map(([file, keyPath]) => ({ file, keyPath })))
      }),
    )
  })

  it.each([
    ['of a later version', 'bulla known values 2\nkey AAAA\n'],
    ['of somebody else', '{}'],
    ['without a key', 'bulla known values 1\nopen 12\n'],
    ['with half a key', 'bulla known values 1\nkey AAAA\n'],
  ])('is left alone when it is %s', (_, text) => expect(parseKnownFile(Buffer.from(text))).toBeUndefined())

  it('passes over lines that were cut or changed', () => {
    const text = Buffer.from(formatKnownFile(emptyKnownFile(KEY))).toString()
    const read = parseKnownFile(Buffer.from(`${text}value abc\nvalue abc x y\nvalue ok 12 zz [\nwhat\n`))
    expect([...(read?.values.keys() ?? [])]).toEqual(['ok'])
    expect(readOrigin(read?.values.get('ok')?.origin ?? '')).toEqual({ file: '', keyPath: '' })
  })

  it.each(['2', '4294967297', '-1', 'x', ''])('takes no base that cannot be one: %j', (base) => {
    const text = Buffer.from(formatKnownFile(emptyKnownFile(KEY))).toString()
    const read = parseKnownFile(Buffer.from(text.replace(/^base .*$/m, `base ${base}`)))
    expect(read).toEqual(emptyKnownFile(KEY))
    expect(text).toContain(`\nbase ${BASE}\n`)
  })

  it('forgets the oldest values when there are too many', () => {
    const known = emptyKnownFile(KEY)
    for (let index = 0; index < 50_010; index += 1) {
      known.values.set(`i${index}`, { id: `i${index}`, length: 9, sketch: index, origin: '[]' })
    }
    const read = parseKnownFile(formatKnownFile(known))
    expect([read?.values.size, read?.values.has('i9'), read?.values.has('i10')]).toEqual([50_000, false, true])
  })
})
