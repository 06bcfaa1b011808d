import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { crc32c } from '../../../../src/keys/gcp-kms/crc32c.ts'
import { gcpEndpoint } from '../../../../src/keys/gcp-kms/endpoint.ts'
import { isVersionOf, parseResource } from '../../../../src/keys/gcp-kms/resource.ts'
import { failure } from '../../../helpers/failure.ts'
import { crc32c as bitByBit } from '../../../helpers/servers/checksum.ts'

const KEY = 'projects/acme/locations/global/keyRings/r/cryptoKeys/k'
const resource = (resource_id: string) => parseResource({ fields: { resource_id } })

describe('CRC-32C', () => {
  it.each([
    ['32 zeroes', Buffer.alloc(32), 0x8a9136aa],
    ['32 ones', Buffer.alloc(32, 0xff), 0x62a8ab43],
    ['0 to 31', Buffer.from(Array.from({ length: 32 }, (_, i) => i)), 0x46dd794e],
    ['nothing', Buffer.alloc(0), 0],
  ])('is that of RFC 3720 for %s', (_, bytes, expected) => {
    expect(crc32c(bytes)).toBe(expected)
  })

  it('is the same by table and bit by bit', () => {
    fc.assert(fc.property(fc.uint8Array(), (bytes) => crc32c(bytes) === bitByBit(bytes)))
  })
})

describe('the endpoint of GCP KMS', () => {
  const endpointOf = (variables: Record<string, string>) => gcpEndpoint({ variable: (name) => variables[name] })

  it.each<[Record<string, string>, string, boolean]>([
    [{}, 'https://cloudkms.googleapis.com', true],
    [{ SOPS_GCP_KMS_UNIVERSE_DOMAIN: 's3nsapis.fr' }, 'https://cloudkms.s3nsapis.fr', false],
    [{ GOOGLE_CLOUD_UNIVERSE_DOMAIN: 'apis.example' }, 'https://cloudkms.apis.example', false],
    [{ SOPS_GCP_KMS_ENDPOINT: 'cloudkms.s3nsapis.fr:443' }, 'https://cloudkms.s3nsapis.fr', false],
    [{ SOPS_GCP_KMS_ENDPOINT: 'http://127.0.0.1:80/x/' }, 'http://127.0.0.1/x', false],
    [{ SOPS_GCP_KMS_ENDPOINT: 'https://a', SOPS_GCP_KMS_UNIVERSE_DOMAIN: 'b.c' }, 'https://a', false],
  ])('with %j is %s', (variables, base, isPublic) => {
    expect(endpointOf(variables)).toEqual({ base, isPublic })
  })

  it.each([
    { SOPS_GCP_KMS_ENDPOINT: 'ftp://a' },
    { SOPS_GCP_KMS_ENDPOINT: 'https://a?b' },
    { SOPS_GCP_KMS_ENDPOINT: 'https://' },
    { SOPS_GCP_KMS_UNIVERSE_DOMAIN: 'evil.com/x' },
    { GOOGLE_CLOUD_UNIVERSE_DOMAIN: 'a@b.c' },
  ])('is refused with ERR_KEY_SERVICE as %j', (variables) => {
    expect(failure(() => endpointOf({ ...variables }))).toMatchObject({ code: 'ERR_KEY_SERVICE' })
  })
})

describe('the resource id of a GCP key', () => {
  it('has parts, also with a domain before the project and with a version', () => {
    expect(resource(KEY)).toMatchObject({ project: 'acme', location: 'global', version: undefined, key: KEY })
    expect(resource(`${KEY}/cryptoKeyVersions/12`)).toMatchObject({ version: '12', key: KEY })
    expect(resource(KEY.replace('acme', 'example.com:acme'))).toMatchObject({ project: 'example.com:acme' })
  })

  it('never leads out of its own path', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z./%?#@:\\ -]{1,12}$/), (part) => {
        const id = KEY.replace('/k', `/${part}`)
        try {
          const { path } = resource(id)
          expect(new URL(`https://h/v1/${path}:decrypt`).pathname).toBe(`/v1/${path}:decrypt`)
        } catch (error) {
          expect(error).toMatchObject({ code: 'ERR_RECIPIENT' })
        }
      }),
    )
  })

  it('knows its versions', () => {
    expect(isVersionOf(resource(KEY), `${KEY}/cryptoKeyVersions/3`)).toBe(true)
    expect(isVersionOf(resource(KEY), KEY)).toBe(false)
    expect(isVersionOf(resource(KEY), `${KEY}x/cryptoKeyVersions/3`)).toBe(false)
    expect(isVersionOf(resource(KEY), `${KEY.replace('acme', 'other')}/cryptoKeyVersions/3`)).toBe(false)
    // a project's number stands for its id
    const byNumber = resource(KEY.replace('acme', '1234567890'))
    expect(isVersionOf(byNumber, `${KEY}/cryptoKeyVersions/3`)).toBe(true)
    expect(isVersionOf(byNumber, `${KEY}x/cryptoKeyVersions/3`)).toBe(false)
  })
})
