import { randomBytes } from 'node:crypto'
import {
  CreateAliasCommand,
  CreateKeyCommand,
  type CreateKeyCommandInput,
  DisableKeyCommand,
  KMSClient,
  ScheduleKeyDeletionCommand,
} from '@aws-sdk/client-kms'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { AwsKmsService } from '../../../src/keys/aws-kms/service.ts'
import { awsService, isolateSdk, kmsKey, patiently } from '../../helpers/aws.ts'
import { rejection } from '../../helpers/failure.ts'
import { AwsKmsServer } from '../../helpers/servers/aws-kms.ts'
import { findMoto, Moto, withMoto } from '../../helpers/servers/moto.ts'

interface Target {
  readonly origin: string
  readonly credentials: Readonly<Record<'AWS_ACCESS_KEY_ID' | 'AWS_SECRET_ACCESS_KEY', string>>
  stop(): Promise<void>
}

const REGION = 'eu-west-1'
const BINDING = { name: 'prod-deploy', recipient: 'age1qyqszqgpqyqszqgpqyqszqgpqyqszqgpqyqszqgpqyqszqgpqyqs3290gq' }

// the same questions to our server and to somebody else's: what holds for one only says nothing about AWS
describe('AWS KMS, as our server plays it', () => {
  conformance(async () => {
    const server = await AwsKmsServer.start()
    return { origin: server.http.origin, credentials: server.credentials(), stop: () => server.stop() }
  }, true)
})

describe.skipIf(findMoto() === undefined)(withMoto('AWS KMS, as moto plays it'), () => {
  conformance(async () => {
    const moto = await Moto.start()
    const credentials = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' }
    return { origin: moto.origin, credentials, stop: () => moto.stop() }
  }, false)
})

