import { BullaError, ConfigError } from '../errors.ts'
import { decodeText } from '../format/text.ts'
import { parseRfc3339 } from '../format/time.ts'
import { readPlainYaml } from '../format/yaml/plain.ts'
import type { Wrapping } from '../keys/wrapped/wrapping.ts'
import type { Problem } from '../schema/problem.ts'
import { validateRecipient } from '../schema/recipient.ts'
import type { RawRecipient, RawWrapping } from './raw.ts'
import { WRAPPING_KINDS, type WrappingKind, wrappingKey } from './wrapping-kinds.ts'

/** One key pair of a recipient. */
export interface RecipientKey {
  /** `age1…`, `ssh-ed25519 …`, … */
  readonly recipient: string
  /** In the order in which they are tried; empty for people. */
  readonly wrappings: readonly Wrapping[]
}

export interface PreviousKey extends RecipientKey {
  /** RFC 3339. */
  readonly retiredAt?: string
}

/** A recipient's file, read and checked. */
export interface Recipient extends RecipientKey {
  /** Its file is `NAME.yaml`. */
  readonly name: string
  readonly description?: string
  /** Newest first. */
  readonly previous: readonly PreviousKey[]
}

/** More problems than this are counted and not listed. */
const MAX_LISTED = 9
const MAX_CIPHERTEXT_CHARACTERS = 16 * 1024
const MAX_PAYLOAD_CHARACTERS = 8 * 1024

/** SSH keys may have a comment behind them. */
const PUBLIC_KEY = /^(?:age1[a-z0-9.+_-]+|ssh-(?:ed25519|rsa) [A-Za-z0-9+/]+={0,2}(?: [\x20-\x7e]*)?)$/
/** Kinds that can be wrapped: whose secret half is one text. */
const WRAPPABLE = /^age1(?:[02-9a-z]+|pq1[02-9a-z]+)$/
const SECRET = /AGE-SECRET-KEY|AGE-PLUGIN-|PRIVATE KEY/i
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

/**
 * Read a recipient's file.
 *
 * @param path - absolute, for errors
 * @throws ConfigError `ERR_RECIPIENT_FILE` with file, line and column of the first problem; the others are in the message
 */
export function parseRecipientFile(bytes: Uint8Array, name: string, path: string): Recipient {
  const yaml = readYaml(bytes, path)
  const data = yaml.value ?? {}
  const found = validateRecipient(data)
  const problems = found.length > 0 ? found : checkValues(data as RawRecipient) // the schema has just said so
  if (problems.length > 0) throw fileError(problems, path, yaml.locate)
  const raw = data as RawRecipient
  return {
    name,
    recipient: raw.recipient,
    ...(raw.description === undefined ? {} : { description: raw.description }),
    wrappings: (raw.identity ?? []).map(readWrapping),
    previous: (raw.previous ?? []).map(({ recipient, retired_at: retiredAt, identity = [] }) => ({
      recipient,
      wrappings: identity.map(readWrapping),
      ...(retiredAt === undefined ? {} : { retiredAt }),
    })),
  }
}

/** All key pairs of a recipient, that of today first. */
export function keysOf(recipient: Recipient): readonly RecipientKey[] {
  return [recipient, ...recipient.previous]
}

function readYaml(bytes: Uint8Array, path: string) {
  try {
    return readPlainYaml(decodeText(bytes), () => true)
  } catch (error) {
    if (!(error instanceof BullaError)) throw error
    throw new ConfigError('ERR_RECIPIENT_FILE', error.message, {
      where: { ...error.where, file: path },
      hint: error.hint ?? 'restore the file of the recipient from git',
    })
  }
}

