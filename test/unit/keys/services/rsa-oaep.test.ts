import { constants, generateKeyPairSync, privateDecrypt, randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { isRsaPublicKey, sealOaep } from '../../../../src/keys/services/rsa-oaep.ts'
import { failure } from '../../../helpers/failure.ts'

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const text = publicKey.export({ format: 'der', type: 'spki' }).toString('base64')

describe('the public half of an RSA key', () => {
  it('seals what only the private half opens, with OAEP and SHA-256', () => {
    const share = randomBytes(33)
    const sealed = sealOaep(text, share, 'sha256')
    const padding = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' }
    expect(privateDecrypt({ key: privateKey, ...padding }, sealed)).toEqual(share)
  })

  it.each([
    ['a short key', 'rsa', 1024],
    ['a key of another kind', 'ec', 0],
  ] as const)('is not %s', (_name, kind, modulusLength) => {
    const pair =
      kind === 'ec' ? generateKeyPairSync('ec', { namedCurve: 'P-256' }) : generateKeyPairSync(kind, { modulusLength })
    const other = pair.publicKey.export({ format: 'der', type: 'spki' }).toString('base64')
    expect(isRsaPublicKey(other)).toBe(false)
    expect(failure(() => sealOaep(other, new Uint8Array(32), 'sha256')).code).toBe('ERR_RECIPIENT')
  })

  it.each(['', 'C4N4RY', 'AAAA'])('is not %j', (broken) => {
    expect(isRsaPublicKey(broken)).toBe(false)
    expect(failure(() => sealOaep(broken, new Uint8Array(32), 'sha256')).code).toBe('ERR_RECIPIENT')
  })
})
