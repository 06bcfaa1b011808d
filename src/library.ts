import { randomFillSync } from 'node:crypto'
import { resolve } from 'node:path'
import { parseKeyTexts } from './config/key-text.ts'
import { wipeDataKey } from './crypto/data-key.ts'
import { pooledRandom } from './crypto/random.ts'
import { FormatError } from './errors.ts'
import { DEFAULT_SELECTOR, SELECTOR_FIELDS, type SelectorSpec } from './format/metadata.ts'
import type { StoreName } from './format/tree.ts'
import { committedVersions } from './git/committed-versions.ts'
import type { AgeEnvironment } from './keys/age/environment.ts'
import { Keyring } from './keys/keyring.ts'
import { decrypt as decryptFiles } from './operations/decrypt.ts'
import { encrypt as encryptFiles } from './operations/encrypt.ts'
import { openSealed } from './operations/open.ts'
import type { World } from './operations/ports.ts'
import { newSealKey, readPlain, type SealPolicy, sealFile } from './operations/seal.ts'
import { loadStore, STORE_NAMES } from './operations/stores.ts'
import { nodeFiles } from './platform/files/files.ts'
import { nodeRecipientFiles } from './platform/files/recipient-files.ts'
import { lazyBook } from './recipients/lazy-book.ts'
import { givenKeyring, machineKeys } from './wire-keyring.ts'

/** The formats of SOPS. */
export type Format = StoreName

export interface KeysOptions {
  /**
   * age identities as text, `AGE-SECRET-KEY-1…`, one or several lines.
   * Default: none, identities are looked for where sops looks (`SOPS_AGE_KEY`, `SOPS_AGE_KEY_FILE`, …).
   */
  readonly identities?: string
}

/** Keys of this process. Share one between calls: identities are then found, and services asked, once. */
export interface Keys {
  /** Overwrite and forget all key material. */
  dispose(): void
}

export interface SealSettings {
  /** age recipients, `age1…`. For the file form, default: the creation rule of `.sops.yaml` that matches. */
  readonly recipients?: readonly string[]
  /** Which values are sealed. Default: for the file form that of the rule, else all but those below keys ending in `_unencrypted`. */
  readonly selector?: SelectorSpec
  /** Whether the MAC covers only what is sealed. Default: false, or what the rule says. */
  readonly macOnlyEncrypted?: boolean
  /** Accept a result in which nothing is sealed. Default: false. */
  readonly allowPlaintext?: boolean
}

export interface EncryptSettings extends SealSettings {
  readonly format: Format
  readonly recipients: readonly string[]
}

export interface DecryptSettings {
  readonly format: Format
  /** Format of the result. Default: `format`, and then the text is kept as it is. */
  readonly outputFormat?: Format
  /** Default: keys from the environment, for this call only. */
  readonly keys?: Keys
}

export interface FileSettings {
  /** Default: by the ending of the name, as sops decides. */
  readonly format?: Format
  /** Where relative paths start and the policy is looked for. Default: the working directory. */
  readonly cwd?: string
  /** Default: keys from the environment, for this call only. */
  readonly keys?: Keys
}

export interface EncryptFileSettings extends FileSettings, SealSettings {
  /** Replace the file by its sealed form. Default: false. */
  readonly inPlace?: boolean
}

export interface DecryptFileSettings extends FileSettings {
  /** Format of the result. Default: that of the file. */
  readonly outputFormat?: Format
}

/** Find or take keys. Nothing is read, run or asked before they are needed. */
export function openKeys(options: KeysOptions = {}): Keys {
  const { identities } = options
  if (identities !== undefined && typeof identities !== 'string') throw new TypeError('identities must be a text')
  return keyringWith(options.identities)
}

/**
 * Seal a plain file given as text or bytes; the result has the same form.
 *
 * @throws TypeError for arguments of the wrong type
 * @throws BullaError of any kind but those about files: see {@link ErrorCode}
 */
