import { describe, expect, it } from 'vitest'
import { proxyFor, proxyHeaders } from '../../../../src/platform/http/http-proxy.ts'
import { expectNoSecret } from '../../../helpers/canary.ts'

/** @returns the origin of the proxy; empty when there is none */
function proxyOf(url: string, environment: Readonly<Record<string, string>>): string {
  return proxyFor(new URL(url), (name) => environment[name])?.origin ?? ''
}

function codeOf(act: () => unknown): unknown {
  try {
    return act()
  } catch (error) {
    expectNoSecret(error)
    return error instanceof Error && 'code' in error ? error.code : error
  }
}

const PROXY = { https_proxy: 'http://proxy:3128', http_proxy: 'http://plain:8080', all_proxy: 'http://all:1' }

describe('the proxy of an address', () => {
  it('is that of its scheme, else the one for all', () => {
    expect(proxyOf('https://kms.test', PROXY)).toBe('http://proxy:3128')
    expect(proxyOf('http://kms.test', PROXY)).toBe('http://plain:8080')
    expect(proxyOf('https://kms.test', { all_proxy: 'all:1' })).toBe('http://all:1')
    expect(proxyOf('https://kms.test', {})).toBe('')
  })

  it('speaks plain HTTP unless it is named with another scheme', () => {
    expect(proxyOf('https://kms.test', { https_proxy: 'proxy:3128' })).toBe('http://proxy:3128')
    expect(proxyOf('https://kms.test', { https_proxy: 'user:word@proxy:3128' })).toBe('http://proxy:3128')
    expect(proxyOf('https://kms.test', { https_proxy: 'https://proxy' })).toBe('https://proxy')
  })

  it.each(['http://localhost:8200', 'http://127.0.0.1', 'https://127.8.9.1:1', 'http://[::1]:8200'])(
    'is none for this machine: %s',
    (url) => {
      expect(proxyOf(url, PROXY)).toBe('')
    },
  )

  it.each([
    ['*', true],
    ['kms.test', true],
    ['test', true],
    ['.test', true],
    ['*.test', true],
    ['ms.test', false],
    ['.kms.test', false],
    ['KMS.Test:443', true],
    ['kms.test:8443', false],
    ['a.test, kms.test', true],
    ['a.test kms.test', true],
    [',,', false],
    ['10.0.0.0/8', false],
  ])('is passed by as NO_PROXY=%s says', (list, isPassedBy) => {
    expect(proxyOf('https://kms.test', { ...PROXY, no_proxy: list }) === '').toBe(isPassedBy)
  })

  it.each([
    ['10.1.2.3', '10.0.0.0/8', true],
    ['11.1.2.3', '10.0.0.0/8', false],
    ['10.1.2.3', '10.1.2.3', true],
    ['10.1.2.3', '10.1.2.3:443', true],
    ['10.1.2.3', '10.1.2.3:80', false],
    ['10.1.2.3', '10.0.0.0/99', false],
    ['10.1.2.3', 'fe80::/10', false],
    ['[fd00::1]', 'fd00::/8', true],
    ['[fd00::1]', 'fd00::1', true],
    ['[fd00::1]', 'FD00:0::1', true],
    ['[fd00::1]', '[fd00::1]', true],
    ['[fd00::1]', '[fd00::1]:443', true],
    ['[fd00::1]', '[fd00::1]:80', false],
    ['[fd00::1]', 'fd00::2', false],
  ])('of numbers is passed by as NO_PROXY says: %s %s', (host, list, isPassedBy) => {
    expect(proxyOf(`https://${host}`, { ...PROXY, no_proxy: list }) === '').toBe(isPassedBy)
  })

  it('of another kind, or without an address, is an error that shows nothing of it', () => {
    const given = (https_proxy: string) => () =>
      proxyFor(new URL('https://kms.test'), (name) => ({ https_proxy })[name])
    expect(codeOf(given('socks5://user:C4N4RY@proxy'))).toBe('ERR_PROXY_KIND')
    expect(codeOf(given('http://C4N4RY C4N4RY'))).toBe('ERR_PROXY_ADDRESS')
    expect(codeOf(given('proxy:99999999'))).toBe('ERR_PROXY_ADDRESS')
  })
})

describe('user and password of a proxy', () => {
  it('are told with what is encoded in them', () => {
    const words = Buffer.from('a@b:50%').toString('base64')
    expect(proxyHeaders(new URL('http://a%40b:50%25@proxy'))).toEqual({ 'proxy-authorization': `Basic ${words}` })
    expect(proxyHeaders(new URL('http://proxy'))).toEqual({})
  })

  it('that cannot be decoded are an error', () => {
    expect(codeOf(() => proxyHeaders(new URL('http://user:C4N4RY%ss@proxy')))).toBe('ERR_PROXY_ADDRESS')
  })
})
