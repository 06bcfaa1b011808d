import { createHash } from 'node:crypto'
import { armor, Decrypter } from 'age-encryption'
import { describe, expect, it } from 'vitest'
import { AgeFileError } from '../../../../src/keys/age/age-file-error.ts'
import { decodeArmor, encodeArmor } from '../../../../src/keys/age/armor.ts'
import { openAgeFile } from '../../../../src/keys/age/file.ts'
import { parseHeader } from '../../../../src/keys/age/header.ts'
import { parseIdentities } from '../../../../src/keys/age/identities.ts'
import { PassphraseIdentity } from '../../../../src/keys/age/passphrase.ts'
import { type AgeVector, ageVectors } from '../../../helpers/age-vectors.ts'
import { expectNoSecret } from '../../../helpers/canary.ts'

const vectors = ageVectors()

/** What our implementation does with the file of a vector, in the words of the vectors. */
async function openNatively(vector: AgeVector): Promise<{ outcome: string; content?: Uint8Array }> {
  const { identities } = parseIdentities(vector.identities.join('\n'))
  const passphrases = vector.passphrases.map((passphrase) => new PassphraseIdentity(passphrase))
  try {
    const file = vector.armored ? decodeArmor(Buffer.from(vector.file).toString('latin1')) : vector.file
    const content = await openAgeFile(parseHeader(file), [...passphrases, ...identities])
    return content === null ? { outcome: 'no match' } : { outcome: 'success', content }
  } catch (error) {
    if (!(error instanceof AgeFileError)) throw error
    expectNoSecret(error, ...vector.identities)
    return { outcome: `${error.stage} failure` }
  }
}

/** What the age library, which shares no code with ours, does with it. */
async function openByLibrary(vector: AgeVector): Promise<Uint8Array | undefined> {
  const decrypter = new Decrypter()
  for (const identity of vector.identities) decrypter.addIdentity(identity)
  for (const passphrase of vector.passphrases) decrypter.addPassphrase(passphrase)
  try {
    const file = vector.armored ? armor.decode(Buffer.from(vector.file).toString('latin1')) : vector.file
    return await decrypter.decrypt(Uint8Array.from(file))
  } catch {
    return undefined
  }
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

describe('the age test vectors', () => {
  it('are all there', () => {
    expect(vectors).toHaveLength(143)
  })

  it.each(vectors)('$name: $expect', async (vector) => {
    const { outcome, content } = await openNatively(vector)
    expect(outcome).toBe(vector.expect)
    expect(content && sha256(content)).toBe(vector.expect === 'success' ? vector.payloadHash : undefined)
    const oracle = await openByLibrary(vector)
    expect(oracle && sha256(oracle)).toBe(content && sha256(content))
  })

  it('come back from decoding and encoding their armor', () => {
    const armored = vectors.filter(({ armored, expect }) => armored && expect === 'success')
    expect(armored.length).toBeGreaterThan(5)
    for (const { file } of armored) {
      const text = Buffer.from(file).toString('latin1')
      expect(encodeArmor(decodeArmor(text))).toBe(`${text.trim().replaceAll('\r\n', '\n')}\n`)
    }
  })
})