export async function encrypt(content: string, settings: EncryptSettings): Promise<string>
export async function encrypt(content: Uint8Array, settings: EncryptSettings): Promise<Uint8Array>
export async function encrypt(content: string | Uint8Array, settings: EncryptSettings): Promise<string | Uint8Array> {
  checkContent(content)
  checkFormat(settings.format, 'format')
  checkSealSettings(settings)
  const { random, now } = tools()
  const keyring = keyringWith(undefined)
  const store = await loadStore(settings.format)
  const policy: SealPolicy = {
    groups: [parseKeyTexts('age', settings.recipients, { name: 'recipients' })],
    shamirThreshold: 0,
    selector: settings.format === 'binary' ? undefined : (settings.selector ?? DEFAULT_SELECTOR),
    macOnlyEncrypted: settings.format !== 'binary' && settings.macOnlyEncrypted === true,
  }
  const plain = readPlain(toBytes(content), store, store, {})
  const key = await newSealKey(policy, keyring, { random, now })
  try {
    const sealed = await sealFile(plain, policy, key, { random, now })
    if (sealed.sealedCount === 0 && sealed.valueCount > 0 && settings.allowPlaintext !== true) {
      throw new FormatError('ERR_NOTHING_SEALED', 'the selector seals none of the values: they would stay in clear', {
        hint: 'check the selector; if it is meant so, set allowPlaintext',
      })
    }
    return typeof content === 'string' ? toText(sealed.bytes) : sealed.bytes
  } finally {
    wipeDataKey(key.dataKey)
  }
}

/**
 * Open a sealed file given as text or bytes; the result has the same form. The MAC is always checked.
 *
 * @throws BullaError: `ERR_NO_DATA_KEY`, `ERR_MAC_MISMATCH`, `ERR_VALUE_AUTH`, `ERR_NOT_SEALED` and others
 */
export async function decrypt(content: string, settings: DecryptSettings): Promise<string>
export async function decrypt(content: Uint8Array, settings: DecryptSettings): Promise<Uint8Array>
export async function decrypt(content: string | Uint8Array, settings: DecryptSettings): Promise<string | Uint8Array> {
  const { format, outputFormat = format } = settings
  checkContent(content)
  checkFormat(format, 'format')
  checkFormat(outputFormat, 'outputFormat')
  return withKeyring(settings.keys, async (keyring) => {
    const store = await loadStore(format)
    const file = await openSealed({ store, bytes: toBytes(content) }, { keyring })
    try {
      const bytes = await file.bytesIn(await loadStore(outputFormat), {})
      return typeof content === 'string' ? toText(bytes) : bytes
    } finally {
      file.dispose()
    }
  })
}

/**
 * Seal a file, with the policy that `bulla encrypt` would use.
 *
 * @returns The sealed file, also when it was written.
 * @throws BullaError
 */
export async function encryptFile(path: string, settings: EncryptFileSettings = {}): Promise<Uint8Array> {
  checkPath(path)
  if (settings.format !== undefined) checkFormat(settings.format, 'format')
  checkSealSettings({ recipients: [], ...settings })
  return withKeyring(settings.keys, async (keyring) => {
    const { format, selector, recipients = [], inPlace = false } = settings
    const world = worldFor(settings, keyring)
    const result = await encryptFiles(
      {
        paths: [path],
        inPlace,
        stdin: noStdin,
        keys: parseKeyTexts('age', recipients, { name: 'recipients' }),
        selectors: selector === undefined ? [] : [selector],
        macOnlyEncrypted: settings.macOnlyEncrypted === true,
        allowPlaintext: settings.allowPlaintext === true,
        ...(format === undefined ? {} : { inputType: format, outputType: format }),
      },
      world,
    )
    if (result.failures.length > 0) throw result.failures[0]
    return result.bytes ?? (await world.files.open(resolve(world.cwd, path))).bytes
  })
}

/**
 * Open a sealed file. Nothing is written; the MAC is always checked.
 *
 * @throws BullaError
 */
