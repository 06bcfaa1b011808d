import { describe, expect, it } from 'vitest'
import { configuredEndpoint, environmentCredentials, sourceName } from '../../../../src/keys/aws-kms/credentials.ts'
import { fakeServiceEnvironment } from '../../../helpers/servers/fake-environment.ts'

const machine = (variables: Record<string, string>) => fakeServiceEnvironment({ variables })

describe('credentials of the environment', () => {
  it('are a pair, with a token when there is one', () => {
    const pair = { AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' }
    expect(environmentCredentials(machine(pair))).toEqual({ accessKeyId: 'a', secretAccessKey: 'b' })
    expect(environmentCredentials(machine({ ...pair, AWS_SESSION_TOKEN: 'c' }))).toEqual({
      ...{ accessKeyId: 'a', secretAccessKey: 'b', sessionToken: 'c' },
    })
    expect(environmentCredentials(machine({ AWS_ACCESS_KEY: 'a', AWS_SECRET_KEY: 'b' }))).toBeDefined()
    expect(environmentCredentials(machine({ AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: '' }))).toBe(undefined)
  })
})

describe('the address of a service', () => {
  it('is its own, else that of all, unless they are to be ignored', () => {
    const both = { AWS_ENDPOINT_URL: 'http://all', AWS_ENDPOINT_URL_KMS: 'http://kms' }
    expect(configuredEndpoint(machine(both), 'kms')).toBe('http://kms')
    expect(configuredEndpoint(machine(both), 'sts')).toBe('http://all')
    const ignored = machine({ ...both, AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' })
    expect(configuredEndpoint(ignored, 'kms')).toBe(undefined)
  })
})

describe('the source of credentials', () => {
  const role = 'arn:aws:iam::111122223333:role/ci'
  it.each([
    [{ CREDENTIALS_PROFILE: 'n' }, 'prod', {}, 'the AWS profile prod'],
    [{ CREDENTIALS_PROFILE_SSO: 'r', CREDENTIALS_SSO: 's' }, undefined, { AWS_PROFILE: 'dev' }, 'the AWS profile dev'],
    [{ CREDENTIALS_PROCESS: 'w' }, undefined, {}, 'the AWS profile default'],
    [{ CREDENTIALS_STS_ASSUME_ROLE_WEB_ID: 'k' }, undefined, { AWS_ROLE_ARN: role }, `the web identity for ${role}`],
    [{ CREDENTIALS_STS_ASSUME_ROLE_WEB_ID: 'k' }, undefined, { AWS_ROLE_ARN: 'x y' }, 'the web identity'],
    [{ CREDENTIALS_IMDS: '0' }, undefined, {}, 'the role of this instance'],
    [{ CREDENTIALS_HTTP: 'z' }, undefined, {}, 'the role of this container'],
    [{}, undefined, {}, 'the role of this instance'],
    [{ CREDENTIALS_PROFILE: 'n' }, 'a\u001b[2Jb', {}, 'the AWS profile a?[2Jb'],
  ] as const)('%j of profile %j is named', (marks, profile, variables, name) => {
    expect(sourceName(marks, profile, machine(variables))).toBe(name)
  })
})
