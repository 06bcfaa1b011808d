import { describe, expect, it } from 'vitest'
import { KeyError } from '../../../../src/errors.ts'
import { CallPolicy } from '../../../../src/keys/services/call-policy.ts'

const policy = (...hosts: string[]) => new CallPolicy({ hosts, accounts: undefined })

function verdict(check: () => void): string {
  try {
    check()
    return 'allowed'
  } catch (error) {
    if (!(error instanceof KeyError)) throw error
    expect(error.hint).toBeDefined()
    return error.code
  }
}

describe('the policy of calls', () => {
  it.each([
    ['https://vault.example.com', 'vault.example.com', 'allowed'],
    ['https://vault.example.com:8200/v1', 'vault.example.com', 'allowed'],
    ['https://vault.example.com:8200', 'vault.example.com:8200', 'allowed'],
    ['https://vault.example.com', 'vault.example.com:443', 'allowed'],
    ['http://vault.example.com', 'http://vault.example.com:80', 'allowed'],
    ['http://127.0.0.1:4566', '127.0.0.1:4566', 'allowed'],
    ['http://localhost:4566', 'localhost', 'allowed'],
    ['https://vault.example.com:8201', 'vault.example.com:8200', 'ERR_NOT_ALLOWED'],
    // whoever edits the address could have the token sent in clear
    ['http://vault.example.com:8200', 'vault.example.com:8200', 'ERR_NOT_ALLOWED'],
    ['https://vault.example.com.evil.example', 'vault.example.com', 'ERR_NOT_ALLOWED'],
    ['https://evil.example/vault.example.com', 'vault.example.com', 'ERR_NOT_ALLOWED'],
    ['https://vault.example.com@evil.example', 'vault.example.com', 'ERR_NOT_ALLOWED'],
    ['https://user@vault.example.com', 'vault.example.com', 'ERR_NOT_ALLOWED'],
    ['https://:word@vault.example.com', 'vault.example.com', 'ERR_NOT_ALLOWED'],
    ['http://169.254.169.254', '127.0.0.1', 'ERR_NOT_ALLOWED'],
    ['ftp://vault.example.com', 'vault.example.com', 'ERR_NOT_ALLOWED'],
  ])('%s with %s named: %s', (url, host, expected) => {
    expect(verdict(() => policy(host).checkHost(new URL(url), false))).toBe(expected)
  })

  it('allows public endpoints without being told, over TLS only and without a user name', () => {
    expect(verdict(() => policy().checkHost(new URL('https://kms.eu-west-1.amazonaws.com'), true))).toBe('allowed')
    expect(verdict(() => policy().checkHost(new URL('http://kms.eu-west-1.amazonaws.com'), true))).toBe(
      'ERR_NOT_ALLOWED',
    )
    expect(verdict(() => policy().checkHost(new URL('https://a@kms.eu-west-1.amazonaws.com'), true))).toBe(
      'ERR_NOT_ALLOWED',
    )
  })

  it('restricts accounts when it names some, without regard to case', () => {
    const check = (id: string, accounts?: string[]) =>
      verdict(() => new CallPolicy({ hosts: [], accounts }).checkAccount({ cloud: 'GCP', id }))
    expect(check('any')).toBe('allowed')
    expect(check('My-Project', ['my-project'])).toBe('allowed')
    expect(check('other', ['my-project'])).toBe('ERR_NOT_ALLOWED')
    expect(check('other', [])).toBe('ERR_NOT_ALLOWED')
  })
})
