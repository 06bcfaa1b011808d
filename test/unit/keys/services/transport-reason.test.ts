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

  it.each([
    ['CERT_HAS_EXPIRED', 'has expired', 'clock'],
    ['CERT_NOT_YET_VALID', 'not valid yet', 'clock'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'for another host', 'address'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'not trusted', 'VAULT_CACERT'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'not trusted', 'NODE_EXTRA_CA_CERTS'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'TLS failed', 'https or http'],
    ['EPROTO', 'TLS failed', 'https or http'],
    ['ERR_PROXY_KIND', 'not known', 'SOCKS'],
    ['ERR_PROXY_ADDRESS', 'no address', '%25'],
    ['ERR_PROXY_TLS', 'certificate of the proxy', 'http://'],
  ])('says what is wrong, and what to do about it: %s', (code, reason, hint) => {
    expect(transportReason(withCode(code))).toMatchObject({
      reason: expect.stringContaining(reason),
      hint: expect.stringContaining(hint),
    })
  })

  it('of a credential with a line break says where to look', () => {
    expect(transportReason(withCode('ERR_INVALID_CHAR'))?.hint).toContain('line breaks')
  })

  it.each(['toString', 'EWHATEVER', ''])('is nothing for other errors: %j', (code) => {
    expect(transportReason(withCode(code))).toBeUndefined()
  })
})
