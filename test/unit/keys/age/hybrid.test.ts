import { Decrypter, Encrypter, generateHybridIdentity, identityToRecipient } from 'age-encryption'
import { beforeAll, describe, expect, it } from 'vitest'
import { openAgeFile } from '../../../../src/keys/age/file.ts'
import { formatHeader, parseHeader } from '../../../../src/keys/age/header.ts'
import { HybridIdentity, sealForHybrid } from '../../../../src/keys/age/hybrid.ts'
import { expectNoSecret, MARKER } from '../../../helpers/canary.ts'

let identity = ''
let recipient = ''
beforeAll(async () => {
  identity = await generateHybridIdentity()
  recipient = await identityToRecipient(identity)
})

describe('a hybrid identity', () => {
  it('has the recipient that the library gives it', async () => {
    expect(await new HybridIdentity(identity).recipient()).toBe(recipient)
  })

  it('opens what we and the library wrap for it', async () => {
    const content = Buffer.from('a data key of thirty-two bytes..')
    const encrypter = new Encrypter()
    encrypter.addRecipient(recipient)
    for (const file of [await sealForHybrid(content, recipient), await encrypter.encrypt(content)]) {
      if (file === undefined) return expect.unreachable()
      expect(Buffer.from((await openAgeFile(parseHeader(file), [new HybridIdentity(identity)])) ?? [])).toEqual(content)
      const decrypter = new Decrypter()
      decrypter.addIdentity(identity)
      expect(Buffer.from(await decrypter.decrypt(file))).toEqual(content)
    }
  })

  it('is not for a file of somebody else', async () => {
    const other = new HybridIdentity(await generateHybridIdentity())
    const file = await sealForHybrid(Buffer.from('x'), recipient)
    expect(file && (await openAgeFile(parseHeader(file), [other]))).toBeNull()
  })

  it('refuses a header that was changed', async () => {
    const file = await sealForHybrid(Buffer.from('x'), recipient)
    if (file === undefined) return expect.unreachable()
    const header = parseHeader(file)
    const changed = Buffer.concat([formatHeader(header.stanzas, new Uint8Array(16)), header.payload])
    await expect(openAgeFile(parseHeader(changed), [new HybridIdentity(identity)])).rejects.toMatchObject({
      stage: 'HMAC',
    })
  })

  it('lets nothing of an identity out that the library does not take, neither by value nor by error', async () => {
    const broken = `AGE-SECRET-KEY-PQ-1${MARKER}`
    const hybrid = new HybridIdentity(broken)
    expectNoSecret({ hybrid }, broken)
    expect(await hybrid.recipient()).toBeUndefined()
    const file = await sealForHybrid(Buffer.from('x'), recipient)
    if (file === undefined) return expect.unreachable()
    const error = await openAgeFile(parseHeader(file), [hybrid]).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ stage: 'header' })
    expectNoSecret(error, broken)
  })

  it('does not wrap for what is no hybrid recipient', async () => {
    expect(await sealForHybrid(Buffer.from('x'), `${recipient}q`)).toBeUndefined()
  })
})
