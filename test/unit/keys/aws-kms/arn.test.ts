import { describe, expect, it } from 'vitest'
import {
  accountOfRole,
  isKeyOfReply,
  isPublicEndpoint,
  parseKeyArn,
  publicEndpoint,
  requireKeyArn,
} from '../../../../src/keys/aws-kms/arn.ts'
import { failure } from '../../../helpers/failure.ts'

const KEY = 'arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab'

describe('the ARN of a key', () => {
  it.each([
    [KEY, 'https://kms.eu-west-1.amazonaws.com/'],
    ['arn:aws:kms:us-east-1:111122223333:alias/team/deploy', 'https://kms.us-east-1.amazonaws.com/'],
    ['arn:aws-cn:kms:cn-north-1:111122223333:key/a', 'https://kms.cn-north-1.amazonaws.com.cn/'],
    ['arn:aws-us-gov:kms:us-gov-west-1:111122223333:key/a', 'https://kms.us-gov-west-1.amazonaws.com/'],
    ['arn:aws-iso:kms:us-iso-east-1:111122223333:key/a', 'https://kms.us-iso-east-1.c2s.ic.gov/'],
    ['arn:aws-iso-b:kms:us-isob-east-1:111122223333:key/a', 'https://kms.us-isob-east-1.sc2s.sgov.gov/'],
    ['arn:aws-eusc:kms:eusc-de-east-1:111122223333:key/a', 'https://kms.eusc-de-east-1.amazonaws.eu/'],
  ])('%s is called at %s, which is public', (text, address) => {
    const url = publicEndpoint('kms', requireKeyArn(text))
    expect([url.href, isPublicEndpoint(url)]).toEqual([address, true])
  })

  it.each([
    '',
    'alias/deploy',
    '1234abcd-12ab-34cd-56ef-1234567890ab',
    'arn:aws:kms:eu-west-1.evil.example:111122223333:key/a',
    'arn:aws:kms:evil.example/:111122223333:key/a',
    'arn:aws:kms:x@evil.example:111122223333:key/a',
    'arn:aws:kms:127.0.0.1#:111122223333:key/a',
    'arn:aws:kms:localhost:111122223333:key/a',
    'arn:aws:kms:eu-west-1:1111:key/a',
    'arn:aws:kms:eu-west-1:111122223333:key/',
    'arn:aws:kms:eu-west-1:111122223333:key/a b',
    'arn:aws:kms:eu-west-1:111122223333:key/a\n',
    'arn:aws:kms:cn-north-1:111122223333:key/a',
    'arn:aws-cn:kms:eu-west-1:111122223333:key/a',
    'arn:aws-evil:kms:eu-west-1:111122223333:key/a',
    'arn:constructor:kms:eu-west-1:111122223333:key/a',
    'arn:aws:s3:eu-west-1:111122223333:key/a',
  ])('is not %j', (text) => {
    expect(parseKeyArn(text)).toBe(undefined)
    expect(failure(() => requireKeyArn(text)).code).toBe('ERR_RECIPIENT')
  })
})

describe('a public address', () => {
  it.each([
    'https://kms-fips.us-east-1.amazonaws.com/',
    'https://kms.eu-west-1.api.aws/',
    'https://sts.eu-west-1.amazonaws.com/',
    'https://sts.amazonaws.com/',
    'https://oidc.eu-west-1.amazonaws.com/token',
    'https://portal.sso.eu-west-1.amazonaws.com/federation/credentials',
    'https://eu-west-1.signin.aws.amazon.com/v1/token',
  ])('can be %s', (address) => {
    expect(isPublicEndpoint(new URL(address))).toBe(true)
  })

  it.each([
    'http://kms.eu-west-1.amazonaws.com/',
    'https://kms.eu-west-1.amazonaws.com:8443/',
    'https://kms.eu-west-1.amazonaws.com.evil.example/',
    'https://evilamazonaws.com/',
    'https://kms.evil.amazonaws.com/',
    'https://kms.eu-west-1.evil-amazonaws.com/',
    'https://vpce-1.kms.eu-west-1.vpce.amazonaws.com/',
    'https://s3.eu-west-1.amazonaws.com/',
    'https://evil.signin.aws.amazon.com/',
    'https://169.254.169.254/',
  ])('is not %s', (address) => {
    expect(isPublicEndpoint(new URL(address))).toBe(false)
  })
})

describe('the key of a reply', () => {
  const multi = 'arn:aws:kms:eu-west-1:111122223333:key/mrk-1234abcd12ab34cd56ef1234567890ab'
  const alias = 'arn:aws:kms:eu-west-1:111122223333:alias/deploy'

  it.each([
    [KEY, KEY],
    [multi, multi.replace('eu-west-1', 'us-east-1')],
    [alias, KEY],
  ])('%s may be called %s', (asked, replied) => {
    expect(isKeyOfReply(requireKeyArn(asked), replied)).toBe(true)
  })

  it.each([
    [KEY, undefined],
    [KEY, 7],
    [KEY, ''],
    [KEY, '1234abcd-12ab-34cd-56ef-1234567890ab'],
    [KEY, KEY.replace('1234abcd', '1234abce')],
    [KEY, KEY.replace('eu-west-1', 'us-east-1')],
    [KEY, KEY.replace('111122223333', '111122223334')],
    [KEY, alias],
    [multi, multi.replace('111122223333', '111122223334')],
    [alias, alias],
    [alias, KEY.replace('eu-west-1', 'us-east-1')],
    [alias, KEY.replace('111122223333', '111122223334')],
  ])('%s is not %j', (asked, replied) => {
    expect(isKeyOfReply(requireKeyArn(asked), replied)).toBe(false)
  })
})

describe('the ARN of a role', () => {
  it.each([
    ['arn:aws:iam::111122223333:role/deploy', '111122223333'],
    ['arn:aws-us-gov:iam::111122223333:role/a/b/deploy@x', '111122223333'],
    ['arn:aws:iam::111122223333:user/deploy', undefined],
    ['arn:aws:iam::111122223333:role/a b', undefined],
    ['arn:aws:iam::1:role/a', undefined],
    ['', undefined],
  ])('%s is of account %s', (text, account) => {
    expect(accountOfRole(text)).toBe(account)
  })
})