/** @param minds - whether it minds what a key is for, and its state: moto decrypts with any key that is there */
function conformance(start: () => Promise<Target>, minds: boolean): void {
  let target: Target
  let admin: KMSClient
  let service: AwsKmsService
  const share = randomBytes(33)

  beforeAll(async () => {
    isolateSdk()
    target = await start()
    admin = new KMSClient({
      region: REGION,
      endpoint: target.origin,
      credentials: {
        accessKeyId: target.credentials.AWS_ACCESS_KEY_ID,
        secretAccessKey: target.credentials.AWS_SECRET_ACCESS_KEY,
      },
    })
  })
  beforeEach(() => {
    isolateSdk()
    service = awsService({ AWS_ENDPOINT_URL: target.origin, ...target.credentials }).service
  })
  afterAll(async () => {
    admin.destroy()
    await target.stop()
    vi.unstubAllEnvs()
  })

  const newKey = async (input: CreateKeyCommandInput = {}) =>
    (await admin.send(new CreateKeyCommand(input))).KeyMetadata?.Arn ?? ''

  it('gives back what it wrapped', async () => {
    const key = kmsKey(await newKey())
    const { enc, key: used } = await service.wrap(key, share, patiently())
    expect(used).toEqual(key)
    expect(Buffer.from(await service.unwrap(key, enc, patiently()))).toEqual(share)
  })

  it('takes the name of an alias for its key', async () => {
    const arn = await newKey()
    await admin.send(new CreateAliasCommand({ AliasName: 'alias/team/deploy', TargetKeyId: arn }))
    const key = kmsKey(arn.replace(/key\/.*$/, 'alias/team/deploy'))
    const { enc } = await service.wrap(key, share, patiently())
    expect(Buffer.from(await service.unwrap(key, enc, patiently()))).toEqual(share)
    await admin.send(new CreateAliasCommand({ AliasName: 'alias/other', TargetKeyId: arn }))
  })

  it('binds the encryption context, without its nulls', async () => {
    const arn = await newKey()
    const { enc } = await service.wrap(kmsKey(arn, { context: { env: 'prod', none: null } }), share, patiently())
    const same = kmsKey(arn, { context: { env: 'prod' } })
    expect(Buffer.from(await service.unwrap(same, enc, patiently()))).toEqual(share)
    for (const context of [{ env: 'dev' }, undefined]) {
      const error = await rejection(service.unwrap(kmsKey(arn, { context }), enc, patiently()))
      expect(error.code).toBe('ERR_KEY_SERVICE')
      expect(error.message).toContain('does not belong to this key and encryption context')
    }
  })

  it('binds an identity to its name and recipient', async () => {
    const key = kmsKey(await newKey())
    const { enc } = await service.wrap(key, share, patiently(BINDING))
    expect(Buffer.from(await service.unwrap(key, enc, patiently(BINDING)))).toEqual(share)
    for (const other of [undefined, { ...BINDING, name: 'dev' }, { ...BINDING, recipient: 'age1other' }]) {
      expect((await rejection(service.unwrap(key, enc, patiently(other)))).code).toBe('ERR_KEY_SERVICE')
    }
  })

  it('does not open what another key wrapped, or what was changed', async () => {
    const key = kmsKey(await newKey())
    const { enc } = await service.wrap(key, share, patiently())
    const other = kmsKey(await newKey())
    expect((await rejection(service.unwrap(other, enc, patiently()))).code).toBe('ERR_KEY_SERVICE')
    const bytes = Buffer.from(enc, 'base64')
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1
    expect((await rejection(service.unwrap(key, bytes.toString('base64'), patiently()))).code).toBe('ERR_KEY_SERVICE')
  })

  it('moves to another key of the region, with another binding, without the plaintext leaving', async () => {
    const [from, to] = [kmsKey(await newKey()), kmsKey(await newKey(), { context: { env: 'prod' } })]
    const { enc } = await service.wrap(from, share, patiently(BINDING))
    const renamed = { ...BINDING, name: 'renamed' }
    const moved = await service.rewrap({ key: from, enc, binding: BINDING }, { key: to, binding: renamed }, patiently())
    expect(moved?.key).toEqual(to)
    expect(Buffer.from(await service.unwrap(to, moved?.enc ?? '', patiently(renamed)))).toEqual(share)
  })

  it.runIf(minds)('wraps an identity offline once it has the public half of an RSA key', async () => {
    const key = kmsKey(await newKey({ KeySpec: 'RSA_2048', KeyUsage: 'ENCRYPT_DECRYPT' }))
    const { enc, key: known } = await service.wrap(key, share, patiently(BINDING))
    expect(Buffer.from(await service.unwrap(known, enc, patiently(BINDING)))).toEqual(share)
    const nowhere = awsService({ AWS_ENDPOINT_URL: 'http://127.0.0.1:1' }).service
    const { enc: offline } = await nowhere.wrap(known, share, patiently(BINDING))
    expect(Buffer.from(await service.unwrap(known, offline, patiently(BINDING)))).toEqual(share)
  })

  it.runIf(minds)('refuses RSA keys and keys for signatures as master keys of files', async () => {
    for (const KeyUsage of ['ENCRYPT_DECRYPT', 'SIGN_VERIFY'] as const) {
      const key = kmsKey(await newKey({ KeySpec: 'RSA_2048', KeyUsage }))
      const error = await rejection(service.wrap(key, share, patiently()))
      expect(error.code).toBe('ERR_RECIPIENT')
      expect(error.message).toContain('not a symmetric key')
    }
  })

  it.runIf(minds)('says so when a key is disabled or to be deleted', async () => {
    const states = [
      ['is disabled', async (KeyId: string) => await admin.send(new DisableKeyCommand({ KeyId }))],
      [
        'pending deletion',
        async (KeyId: string) => await admin.send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 7 })),
      ],
    ] as const
    for (const [words, change] of states) {
      const key = kmsKey(await newKey())
      const { enc } = await service.wrap(key, share, patiently())
      await change(key.fields['arn'] ?? '')
      const error = await rejection(service.unwrap(key, enc, patiently()))
      expect([error.code, error.message]).toEqual(['ERR_KEY_SERVICE', expect.stringContaining(words)])
    }
  })

  it('says so when there is no such key', async () => {
    const missing = kmsKey((await newKey()).replace(/[0-9a-f]{12}$/, '000000000000'))
    const error = await rejection(service.wrap(missing, share, patiently()))
    expect([error.code, error.message]).toEqual(['ERR_KEY_SERVICE', expect.stringContaining('there is no such key')])
  })
}
