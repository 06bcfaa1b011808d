import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { asDataKey } from '../../../src/crypto/data-key.ts'
import { MacDigest, sealMac, verifyMac } from '../../../src/crypto/mac.ts'
import { IntegrityError } from '../../../src/errors.ts'
import { expectNoSecret } from '../../helpers/canary.ts'
import { random } from '../../helpers/random.ts'
import { runs } from '../../helpers/runs.ts'

const dataKey = asDataKey(new Uint8Array(32).fill(0x66))
const lastModified = '2024-01-02T03:04:05Z'
const COUNTING_IV = Uint8Array.from({ length: 32 }, (_, index) => index)

/** Recorded from sops 3.13.2: `a: hello`, `n: 42`, `f: 1.5`, `t: true`, `e: ""`, `z: null`, `l: [1, x]`, `m: {k: false}`. */
const LEAVES = ['hello', '42', '1.5', 'True', '', '1', 'x', 'False']
const DIGEST =
  '369CE0756BFD0D3C0F20D7B3FF1E5BB6A13AF4DC56E12EFDBC6A9140F57E1FF285343AF5CAD2965B78A627B37F58BE27248D92603A68201888DF1BDF11EED6F2'
const DIGEST_ONLY_ENCRYPTED =
  'ADDB4039993AE0FBE6FC14968CCBBFACDD26EE0A2A16E40185C0438C125BF8876BEA103FFB14118335949A0CF2A0496D60B0F8FD9EDA955BAEBB6BFE99DAF894'

function digestOf(leaves: readonly string[], onlyEncrypted = false): string {
  const mac = new MacDigest(onlyEncrypted)
  for (const leaf of leaves) mac.add(Buffer.from(leaf))
  return mac.finish()
}

function failure(run: () => void): IntegrityError {
  try {
    run()
  } catch (error) {
    expect(error).toBeInstanceOf(IntegrityError)
    return error as IntegrityError
  }
  throw new Error('nothing failed')
}

describe('MacDigest', () => {
  it('is the digest of sops for all values', () => {
    expect(digestOf(LEAVES)).toBe(DIGEST)
  })

  it('is the digest of sops for mac_only_encrypted', () => {
    expect(digestOf(LEAVES, true)).toBe(DIGEST_ONLY_ENCRYPTED)
  })

  it('starts mac_only_encrypted with the SHA-256 of "sops"', () => {
    const prefix = createHash('sha256').update('sops').digest()
    const expected = createHash('sha512').update(prefix).update('x').digest('hex').toUpperCase()
    expect(digestOf(['x'], true)).toBe(expected)
  })

  it('covers the bytes of all leaves together and not the borders between them, as sops', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), (leaves) => {
        expect(digestOf(leaves)).toBe(digestOf([leaves.join('')]))
      }),
      runs(50),
    )
  })
})

describe('the mac field', () => {
  it('is sealed as sops seals it', () => {
    const mac = sealMac({ dataKey, lastModified, digest: DIGEST, iv: COUNTING_IV })
    expect(mac).toMatch(/^ENC\[AES256_GCM,data:iOpTyhGlb5ApTwFdbz8PEBT4/)
    expect(mac).toContain(',tag:asNwclO0TuhRH1sd72Sajg==,type:str]')
  })

  it('verifies for the digest it was made of', () => {
    const mac = sealMac({ dataKey, lastModified, digest: DIGEST, iv: random(32) })
    expect(() => verifyMac({ dataKey, lastModified, mac, digest: DIGEST })).not.toThrow()
  })

  it('is bound to the time to the second: a fraction does not count', () => {
    const mac = sealMac({
      dataKey,
      lastModified: '2024-01-02T03:04:05.123456789+02:00',
      digest: DIGEST,
      iv: random(32),
    })
    expect(() => verifyMac({ dataKey, lastModified: '2024-01-02T03:04:05+02:00', mac, digest: DIGEST })).not.toThrow()
    const error = failure(() => verifyMac({ dataKey, lastModified: '2024-01-02T03:04:06+02:00', mac, digest: DIGEST }))
    expect(error.code).toBe('ERR_MAC_MISMATCH')
  })

  it('fails with ERR_MAC_MISSING when it is empty', () => {
    expect(failure(() => verifyMac({ dataKey, lastModified, mac: '', digest: DIGEST })).code).toBe('ERR_MAC_MISSING')
  })

  it('fails with ERR_MAC_MISMATCH for another digest, key, type or text', () => {
    const mac = sealMac({ dataKey, lastModified, digest: DIGEST, iv: random(32) })
    const cases = [
      { dataKey, lastModified, mac, digest: DIGEST_ONLY_ENCRYPTED },
      { dataKey, lastModified, mac, digest: DIGEST.toLowerCase() },
      { dataKey, lastModified, mac, digest: `${DIGEST}00` },
      { dataKey: asDataKey(new Uint8Array(32)), lastModified, mac, digest: DIGEST },
      { dataKey, lastModified, mac: mac.replace('type:str', 'type:int'), digest: DIGEST },
      { dataKey, lastModified, mac: mac.replace('data:iO', 'data:iA').replace('tag:', 'tag:AAAA'), digest: DIGEST },
      { dataKey, lastModified, mac: DIGEST, digest: DIGEST },
    ]
    for (const input of cases) expect(failure(() => verifyMac(input)).code).toBe('ERR_MAC_MISMATCH')
  })

  it('fails with ERR_MAC_MISMATCH after any changed character of the sealed part', () => {
    const mac = sealMac({ dataKey, lastModified, digest: DIGEST, iv: random(32) })
    const start = mac.indexOf('data:') + 'data:'.length
    fc.assert(
      fc.property(fc.integer({ min: start, max: start + 160 }), (index) => {
        const other = mac[index] === 'A' ? 'B' : 'A'
        const changed = mac.slice(0, index) + other + mac.slice(index + 1)
        expect(failure(() => verifyMac({ dataKey, lastModified, mac: changed, digest: DIGEST })).code).toBe(
          'ERR_MAC_MISMATCH',
        )
      }),
      runs(100),
    )
  })

  it('does not show a digest, by which short values could be guessed', () => {
    const mac = sealMac({ dataKey, lastModified, digest: DIGEST, iv: random(32) })
    const error = failure(() => verifyMac({ dataKey, lastModified, mac, digest: DIGEST_ONLY_ENCRYPTED }))
    expect(error.code).toBe('ERR_MAC_MISMATCH')
    expectNoSecret(error, DIGEST, DIGEST_ONLY_ENCRYPTED, dataKey)
  })
})