/** What a schema cannot say without repeating values, or itself. */
function checkValues({ recipient, identity = [], previous = [] }: RawRecipient): Problem[] {
  const keys = [recipient, ...previous.map((key) => key.recipient)]
  return [
    ...checkKey(recipient, identity, []),
    ...previous.flatMap((key, index) => {
      const path = ['previous', String(index)]
      return [
        ...checkKey(key.recipient, key.identity ?? [], path),
        ...checkTime(key.retired_at, [...path, 'retired_at']),
        ...(keys.indexOf(key.recipient) === index + 1
          ? []
          : [problem([...path, 'recipient'], 'this public key stands twice in the file', 'remove the older one')]),
      ]
    }),
  ]
}

function checkKey(recipient: string, identity: readonly RawWrapping[], path: readonly string[]): Problem[] {
  const at = [...path, 'recipient']
  if (SECRET.test(recipient)) {
    const hint = 'put the public half there, and replace this key: whoever can read this file has it'
    return [problem(at, 'a secret key stands where a public key belongs', hint)]
  }
  if (!PUBLIC_KEY.test(recipient))
    return [problem(at, 'this is no public key', 'it looks like age1… or ssh-ed25519 …; copy it again from its owner')]
  const wrongKind = identity.length > 0 && !WRAPPABLE.test(recipient)
  return [
    ...(wrongKind
      ? [
          problem(
            [...path, 'identity'],
            'only age keys can be wrapped',
            'make the recipient anew with "recipient create"',
          ),
        ]
      : []),
    ...identity.flatMap((wrapping, index) => checkWrapping(wrapping, [...path, 'identity', String(index)])),
  ]
}

function checkWrapping(wrapping: RawWrapping, path: readonly string[]): Problem[] {
  const kinds = kindsOf(wrapping)
  const { ciphertext, payload } = wrapping
  const damaged = 'restore the file from git'
  return [
    ...(kinds.length === 1
      ? []
      : [
          problem(
            path,
            `a wrapping names exactly one key, of ${WRAPPING_KINDS.join(', ')}`,
            'write one entry for each key',
          ),
        ]),
    ...(ciphertext === '' || ciphertext.length > MAX_CIPHERTEXT_CHARACTERS
      ? [problem([...path, 'ciphertext'], 'the ciphertext is empty or far too long', damaged)]
      : []),
    ...(payload !== '' && payload.length <= MAX_PAYLOAD_CHARACTERS && BASE64.test(payload)
      ? []
      : [problem([...path, 'payload'], 'the payload is not base64 of a sealed identity', damaged)]),
    ...checkTime(wrapping.created_at, [...path, 'created_at']),
  ]
}

function checkTime(text: string | undefined, path: readonly string[]): Problem[] {
  if (text === undefined || parseRfc3339(text) !== undefined) return []
  return [problem(path, 'this is not an RFC 3339 time', 'it looks like "2026-01-02T03:04:05Z"')]
}

function kindsOf(wrapping: RawWrapping): WrappingKind[] {
  return WRAPPING_KINDS.filter((kind) => wrapping[kind] !== undefined)
}

function readWrapping(raw: RawWrapping): Wrapping {
  const { ciphertext, payload, created_at: createdAt } = raw
  return { key: wrappingKey(raw), ciphertext, payload, ...(createdAt === undefined ? {} : { createdAt }) }
}

function problem(path: readonly string[], message: string, hint: string): Problem {
  return { path, message, hint }
}

function fileError(
  [first, ...others]: readonly Problem[],
  path: string,
  locate: (path: readonly string[]) => { line: number; column: number },
): ConfigError {
  const lines = others
    .slice(0, MAX_LISTED)
    .map(({ path: field, message }) => `  line ${locate(field).line}: ${message}`)
  if (others.length > MAX_LISTED) lines.push(`  and ${others.length - MAX_LISTED} more`)
  return new ConfigError('ERR_RECIPIENT_FILE', [first?.message ?? 'not the file of a recipient', ...lines].join('\n'), {
    where: { file: path, ...locate(first?.path ?? []) },
    hint: first?.hint ?? 'restore the file from git',
  })
}
