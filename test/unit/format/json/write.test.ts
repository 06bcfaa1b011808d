import { describe, expect, it } from 'vitest'
import { jsonStore } from '../../../../src/format/json/store.ts'
import type { Branch, Node } from '../../../../src/format/tree.ts'
import { failure } from '../../../helpers/failure.ts'
import { branch, METADATA, str } from '../../../helpers/fake-seal.ts'

const of = (text: string): Branch => jsonStore.parse(text).documents[0] ?? branch({})

/** Recorded from sops 3.13.3, but for `-0.0`: sops writes `-0`, which is the integer 0. */
const SOPS_OUTPUT = `{
	"a": "\\u003cx\\u003e \\u0026 é / \\u2028",
	"n": 1,
	"f": 1.5,
	"e": 1e+21,
	"z": -0.0,
	"t": true,
	"l": [
		1,
		{
			"k": null
		},
		[],
		{}
	],
	"o": {}
}
`

describe('writing JSON', () => {
  it('is byte for byte what sops writes', () => {
    const text = '{"a":"<x> & é / \\u2028","n":1,"f":1.50,"e":1e21,"z":-0.0,"t":true,"l":[1,{"k":null},[],{}],"o":{}}'
    expect(jsonStore.emit([of(text)])).toBe(SOPS_OUTPUT)
  })

  it.each([
    [0, '{\n"a": [\n1\n]\n}\n'],
    [1, '{\n "a": [\n  1\n ]\n}\n'],
    [-1, '{\n\t"a": [\n\t\t1\n\t]\n}\n'],
  ])('indents by %i', (indent, text) => {
    expect(jsonStore.emit([of('{"a":[1]}')], { indent })).toBe(text)
  })

  it('refuses an indentation below -1', () => {
    expect(failure(() => jsonStore.emit([branch({})], { indent: -2 })).code).toBe('ERR_EMIT')
  })

  it('drops comments, and writes times as texts', () => {
    const comment = { kind: 'comment', text: ' c', inline: false } as const
    const time = { kind: 'scalar', type: 'time', value: '2026-01-02T00:00:00Z' } as const
    const document: Branch = {
      kind: 'branch',
      items: [comment, { kind: 'entry', key: 'a', value: { kind: 'list', items: [comment, time, comment] } }],
    }
    expect(jsonStore.emit([document], { indent: 0 })).toBe('{\n"a": [\n"2026-01-02T00:00:00Z"\n]\n}\n')
  })

  it.each<[string, Node]>([
    ['NaN', { kind: 'scalar', type: 'float', value: 'NaN' }],
    ['an infinite number', { kind: 'scalar', type: 'float', value: '-Inf' }],
    ['bytes that are not UTF-8', str('\udcff')],
  ])('refuses %s', (_, value) => {
    expect(failure(() => jsonStore.emit([branch({ a: value })])).code).toBe('ERR_EMIT')
  })

  it.each([[[]], [[branch({}), branch({})]]])('refuses anything but one document', (documents: Branch[]) => {
    expect(failure(() => jsonStore.emit(documents)).code).toBe('ERR_EMIT')
  })

  it('writes one value as sops prints it', () => {
    expect(jsonStore.emitValue(str('a<'))).toBe('"a\\u003c"')
    expect(jsonStore.emitValue(of('{"a":1}'))).toBe('{\n\t"a": 1\n}')
    expect(jsonStore.emitValue({ kind: 'list', items: [] })).toBe('[]')
  })

  it('puts the metadata last, and knows the reserved key on the top level only', () => {
    expect(jsonStore.emit([jsonStore.withMetadata(of('{"a":1}'), METADATA)])).toContain(
      '\t"a": 1,\n\t"sops": {\n\t\t"age": [',
    )
    expect(jsonStore.reservedName(branch({ sops: str('') }))).toBe('sops')
    expect(jsonStore.reservedName(branch({ a: branch({ sops: str('') }), sops_: str('') }))).toBeUndefined()
  })
})
