import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { binaryStore } from '../../../src/format/binary.ts'
import { binaryBytes, binaryDocument } from '../../../src/format/binary-document.ts'
import { failure } from '../../helpers/failure.ts'
import { branch, fakeEnc, leavesOf, METADATA, plainTree, str } from '../../helpers/fake-seal.ts'
import { runs } from '../../helpers/runs.ts'

describe('a binary file', () => {
  it('comes back byte for byte', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(binaryBytes([binaryDocument(bytes)])).toEqual(bytes)
      }),
      runs(100),
    )
  })

  it('comes back from a text that was opened, with bytes that are not UTF-8', () => {
    expect([...binaryBytes([branch({ data: str('a\udcff\u0000') })])]).toEqual([0x61, 0xff, 0])
  })

  it('is sealed in the envelope that sops writes', () => {
    const text = binaryStore.emit([binaryStore.withMetadata(branch({ data: str(fakeEnc(0, 'str')) }), METADATA)])
    expect(text.startsWith(`{\n\t"data": "${fakeEnc(0, 'str')}",\n\t"sops": {\n\t\t"age": [\n\t\t\t{\n`)).toBe(true)
    const source = binaryStore.parse(text)
    expect(source.documents.map(plainTree)).toEqual([[['data', fakeEnc(0, 'str')]]])
    expect(source.metadata).toBeDefined()
  })

  it('can be any bytes: what is opened is never written into the envelope', () => {
    const leaves = leavesOf(binaryStore.parse(`{"data":"${fakeEnc(0, 'str')}"}`))
    expect(leaves.map(({ place }) => place)).toEqual([undefined])
  })

  it.each(['{}', '{"data":1}', '{"data":"a","more":"b"}', '{"other":"a"}', '{"data":"a","data":"b"}', 'plain text'])(
    'is not read from %s',
    (text) => {
      expect(failure(() => binaryStore.parse(text)).code).toBe('ERR_SYNTAX')
    },
  )

  it.each([
    ['no document', []],
    ['two documents', [branch({ data: str('') }), branch({ data: str('') })]],
    ['no data', [branch({ a: str('') })]],
    ['data that is no text', [branch({ data: { kind: 'scalar', type: 'int', value: '1' } })]],
  ])('is not made from %s', (_, documents) => {
    expect(failure(() => binaryBytes(documents)).code).toBe('ERR_EMIT')
  })

  it('has no parts to print', () => {
    expect(failure(() => binaryStore.emitValue(str('a'))).code).toBe('ERR_EMIT')
  })
})
