import { describe, expect, it } from 'vitest'
import { ProfileMissing, readProfile } from '../../../../src/keys/aws-kms/profiles.ts'
import { RequestHandler } from '../../../../src/keys/aws-kms/request-handler.ts'
import { CallPolicy } from '../../../../src/keys/services/call-policy.ts'
import type { HttpRequest } from '../../../../src/keys/services/http.ts'
import { fakeServiceEnvironment } from '../../../helpers/servers/fake-environment.ts'

const CONFIG = '/home/u/.aws/config'
const CREDENTIALS = '/home/u/.aws/credentials'

describe('a profile of AWS', () => {
  it.each([
    ['[profile team]\nca_bundle = /own.pem\n', '/own.pem'],
    ['[profile "team"]\r\nCA_Bundle=/own.pem # ours\r\n', '/own.pem'],
    [
      '[ profile  team ] # ours\nregion = a\n\nca_bundle =/own.pem\n[profile other]\nca_bundle = /other.pem\n',
      '/own.pem',
    ],
    ['[profile team]\ns3 =\n  ca_bundle = /nested.pem\n', undefined],
    ['[profile team]\n; ca_bundle = /no.pem\n', undefined],
  ])('has the settings of its section: %j', async (config, expected) => {
    const environment = fakeServiceEnvironment({ files: { [CONFIG]: config } })
    expect((await readProfile(environment, 'team'))['ca_bundle']).toBe(expected)
  })

  it.each([
    ['in no file', {}],
    ['in the credentials under the title of settings', { [CREDENTIALS]: '[profile team]\n' }],
    ['in the settings under the title of credentials', { [CONFIG]: '[team]\nregion = a\n' }],
    ['a prefix of another one', { [CONFIG]: '[profile teams]\n', [CREDENTIALS]: '[team2]\n' }],
    ['a session', { [CONFIG]: '[sso-session team]\n' }],
  ])('is missing when it is %s', async (_, files) => {
    await expect(readProfile(fakeServiceEnvironment({ files }), 'team')).rejects.toThrow(ProfileMissing)
  })

  it('is looked for where the environment says', async () => {
    const variables = { AWS_CONFIG_FILE: '~/c', AWS_SHARED_CREDENTIALS_FILE: '/s' }
    const files = { '/home/u/c': '[profile a]\n', '/s': '[b]\n', [CONFIG]: '[profile c]\n' }
    const environment = fakeServiceEnvironment({ variables, files })
    expect(await readProfile(environment, 'a')).toEqual({})
    expect(await readProfile(environment, 'b')).toEqual({})
    await expect(readProfile(environment, 'c')).rejects.toThrow(ProfileMissing)
    expect(await readProfile(environment, 'default')).toEqual({})
  })
})

describe('certificates to trust', () => {
  /** What a request to KMS is sent with. */
  async function trusted(variables: Record<string, string>, profile = ''): Promise<string | undefined> {
    const config = '[default]\nca_bundle = /default.pem\n[profile team]\nca_bundle = /team.pem\n[profile bare]\n'
    const files = { [CONFIG]: config, '/default.pem': 'D', '/team.pem': 'T', '/env.pem': 'E' }
    const sent: HttpRequest[] = []
    const environment = {
      ...fakeServiceEnvironment({ variables, files }),
      http: {
        send: async (request: HttpRequest) => {
          sent.push(request)
          return { status: 200, headers: {}, body: new Uint8Array() }
        },
      },
    }
    const handler = new RequestHandler(environment, new CallPolicy({ hosts: [], accounts: undefined }), profile)
    const host = 'kms.eu-west-1.amazonaws.com'
    await handler.handle({ method: 'POST', protocol: 'https:', hostname: host, path: '/', headers: {} })
    return sent[0]?.ca
  }

  it('are those of AWS_CA_BUNDLE, else of the profile', async () => {
    expect(await trusted({})).toBe('D')
    expect(await trusted({ AWS_PROFILE: 'team' })).toBe('T')
    expect(await trusted({ AWS_PROFILE: 'bare' }, 'team')).toBe('T')
    expect(await trusted({ AWS_PROFILE: 'bare' })).toBeUndefined()
    expect(await trusted({ AWS_CA_BUNDLE: '/env.pem', AWS_PROFILE: 'team' })).toBe('E')
  })
})
