import { Decrypter, Encrypter } from 'age-encryption'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AgeFileError } from '../../../../src/keys/age/age-file-error.ts'
import { openAgeFile, sealAgeFile } from '../../../../src/keys/age/file.ts'
import { parseHeader } from '../../../../src/keys/age/header.ts'
import { parseIdentities } from '../../../../src/keys/age/identities.ts'
import { sealPayload } from '../../../../src/keys/age/payload.ts'
import { parseRecipient } from '../../../../src/keys/age/recipients.ts'
import { wrapForX25519 } from '../../../../src/keys/age/x25519.ts'
import { newIdentity } from '../../../helpers/age.ts'
import { random } from '../../../helpers/random.ts'
import { runs } from '../../../helpers/runs.ts'

const { identity, recipient } = newIdentity()
const stranger = newIdentity()
const { publicKey } = parseRecipient(recipient)

function seal(plaintext: Uint8Array): Uint8Array {
  const file = sealAgeFile(plaintext, (fileKey) => wrapForX25519(fileKey, publicKey), random)
  if (file === undefined) throw new Error('not sealed')
  return file
}

const open = (file: Uint8Array, ...identities: string[]) =>
  openAgeFile(parseHeader(file), parseIdentities(identities.join('\n')).identities)

/** Sizes at and around the borders of chunks, and any small one. */
const sizes = fc.oneof(fc.integer({ min: 0, max: 100 }), fc.constantFrom(65535, 65536, 65537, 131072, 131073))

describe('an age file', () => {
  it('comes back from sealing, at any size', async () => {
    await fc.assert(
      fc.asyncProperty(sizes, async (size) => {
        const content = Buffer.alloc(size, 0x2a)
        const opened = await open(seal(content), identity)
        expect(opened !== null && Buffer.compare(opened, content)).toBe(0)
      }),
      runs(30),
    )
  })

  it('opens in the age library when we wrote it', async () => {
    await fc.assert(
      fc.asyncProperty(sizes, async (size) => {
        const decrypter = new Decrypter()
        decrypter.addIdentity(identity)
        const opened = await decrypter.decrypt(seal(Buffer.alloc(size, 0x2a)))
        expect(Buffer.compare(opened, Buffer.alloc(size, 0x2a))).toBe(0)
      }),
      runs(10),
    )
  })

  it('opens here when the age library wrote it, also for several recipients', async () => {
    await fc.assert(
      fc.asyncProperty(sizes, fc.integer({ min: 0, max: 3 }), async (size, others) => {
        const encrypter = new Encrypter()
        for (let index = 0; index < others; index += 1) encrypter.addRecipient(newIdentity().recipient)
        encrypter.addRecipient(recipient)
        const opened = await open(await encrypter.encrypt(new Uint8Array(size).fill(0x2a)), stranger.identity, identity)
        expect(opened !== null && Buffer.compare(opened, Buffer.alloc(size, 0x2a))).toBe(0)
      }),
      runs(10),
    )
  })

  it('is not for somebody else', async () => {
    expect(await open(seal(Buffer.from('x')), stranger.identity)).toBeNull()
    expect(await open(seal(Buffer.from('x')))).toBeNull()
  })

  it('does not open after any changed bit, and never with another content', async () => {
    const file = seal(Buffer.from('a data key of thirty-two bytes..'))
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: file.length - 1 }), fc.integer({ min: 0, max: 7 }), async (index, bit) => {
        const changed = Uint8Array.from(file)
        changed[index] = (changed[index] ?? 0) ^ (1 << bit)
        const outcome = await Promise.resolve()
          .then(() => open(changed, identity))
          .catch((error: unknown) => (error instanceof AgeFileError ? null : error))
        expect(outcome).toBeNull()
      }),
      runs(300),
    )
  })

  it('does not open when it is cut off anywhere', async () => {
    const file = seal(Buffer.from('x'))
    for (let length = 0; length < file.length; length += 1) {
      const outcome = await Promise.resolve()
        .then(() => open(file.subarray(0, length), identity))
        .catch((error: unknown) => (error instanceof AgeFileError ? 'refused' : error))
      expect(outcome).toBe('refused')
    }
  })

  it('asks no identity after the one that fits', async () => {
    let asked = 0
    function* identities() {
      for (const text of [stranger.identity, identity, stranger.identity]) {
        asked += 1
        yield* parseIdentities(text).identities
      }
    }
    await openAgeFile(parseHeader(seal(Buffer.from('x'))), identities())
    expect(asked).toBe(2)
  })

  it('takes no file key from an identity that is too long or too short', async () => {
    const header = parseHeader(seal(Buffer.from('x')))
    const odd = { unwrapFileKey: () => new Uint8Array(15) }
    await expect(openAgeFile(header, [odd])).rejects.toMatchObject({ stage: 'header' })
  })

  it('wipes the file key, whether the file opens or not', async () => {
    const seen: Uint8Array[] = []
    const file = sealAgeFile(
      Buffer.from('x'),
      (fileKey) => {
        seen.push(fileKey)
        return wrapForX25519(fileKey, publicKey)
      },
      random,
    )
    const wrong = new Uint8Array(16).fill(1)
    seen.push(wrong)
    await expect(
      openAgeFile(parseHeader(file ?? new Uint8Array(0)), [{ unwrapFileKey: () => wrong }]),
    ).rejects.toMatchObject({ stage: 'HMAC' })
    expect(seen.map((fileKey) => fileKey.every((byte) => byte === 0))).toEqual([true, true])
  })
})

describe('sealPayload', () => {
  it('never uses the nonce of a chunk twice: equal chunks look different', () => {
    const sealed = sealPayload(new Uint8Array(16), new Uint8Array(16), new Uint8Array(3 * 65536))
    const chunks = [0, 1, 2].map((index) =>
      Buffer.from(sealed.subarray(16 + index * 65552, 16 + index * 65552 + 64)).toString('hex'),
    )
    expect(new Set(chunks).size).toBe(3)
  })
})
