import { describe, expect, it, vi } from 'vitest'
import { AgeProvider } from '../../../../src/keys/age/provider.ts'
import { fakeEnvironment, newIdentity } from '../../../helpers/age.ts'
import { ageVectors } from '../../../helpers/age-vectors.ts'
import { expectNoSecret } from '../../../helpers/canary.ts'
import { random } from '../../../helpers/random.ts'

vi.mock('age-encryption', () => {
  throw new Error('the age library was loaded')
})

const vector = (name: string) => {
  const found = ageVectors().find((candidate) => candidate.name === name)
  if (found === undefined) throw new Error(`no vector ${name}`)
  return found
}

describe('the age library', () => {
  it('is not loaded for X25519 keys and identity files behind a passphrase', async () => {
    const { identity, recipient } = newIdentity()
    const { file, passphrases } = vector('armor_scrypt')
    const environment = fakeEnvironment({
      variables: { SOPS_AGE_KEY: identity, SOPS_AGE_KEY_FILE: '/locked' },
      files: { '/locked': file },
      passphrase: () => passphrases[0],
    })
    const provider = new AgeProvider(environment, random)
    const key = provider.masterKey({ type: 'age', fields: { recipient } })
    expect(Buffer.from((await provider.unwrap(await key.wrap(Buffer.from('share')))) ?? []).toString()).toBe('share')
    const stranger = provider.masterKey({ type: 'age', fields: { recipient: newIdentity().recipient } })
    expect(await provider.unwrap(await stranger.wrap(Buffer.from('share')))).toBeNull()
    expect(environment.calls).toContain('ask SOPS_AGE_KEY_FILE 1')
  })

  it('is loaded for hybrid keys, and its failure to load is an error that shows nothing', async () => {
    const { file, identities } = vector('armor_hybrid')
    const provider = new AgeProvider(fakeEnvironment({ variables: { SOPS_AGE_KEY: identities.join(' ') } }), random)
    const entry = { type: 'age', enc: Buffer.from(file).toString('latin1'), fields: { recipient: 'age1pq1x' } } as const
    const error = await provider.unwrap(entry).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(Error)
    expectNoSecret(error, ...identities)
  })
})
