import { createCipheriv, createDecipheriv } from 'node:crypto'
import { posix, win32 } from 'node:path'
import { KeyError } from '../../errors.ts'
import type { ServiceEnvironment } from '../services/environment.ts'
import {
  type Binding,
  type KeyService,
  type ServiceCall,
  type ServiceKey,
  WRAPPED_LENGTHS,
  type Wrapped,
} from '../services/key-service.ts'
import { type ServiceAct, serviceError } from '../services/service-error.ts'

const KEY_BYTES = 32
const NONCE_BYTES = 12
const TAG_BYTES = 16
const NO_KEY = 'this machine has no key of that name'
const ENC_PREFIX = 'local:v1:'
/** So that nobody who finds the file takes it for more than it is. */
const FILE_HEAD =
  '# bulla: a key of the local provider, for development. It is a file, no cloud KMS: whoever reads it has the key.\n'

/**
 * A key in a file of the user's own configuration folder, in the place of a cloud KMS: for development and to try things
 * out. It keeps no record, asks nobody, and protects nothing from whoever can read that folder.
 */
export class LocalService implements KeyService {
  readonly type = 'local'
  private readonly environment: ServiceEnvironment

  constructor(environment: ServiceEnvironment) {
    this.environment = environment
  }

  check(key: ServiceKey): void {
    nameOf(key)
  }

  account(key: ServiceKey): string {
    return `this machine: a key file named ${nameOf(key)}, no cloud KMS`
  }

  async missing(key: ServiceKey): Promise<string | undefined> {
    const name = nameOf(key)
    const masterKey = await this.read(name, 'unwrap')
    masterKey?.fill(0)
    return masterKey === undefined ? NO_KEY : undefined
  }

  /** Makes the key when there is none yet. */
  async wrap(key: ServiceKey, plaintext: Uint8Array, { binding }: ServiceCall): Promise<Wrapped> {
    const name = nameOf(key)
    const masterKey = (await this.read(name, 'wrap')) ?? (await this.make(name))
    try {
      const nonce = this.environment.random(NONCE_BYTES)
      const cipher = createCipheriv('aes-256-gcm', masterKey, nonce).setAAD(boundText(name, binding))
      const sealed = Buffer.concat([nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()])
      return { enc: `${ENC_PREFIX}${sealed.toString('base64')}`, key }
    } finally {
      masterKey.fill(0)
    }
  }

  async unwrap(key: ServiceKey, enc: string, { binding }: ServiceCall): Promise<Uint8Array> {
    const name = nameOf(key)
    const sealed = Buffer.from(enc.slice(ENC_PREFIX.length), 'base64')
    const length = sealed.length - NONCE_BYTES - TAG_BYTES
    if (!enc.startsWith(ENC_PREFIX) || !WRAPPED_LENGTHS.includes(length)) throw damaged(name)
    const masterKey = await this.read(name, 'unwrap')
    if (masterKey === undefined) {
      throw serviceError(act(name, 'unwrap'), {
        reason: NO_KEY,
        hint: 'a local key is only where it was made; wrap the identity by a cloud KMS to use it elsewhere',
      })
    }
    try {
      const decipher = createDecipheriv('aes-256-gcm', masterKey, sealed.subarray(0, NONCE_BYTES))
      decipher.setAAD(boundText(name, binding)).setAuthTag(sealed.subarray(-TAG_BYTES))
      return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()])
    } catch {
      throw damaged(name)
    } finally {
      masterKey.fill(0)
    }
  }

  private async read(name: string, verb: ServiceAct['verb']): Promise<Uint8Array | undefined> {
    const bytes = await this.environment.readFile(this.pathOf(name)).catch(() => 'unreadable' as const)
    if (bytes === undefined) return undefined
    const line =
      typeof bytes === 'string'
        ? ''
        : Buffer.from(bytes)
            .toString('latin1')
            .replaceAll(/^#.*\n/gm, '')
            .trim()
    const key = Buffer.from(line, 'base64')
    if (key.length === KEY_BYTES) return key
    throw serviceError(act(name, verb), {
      reason: 'its file cannot be read',
      hint: `look at ${this.pathOf(name)}; without it what it wrapped is lost`,
    })
  }

  private async make(name: string): Promise<Uint8Array> {
    const key = Buffer.from(this.environment.random(KEY_BYTES))
    try {
      await this.environment.createPrivateFile(
        this.pathOf(name),
        Buffer.from(`${FILE_HEAD}${key.toString('base64')}\n`),
      )
      return key
    } catch (error) {
      // somebody else made it at the same time: then that one counts
      const theirs = await this.read(name, 'wrap')
      if (theirs !== undefined) return theirs
      throw error
    }
  }

  private pathOf(name: string): string {
    const { platform, userFolder } = this.environment
    return (platform === 'win32' ? win32 : posix).join(userFolder(), 'local-kms', `${name}.key`)
  }
}

const RESERVED = /^(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\.|$)/

/** It becomes the name of a file: what is no plain word on every system is refused. */
function nameOf({ fields }: ServiceKey): string {
  const { name = '' } = fields
  if (/^[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?$/.test(name) && !RESERVED.test(name)) return name
  throw new KeyError('ERR_RECIPIENT', 'this is no name of a local key', {
    hint: 'use small letters, digits, and dots or dashes between them',
  })
}

function boundText(name: string, binding: Binding | undefined): Buffer {
  return Buffer.from(JSON.stringify(['bulla local key', name, binding?.name ?? null, binding?.recipient ?? null]))
}

function act(name: string, verb: ServiceAct['verb']): ServiceAct {
  return { service: 'the local provider (no cloud KMS)', verb, key: `the key ${name}` }
}

function damaged(name: string): KeyError {
  return serviceError(act(name, 'unwrap'), {
    reason: 'this was not wrapped by it, or for another identity',
    hint: 'restore the file from git; a key of the same name on another machine is another key',
  })
}
