import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkName, isRecipientName } from '../../../src/recipients/names.ts'
import { failure } from '../../helpers/failure.ts'
import { runs } from '../../helpers/runs.ts'

const SECRET = `AGE-SECRET-KEY-1${'Q'.repeat(40)}`

describe('the name of a recipient', () => {
  it.each(['a', '7', 'prod-deploy', 'prod_eu.west-1', 'console', 'com', 'com10', 'auxiliary', 'x'.repeat(64), 'age'])(
    'can be %s',
    (name) => {
      expect(isRecipientName(name)).toBe(true)
    },
  )

  it.each([
    ['', 'empty'],
    ['../x', 'small letters'],
    ['a/b', 'small letters'],
    ['a\\b', 'small letters'],
    ['..', 'small letters'],
    ['.hidden', 'small letters'],
    ['-rf', 'small letters'],
    ['Prod', 'small letters'],
    ['prod deploy', 'small letters'],
    ['prod\n', 'small letters'],
    ['prodé', 'small letters'],
    ['a\0', 'small letters'],
    ['prod.', 'ends with a dot'],
    ['CON', 'small letters'],
    ['con', 'device'],
    ['con.backup', 'device'],
    ['nul', 'device'],
    ['aux', 'device'],
    ['com1', 'device'],
    ['lpt9.x', 'device'],
    ['x'.repeat(65), '64 characters'],
    ['age1qqqqqq', 'looks like a key'],
    ['age1', 'looks like a key'],
    ['ssh-ed25519', 'looks like a key'],
    ['age-plugin-yubikey-1q', 'looks like a key'],
  ])('cannot be %j: %s', (name, reason) => {
    const error = failure(() => checkName(name))
    expect(error.code).toBe('ERR_RECIPIENT_NAME')
    expect(error.message).toContain(reason)
  })

  it('is not repeated when it is wrong: it may be a secret in the wrong place', () => {
    for (const text of [SECRET, SECRET.toLowerCase()]) {
      const shown = JSON.stringify(failure(() => checkName(text)))
      expect(shown).not.toContain('QQQQ')
      expect(shown).not.toContain('qqqq')
    }
  })

  it('is one spelling of one file in one folder, whatever the system', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 70 }), (text) => {
        if (!isRecipientName(text)) return
        expect(text).toBe(text.toLowerCase().normalize('NFKC').trim())
        expect(text).not.toMatch(/[/\\:*?"<>|]|^\.|\.$/)
      }),
      runs(200),
    )
  })
})
