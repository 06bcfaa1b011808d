import { describe, expect, it } from 'vitest'
import { valueForms } from '../../../../src/scan/known/value-forms.ts'

/** Put together here: the scanner reads this file too. */
const addressWith = (password: string) => `postgres://app:${password}@db/x`

describe('a value is known by', () => {
  it.each<[string, string, readonly string[]]>([
    ['itself', 'Tr0ub4dor&3 horse', ['Tr0ub4dor&3 horse']],
    ['itself without what surrounds it', ' Tr0ub4dor&3\n', ['Tr0ub4dor&3']],
    ['what it is base64 of', 'VHIwdWI0ZG9yJjMtaG9yc2U=', ['VHIwdWI0ZG9yJjMtaG9yc2U=', 'Tr0ub4dor&3-horse']],
    ['the password of an address', addressWith('hUnter2pass99'), [addressWith('hUnter2pass99'), 'hUnter2pass99']],
    [
      'its lines, and what stands at their right',
      '# comment of many words\nPASSWORD=Tr0ub4dor&3-horse\nport: 5432\n',
      ['PASSWORD=Tr0ub4dor&3-horse', 'Tr0ub4dor&3-horse'],
    ],
  ])('%s', (_, value, forms) => expect(valueForms(value)).toEqual(forms))

  it('nothing that every file of this kind has', () => {
    expect(valueForms('-----BEGIN PRIVATE KEY-----\nQ2FuYXJ5Q2FuYXJ5Q2FuYXJ5\n-----END PRIVATE KEY-----')).toEqual([
      'Q2FuYXJ5Q2FuYXJ5Q2FuYXJ5',
    ])
  })

  it.each(['hunter2', 'true', 'database', 'changeme1', '{{ .Values.password }}', '/etc/ssl'])('nothing: %s', (value) =>
    expect(valueForms(value)).toEqual([]),
  )
})