export async function decryptFile(path: string, settings: DecryptFileSettings = {}): Promise<Uint8Array> {
  checkPath(path)
  if (settings.format !== undefined) checkFormat(settings.format, 'format')
  if (settings.outputFormat !== undefined) checkFormat(settings.outputFormat, 'outputFormat')
  return withKeyring(settings.keys, async (keyring) => {
    const { format, outputFormat } = settings
    const outputType = outputFormat ?? format
    const result = await decryptFiles(
      {
        paths: [path],
        stdin: noStdin,
        ...(format === undefined ? {} : { inputType: format }),
        ...(outputType === undefined ? {} : { outputType }),
      },
      worldFor(settings, keyring),
    )
    if (result.failures.length > 0) throw result.failures[0]
    return result.bytes ?? new Uint8Array()
  })
}

// --- arguments of callers without types: nothing of them is repeated, it may be a secret in the wrong place -----------

function checkContent(content: unknown): void {
  if (typeof content !== 'string' && !(content instanceof Uint8Array))
    throw new TypeError('the content must be a text or a Uint8Array')
}

function checkPath(path: unknown): void {
  if (typeof path !== 'string') throw new TypeError('the path must be a text')
}

function checkFormat(format: unknown, name: string): void {
  if (!STORE_NAMES.some((known) => known === format))
    throw new TypeError(`${name} must be one of ${STORE_NAMES.join(', ')}`)
}

function checkSealSettings({ recipients, selector }: { recipients: unknown; selector?: SelectorSpec }): void {
  if (!Array.isArray(recipients) || !recipients.every((text) => typeof text === 'string'))
    throw new TypeError('recipients must be a list of texts')
  if (selector === undefined) return
  if (typeof selector.pattern !== 'string') throw new TypeError('selector.pattern must be a text')
  if (!SELECTOR_FIELDS.includes(selector.field))
    throw new TypeError(`selector.field must be one of ${SELECTOR_FIELDS.join(', ')}`)
}

// --- wiring -------------------------------------------------------------------------------------------------------

function tools() {
  return { random: pooledRandom(randomFillSync), now: () => `${new Date().toISOString().slice(0, 19)}Z` }
}

/** With identities given, the environment of the process is not looked at. */
function keyringWith(identities: string | undefined): Keyring {
  const { random, now } = tools()
  if (identities === undefined) return machineKeys(random, now, recipientsOf(process.cwd())).keyring
  const given: AgeEnvironment = {
    platform: process.platform,
    variable: (name) => (name === 'SOPS_AGE_KEY' ? identities : undefined),
    readFile: async () => undefined,
    runCommand: async () => ({ exitCode: 1, stdout: new Uint8Array() }),
    askPassphrase: async () => undefined,
  }
  return givenKeyring(given, random)
}

async function withKeyring<T>(keys: Keys | undefined, use: (keyring: Keyring) => Promise<T>): Promise<T> {
  if (keys instanceof Keyring) return use(keys)
  if (keys !== undefined) throw new TypeError('keys must come from openKeys')
  const keyring = keyringWith(undefined)
  try {
    return await use(keyring)
  } finally {
    keyring.dispose()
  }
}

function worldFor({ cwd = process.cwd() }: FileSettings, keyring: Keyring): World {
  const silent = { update: () => undefined, finish: () => undefined }
  return {
    ...tools(),
    files: nodeFiles,
    git: { committedVersions },
    keyring,
    recipients: recipientsOf(cwd),
    progress: silent,
    confirm: async () => undefined,
    cwd,
    configPath: undefined,
  }
}

function recipientsOf(cwd: string) {
  return lazyBook(async () => nodeRecipientFiles, cwd)
}

async function noStdin(): Promise<Uint8Array> {
  return new Uint8Array()
}

function toBytes(content: string | Uint8Array): Uint8Array {
  return typeof content === 'string' ? Buffer.from(content, 'utf8') : content
}

function toText(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')
}
