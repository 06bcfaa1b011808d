import { describe, expect, it } from 'vitest'
import type { KeyDescription } from '../../../../src/config/key-text.ts'
import type { BullaError } from '../../../../src/errors.ts'
import { resolveNames, resolveRemoved } from '../../../../src/operations/recipients/named-keys.ts'
import { namesOfKeys } from '../../../../src/operations/recipients/names-of-keys.ts'
import { rejection } from '../../../helpers/failure.ts'
import { memoryRecipients } from '../../../helpers/memory-recipients.ts'

const FOLDER = '/repo/.bulla/recipients'
const FILES = {
  '/repo/.git/HEAD': '',
  [`${FOLDER}/alice.yaml`]: 'recipient: age1alice\n',
  [`${FOLDER}/prod-deploy.yaml`]:
    'recipient: age1now\nprevious:\n  - recipient: age1before\n  - recipient: age1first\n',
}
const world = (files: Readonly<Record<string, string>> = FILES) => {
  const book = memoryRecipients(files)
  return { recipients: async () => book }
}
const age = (recipient: string): KeyDescription => ({ type: 'age', fields: { recipient } })
const pgp: KeyDescription = { type: 'pgp', fields: { fp: 'alice' } }
const entry = (recipient: string) => ({ ...age(recipient), enc: 'x' })

describe('keys that were given', () => {
  it('have the public key in the place of a name', async () => {
    expect(await resolveNames([age('prod-deploy'), age('age1x'), pgp], world())).toEqual([
      age('age1now'),
      age('age1x'),
      pgp,
    ])
  })

  it('are not looked up when no name is among them', async () => {
    const none = { recipients: () => Promise.reject(new Error('recipients were read')) }
    const keys = [age('age1x'), age('ssh-ed25519 AAAA'), pgp]
    expect(await resolveNames(keys, none)).toBe(keys)
    expect(await resolveRemoved(keys, [], none)).toBe(keys)
  })

  it('must be somebody', async () => {
    const error: BullaError = await rejection(resolveNames([age('prod-deplyo')], world()))
    expect(error).toMatchObject({
      code: 'ERR_RECIPIENT_NAME',
      message: 'there is no recipient named prod-deplyo',
      hint: 'did you mean prod-deploy?',
    })
  })

  it('are all keys of a recipient in a file when they are to be removed', async () => {
    const removed = (...readers: readonly string[]) =>
      resolveRemoved([age('prod-deploy')], [readers.map(entry)], world())
    expect(await removed('age1alice', 'age1now')).toEqual([age('age1now')])
    expect(await removed('age1now', 'age1first')).toEqual([age('age1now'), age('age1first')])
    expect(await removed('age1before')).toEqual([age('age1before')])
    expect(await removed('age1alice')).toEqual([age('age1now')])
  })
})

describe('names of keys', () => {
  it('are those of recipients', async () => {
    expect(await namesOfKeys(world())).toEqual(
      new Map([
        ['age1alice', 'alice'],
        ['age1now', 'prod-deploy'],
        ['age1before', 'prod-deploy, earlier'],
        ['age1first', 'prod-deploy, earlier'],
      ]),
    )
  })

  it('are none where two have the same key, where there are no recipients, and where they cannot be read', async () => {
    const copied = { ...FILES, [`${FOLDER}/mallory.yaml`]: 'recipient: age1now\n' }
    expect([...(await namesOfKeys(world(copied))).keys()]).toEqual(['age1alice', 'age1before', 'age1first'])
    expect(await namesOfKeys(world({}))).toEqual(new Map())
    expect(await namesOfKeys(world({ '/repo/.git/HEAD': '', '/repo/.bulla': 'a file' }))).toEqual(new Map())
  })
})
