import { Encrypter } from 'age-encryption'
import { describe, expect, it } from 'vitest'
import { openAgeFile } from '../../../../src/keys/age/file.ts'
import { formatHeader, parseHeader } from '../../../../src/keys/age/header.ts'
import { PassphraseIdentity } from '../../../../src/keys/age/passphrase.ts'
import { expectNoSecret, MARKER } from '../../../helpers/canary.ts'

const PASSPHRASE = `${MARKER} correct horse Zürich`

async function protectedFile(workFactor: number): Promise<Uint8Array> {
  const encrypter = new Encrypter()
  encrypter.setPassphrase(PASSPHRASE)
  encrypter.setScryptWorkFactor(workFactor)
  return await encrypter.encrypt('hello')
}

describe('a passphrase', () => {
  it.each([1, 5, 14])('opens what the age library protected with 2^%i of work', async (workFactor) => {
    const content = await openAgeFile(parseHeader(await protectedFile(workFactor)), [
      new PassphraseIdentity(PASSPHRASE),
    ])
    expect(Buffer.from(content ?? []).toString()).toBe('hello')
  })

  it('opens nothing when it is wrong', async () => {
    expect(await openAgeFile(parseHeader(await protectedFile(2)), [new PassphraseIdentity('other')])).toBeNull()
  })

  it('does not begin to work when a file asks for more than age would do', async () => {
    const stanza = { type: 'scrypt', args: ['AAAAAAAAAAAAAAAAAAAAAA', '23'], body: new Uint8Array(32) }
    const run = openAgeFile(parseHeader(formatHeader([stanza], new Uint8Array(16))), [
      new PassphraseIdentity(PASSPHRASE),
    ])
    const error = await run.catch((thrown: unknown) => thrown)
    // said before the work is tried: what comes of that is another message
    expect(error).toMatchObject({ stage: 'header', message: expect.stringContaining('asks for more work than 2^22') })
    expectNoSecret(error, PASSPHRASE)
  })

  it('is not shown when it is printed', () => {
    expectNoSecret({ identity: new PassphraseIdentity(PASSPHRASE) }, PASSPHRASE)
  })
})
