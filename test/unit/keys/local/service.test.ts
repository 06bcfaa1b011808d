import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LocalService } from '../../../../src/keys/local/service.ts'
import type { ServiceKey } from '../../../../src/keys/services/key-service.ts'
import { expectNoSecret } from '../../../helpers/canary.ts'
import { rejection } from '../../../helpers/failure.ts'
import { fakeServiceEnvironment } from '../../../helpers/servers/fake-environment.ts'

const PATH = '/home/u/.config/bulla/local-kms/demo.key'
const SHARE = randomBytes(32)
const call = { signal: new AbortController().signal, binding: { name: 'prod', recipient: 'age1prod' } }
const key = (name = 'demo'): ServiceKey => ({ type: 'local', fields: { name } })

describe('the local provider', () => {
  it('gives back what it wrapped, by a key that it makes on first use', async () => {
    const environment = fakeServiceEnvironment()
    const { enc } = await new LocalService(environment).wrap(key(), SHARE, call)
    expect([...environment.files.keys()]).toEqual([PATH])
    const file = Buffer.from(environment.files.get(PATH) ?? []).toString()
    expect(file).toMatch(/^# .*no cloud KMS.*\n[A-Za-z0-9+/]{43}=\n$/)
    expect(Buffer.compare(await new LocalService(environment).unwrap(key(), enc, call), SHARE)).toBe(0)
    expectNoSecret(enc, SHARE)
  })

  it('uses the key of whoever was first when two make it at the same time', async () => {
    const environment = fakeServiceEnvironment()
    const service = new LocalService(environment)
    const wrapped = await Promise.all([service.wrap(key(), SHARE, call), service.wrap(key(), SHARE, call)])
    for (const { enc } of wrapped) expect(Buffer.compare(await service.unwrap(key(), enc, call), SHARE)).toBe(0)
  })

  it('opens nothing that was changed, bound to another identity, or wrapped by another key', async () => {
    const service = new LocalService(fakeServiceEnvironment())
    const { enc } = await service.wrap(key(), SHARE, call)
    await service.wrap(key('other'), SHARE, call)
    const code = async (...[name, text, binding]: [string, string, typeof call.binding | undefined]) => {
      const failure = await rejection(
        service.unwrap(key(name), text, { signal: call.signal, ...(binding === undefined ? {} : { binding }) }),
      )
      expectNoSecret(failure, SHARE)
      return failure.code
    }
    expect(await code('demo', enc, { ...call.binding, name: 'dev' })).toBe('ERR_KEY_SERVICE')
    expect(await code('demo', enc, { ...call.binding, recipient: 'age1dev' })).toBe('ERR_KEY_SERVICE')
    expect(await code('demo', enc, undefined)).toBe('ERR_KEY_SERVICE')
    expect(await code('other', enc, call.binding)).toBe('ERR_KEY_SERVICE')
    const sealed = Buffer.from(enc.slice('local:v1:'.length), 'base64')
    await fc.assert(
      fc.asyncProperty(fc.nat(sealed.length - 1), fc.integer({ min: 1, max: 255 }), async (index, mask) => {
        const changed = Buffer.from(sealed)
        changed[index] = (changed[index] ?? 0) ^ mask
        expect(await code('demo', `local:v1:${changed.toString('base64')}`, call.binding)).toBe('ERR_KEY_SERVICE')
      }),
      { numRuns: process.env['SLOW'] === undefined ? 20 : 500 },
    )
    for (const text of ['', 'local:v1:', 'local:v1:AAAA', sealed.toString('base64')])
      expect(await code('demo', text, call.binding)).toBe('ERR_KEY_SERVICE')
  })

  it('makes no key when there is something to unwrap', async () => {
    const environment = fakeServiceEnvironment()
    const { enc } = await new LocalService(fakeServiceEnvironment()).wrap(key(), SHARE, call)
    const failure = await rejection(new LocalService(environment).unwrap(key(), enc, call))
    expect(failure).toMatchObject({ code: 'ERR_KEY_SERVICE', message: expect.stringMatching(/no key of that name/) })
    expect(environment.files.size).toBe(0)
  })

  it('does not replace a key file that it cannot read', async () => {
    const environment = fakeServiceEnvironment({ files: { [PATH]: 'C4N4RY' } })
    const failure = await rejection(new LocalService(environment).wrap(key(), SHARE, call))
    expect(failure.code).toBe('ERR_KEY_SERVICE')
    expectNoSecret(failure, SHARE)
    expect(Buffer.from(environment.files.get(PATH) ?? []).toString()).toBe('C4N4RY')
  })

  it.each(['', '../x', 'a/b', 'a\\b', '.', '..', '.hidden', 'A', 'con', 'nul.key', 'a'.repeat(65), 'a\0', 'a.'])(
    'refuses a name that is no file name everywhere: %j',
    async (name) => {
      const environment = fakeServiceEnvironment()
      expect((await rejection(new LocalService(environment).wrap(key(name), SHARE, call))).code).toBe('ERR_RECIPIENT')
      expect(environment.files.size).toBe(0)
    },
  )

  it('says what it is', () => {
    expect(new LocalService(fakeServiceEnvironment()).account(key())).toMatch(/no cloud KMS/)
  })
})
