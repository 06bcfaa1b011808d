import { describe, expect, it } from 'vitest'
import { BullaError } from '../../../../src/errors.ts'
import { encodeText } from '../../../../src/format/text.ts'
import { yamlStore } from '../../../../src/format/yaml/store.ts'
import { readVectors } from '../../../helpers/vectors.ts'

interface Row {
  readonly text: string
  readonly type?: string
  readonly value?: string
  readonly base64?: string
  readonly refused?: true
}

function readScalar(text: string): Omit<Row, 'text'> {
  try {
    const item = yamlStore.parse(`k: ${text}`).documents[0]?.items[0]
    const node = item?.kind === 'entry' ? item.value : undefined
    if (node?.kind === 'null') return { type: 'null' }
    if (node?.kind !== 'scalar') throw new Error('not a scalar')
    const { type, value } = node
    return value.isWellFormed() ? { type, value } : { type, base64: Buffer.from(encodeText(value)).toString('base64') }
  } catch (error) {
    if (error instanceof BullaError && ['ERR_SYNTAX', 'ERR_UNSUPPORTED_VALUE'].includes(error.code)) {
      return { refused: true }
    }
    throw error
  }
}

describe('a YAML scalar', () => {
  it('means what it means to sops 3.13.3', () => {
    const rows = readVectors<Row>('go-yaml-scalars/scalars.json')
    const read = rows.map(({ text }) => ({ text, ...readScalar(text) }))
    expect(read.filter((row, index) => JSON.stringify(row) !== JSON.stringify(rows[index]))).toEqual([])
    expect(rows.length).toBeGreaterThan(300)
  })

  it.each([
    ['1.10', '1.10'],
    ['2.0', '2.0'],
    ['1e3', '1000.0'],
    ['08', '8.0'],
    ['0.5', undefined],
    ['.5', undefined],
    ['1_0.50', undefined],
  ])('remembers of the float %s what is safe to seal: %s', (text, exact) => {
    const item = yamlStore.parse(`k: ${text}`).documents[0]?.items[0]
    expect(item?.kind === 'entry' && item.value.kind === 'scalar' ? item.value.exact : 'no scalar').toBe(exact)
  })

  it('of 2^63 and more is refused where it stands, because sops cannot walk it', () => {
    const run = () => yamlStore.parse('a: 1\nb:\n- 9223372036854775808\n')
    expect(run).toThrow(expect.objectContaining({ code: 'ERR_UNSUPPORTED_VALUE', where: { line: 3, column: 3 } }))
  })
})
