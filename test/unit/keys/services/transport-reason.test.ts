import { describe, expect, it } from 'vitest'
import { transportReason } from '../../../../src/keys/services/transport-reason.ts'

const withCode = (code: string) => Object.assign(new Error('C4N4RY'), { code })

describe('what an error of the transport means', () => {
  it.each([
    ['ENOTFOUND', false],
    ['ECONNRESET', true],
    ['ERR_INVALID_CHAR', false],
    ['HPE_INVALID_CONSTANT', false],
    ['CERT_HAS_EXPIRED', false],
  ])('is told in our words, with a hint: %s', (code, isTransient) => {
    const reason = transportReason(withCode(code))
    expect(reason).toMatchObject({ isTransient, hint: expect.any(String) })
    expect(JSON.stringify(reason)).not.toContain('C4N4RY')
  })

  it('of a credential with a line break says where to look', () => {
    expect(transportReason(withCode('ERR_INVALID_CHAR'))?.hint).toContain('line breaks')
  })

  it.each(['toString', 'EWHATEVER', ''])('is nothing for other errors: %j', (code) => {
    expect(transportReason(withCode(code))).toBeUndefined()
  })
})
