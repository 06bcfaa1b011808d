import { createCipheriv } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { openPayload, sealPayload } from '../../../../src/keys/wrapped/payload.ts'
import { newIdentity } from '../../../helpers/age.ts'
import { expectNoSecret } from '../../../helpers/canary.ts'
import { failure } from '../../../helpers/failure.ts'
import { random } from '../../../helpers/random.ts'

const { identity, recipient } = newIdentity()
const binding = { name: 'prod-deploy', recipient }
const key = random(32)

/** Sealed as it should be, but with another content. */
function sealed(content: string): string {
  const nonce = random(12)
  const cipher = createCipheriv('aes-256-gcm', key, nonce)
  cipher.setAAD(Buffer.from(JSON.stringify(['bulla/wrapped-identity/1', binding.name, recipient])))
  return Buffer.concat([nonce, cipher.update(content), cipher.final(), cipher.getAuthTag()]).toString('base64')
}

function problem(payload: string, bound = binding, wrappingKey = key) {
  const error = failure(() => openPayload(payload, bound, wrappingKey))
  expect(error.code).toBe('ERR_IDENTITY_BINDING')
  expectNoSecret(error, identity, key)
  return error
}

describe('the payload of a wrapping', () => {
  it('gives the identity back that was sealed', () => {
    expect(openPayload(sealPayload(identity, binding, key, random), binding, key)).toBe(identity)
  })

  it('shows nothing of the identity, and is another one each time', () => {
    const [a, b] = [sealPayload(identity, binding, key, random), sealPayload(identity, binding, key, random)]
    expect(a).not.toBe(b)
    expectNoSecret(Buffer.from(a, 'base64').toString('latin1'), identity)
  })

  it('opens under no other name, public key or wrapping key', () => {
    const payload = sealPayload(identity, binding, key, random)
    problem(payload, { ...binding, name: 'staging' })
    problem(payload, { ...binding, recipient: newIdentity().recipient })
    problem(payload, binding, random(32))
  })

  it('does not open when any byte of it was changed', () => {
    const bytes = Buffer.from(sealPayload(identity, binding, key, random), 'base64')
    for (let index = 0; index < bytes.length; index += 1) {
      const changed = Buffer.from(bytes)
      changed[index] = (changed[index] ?? 0) ^ 1
      problem(changed.toString('base64'))
    }
    problem('')
    problem(bytes.subarray(0, 28).toString('base64'))
    problem(bytes.subarray(0, -1).toString('base64'))
  })

  it.each([
    ['no JSON', `${identity}`],
    ['a list', '[]'],
    ['nothing', 'null'],
    ['another tag', JSON.stringify({ tag: 'bulla/wrapped-identity/2', ...binding, identity })],
    ['another name inside', JSON.stringify({ tag: 'bulla/wrapped-identity/1', ...binding, name: 'x', identity })],
    [
      'another public key inside',
      JSON.stringify({ tag: 'bulla/wrapped-identity/1', ...binding, recipient: 'x', identity }),
    ],
    ['no identity', JSON.stringify({ tag: 'bulla/wrapped-identity/1', ...binding })],
  ])('is refused when it holds %s, also when it was sealed with the right key', (_what, content) => {
    problem(sealed(content))
  })
})
