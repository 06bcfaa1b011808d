import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import schema from '../../../schemas/recipient.schema.json' with { type: 'json' }
import { Comparison, readInterfaces } from '../../helpers/interfaces.ts'

const SOURCE = readFileSync(join(import.meta.dirname, '../../../src/recipients/raw.ts'), 'utf8')

function differences(source: string): string[] {
  const comparison = new Comparison(schema, readInterfaces(source))
  comparison.type('RawRecipient', schema, 'RawRecipient')
  return comparison.differences
}

describe("the types of recipients' files", () => {
  it('say the same as their schema', () => {
    expect(differences(SOURCE)).toEqual([])
  })

  it.each([
    ['readonly description?: string', '', 'RawRecipient.description: only in the schema'],
    ['readonly arn: string', 'readonly arn?: string', 'aws_kms.arn: required only in the schema'],
    ['readonly payload: string', 'readonly payload: number', 'payload: number is not string'],
  ])('would be found wrong: %s', (from, to, expected) => {
    expect(SOURCE).toContain(from)
    expect(differences(SOURCE.replace(from, to)).join('\n')).toContain(expected)
  })

  it('are described, every field of them', () => {
    const missing: string[] = []
    const visit = (node: unknown, path: string) => {
      if (typeof node !== 'object' || node === null) return
      const { properties, ...rest } = node as { properties?: Record<string, { description?: string }> }
      for (const [name, field] of Object.entries(properties ?? {})) {
        if (field.description === undefined) missing.push(`${path}.${name}`)
        visit(field, `${path}.${name}`)
      }
      for (const [name, inner] of Object.entries(rest)) visit(inner, `${path}.${name}`)
    }
    visit(schema, '')
    expect(missing).toEqual([])
  })
})
