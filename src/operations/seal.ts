import type { KeyDescription } from '../config/key-text.ts'
import { IV_BYTES } from '../crypto/cipher.ts'
import { createDataKey, type DataKey, wipeDataKey } from '../crypto/data-key.ts'
import { sealMac } from '../crypto/mac.ts'
import type { RandomSource } from '../crypto/random.ts'
import type { CiphertextPool } from '../crypto/reuse.ts'
import { sameValues } from '../crypto/same-values.ts'
import { type SealedValues, type SealOptions, sealComments, sealValues } from '../crypto/seal-tree.ts'
import { BullaError, FormatError, KeyError } from '../errors.ts'
import { binaryDocument } from '../format/binary-document.ts'
import { applyEdits, areSure, type Edit } from '../format/edits.ts'
import {
  DEFAULT_SELECTOR,
  type KeyGroup,
  type Metadata,
  metadataBranch,
  type SelectorSpec,
} from '../format/metadata.ts'
import { compileSelector, SEAL_ALL } from '../format/selector.ts'
import type { EmitOptions, Source, Store } from '../format/store.ts'
import { decodeText, encodeText } from '../format/text.ts'
import type { Branch, LeafPlace } from '../format/tree.ts'
import { SOPS_VERSION } from '../format/version.ts'
import { displayName, keyName } from '../keys/key-name.ts'
import type { Keyring } from '../keys/keyring.ts'
import type { MasterKey } from '../keys/master-key.ts'

/** Who reads a file, and which of its values are sealed. */
export interface SealPolicy {
  readonly groups: readonly (readonly KeyDescription[])[]
  /** 0: all groups. */
  readonly shamirThreshold: number
  /** Undefined for binary files: they have no parts to choose from. */
  readonly selector: SelectorSpec | undefined
  readonly macOnlyEncrypted: boolean
}

/** What a sealed file says about itself. @param groups - other readers than it has */
export function policyOf(
  metadata: Metadata,
  isBinary: boolean,
  groups: SealPolicy['groups'] = metadata.groups,
): SealPolicy {
  const { shamirThreshold, selector = DEFAULT_SELECTOR, macOnlyEncrypted } = metadata
  return { groups, shamirThreshold, selector: isBinary ? undefined : selector, macOnlyEncrypted }
}

/** A plain file, ready to be sealed: in the format it will be sealed in. */
export interface PlainFile {
  readonly store: Store
  /** Undefined for binary files. */
  readonly source: Source | undefined
  readonly bytes: Uint8Array
  readonly layout: EmitOptions
}

/** The data key to seal with, and who can unwrap it. */
export interface SealKey {
  readonly dataKey: DataKey
  readonly groups: readonly KeyGroup[]
  readonly shamirThreshold: number
  /** Ciphertexts under this data key that may be used again. */
  readonly reuse?: CiphertextPool
}

export interface SealTools {
  readonly random: RandomSource
  readonly now: () => string
}

export interface SealedFile {
  readonly bytes: Uint8Array
  readonly sealedCount: number
  readonly valueCount: number
}

/**
 * Read a plain file and bring it into the format in which it will be sealed.
 *
 * @throws FormatError `ERR_ALREADY_SEALED`, `ERR_EMPTY`, and what the stores throw
 */
export function readPlain(bytes: Uint8Array, input: Store, output: Store, layout: EmitOptions): PlainFile {
  if (output.name === 'binary' && input.name === 'binary') return { store: output, source: undefined, bytes, layout }
  if (output.name === 'binary') {
    throw new FormatError('ERR_EMIT', 'only a binary file can be sealed as one', {
      hint: `write --output-type ${input.name} for a file of the same format: without it the name of the file decides`,
    })
  }
  const text = decodeText(bytes)
  if (input === output) return { store: output, source: parsePlain(input, text, layout), bytes, layout }
  const documents = input.name === 'binary' ? [textDocument(text)] : parsePlain(input, text, layout).documents
  return { store: output, source: parsePlain(output, output.emit(documents, layout), layout), bytes, layout }
}

function parsePlain(store: Store, text: string, layout: EmitOptions): Source {
  const source = parseUnlessReserved(store, text, layout)
  if (source.hasReserved) throw alreadySealed()
  if (source.documents.length > 0) return source
  throw new FormatError('ERR_EMPTY', 'the file holds no document', { hint: 'write at least {} into it' })
}

function parseUnlessReserved(store: Store, text: string, layout: EmitOptions): Source {
  try {
    return store.parse(text, layout)
  } catch (error) {
    // in a plain file, something under the reserved name is no damaged metadata
    if (error instanceof BullaError && error.code === 'ERR_METADATA') throw alreadySealed()
    throw error
  }
}

function alreadySealed(): FormatError {
  return new FormatError('ERR_ALREADY_SEALED', 'the file is sealed already, or holds the reserved key sops', {
    hint: 'to read it use decrypt, to change it edit or set; rename the key if it is yours',
  })
}

function textDocument(text: string): Branch {
  return {
    kind: 'branch',
    items: [{ kind: 'entry', key: 'data', value: { kind: 'scalar', type: 'str', value: text } }],
  }
}

/** Make a new data key and wrap it. @throws KeyError `ERR_WRAP`, `ERR_NO_RECIPIENT`, `ERR_KEY_GROUPS`, `ERR_RECIPIENT` */
export async function newSealKey(policy: SealPolicy, keyring: Keyring, tools: SealTools): Promise<SealKey> {
  const groups = policy.groups.map((group) => group.map((description) => usableKey(description, keyring)))
  const dataKey = createDataKey(tools.random)
  try {
    return { dataKey, ...(await keyring.wrap({ dataKey, groups, shamirThreshold: policy.shamirThreshold })) }
  } catch (error) {
    wipeDataKey(dataKey)
    throw error
  }
}

/** @throws KeyError `ERR_KEY_UNSUPPORTED`, which says of which key; `ERR_RECIPIENT` */
function usableKey(description: KeyDescription, keyring: Keyring): MasterKey {
  try {
    return keyring.masterKey(description)
  } catch (error) {
    if (!(error instanceof KeyError) || error.code !== 'ERR_KEY_UNSUPPORTED') throw error
    const { code, message, hint } = error
    const shown = displayName(description.type, keyName(description))
    throw new KeyError(code, `${message}: ${shown}`, hint === undefined ? {} : { hint })
  }
}

/**
 * Seal a file: its values, its comments, the MAC, the metadata block.
 *
 * @throws FormatError `ERR_UNSUPPORTED_VALUE`; ConfigError `ERR_SELECTOR`
 */
export async function sealFile(
  file: PlainFile,
  policy: SealPolicy,
  key: SealKey,
  tools: SealTools,
): Promise<SealedFile> {
  const { source } = file
  const options: SealOptions = {
    dataKey: key.dataKey,
    selector: source === undefined || policy.selector === undefined ? SEAL_ALL : await compileSelector(policy.selector),
    macOnlyEncrypted: policy.macOnlyEncrypted,
    random: tools.random,
    ...(key.reuse === undefined ? {} : { reuse: key.reuse }),
  }
  const finish = (digest: string): Branch => {
    const lastModified = tools.now()
    const mac = sealMac({ dataKey: key.dataKey, lastModified, digest, iv: tools.random(IV_BYTES) })
    const { groups, shamirThreshold } = key
    const { selector, macOnlyEncrypted } = policy
    const metadata: Metadata = {
      groups,
      shamirThreshold,
      lastModified,
      mac,
      selector,
      macOnlyEncrypted,
      version: SOPS_VERSION,
    }
    return metadataBranch(metadata)
  }
  return source === undefined ? sealBinary(file, options, finish) : sealText(source, file, options, finish)
}

/** Stands where the metadata will stand, so that everything around it is read as it will be read. */
const STAND_IN = metadataBranch({
  groups: [],
  shamirThreshold: 0,
  lastModified: '',
  mac: '',
  selector: undefined,
  macOnlyEncrypted: false,
  version: SOPS_VERSION,
})

function sealText(
  plain: Source,
  { store, layout }: PlainFile,
  options: SealOptions,
  finish: (digest: string) => Branch,
): SealedFile {
  const staged = withStandIn(plain, store, layout)
  const values = sealValues(staged, options)
  const isDone = areSure(values.edits) && !values.hasComments && staged.lostComments.length === 0
  const place = (source: Source, edits: readonly Edit[]): SealedFile => {
    const sealed = applyEdits(source.text, [...edits, ...source.placeMetadata(finish(values.digest))])
    return { bytes: encodeText(sealed), ...counts(values) }
  }
  if (isDone) return place(staged, values.edits)
  const withValues = store.parse(applyEdits(staged.text, values.edits), layout)
  return place(withValues, sealComments(withValues, values.outcomes, options))
}

/** The plain file as it is read when the metadata stands behind it. */
function withStandIn(plain: Source, store: Store, layout: EmitOptions): Source {
  const edits = plain.placeMetadata(STAND_IN)
  if (areSure(edits)) return plain
  const staged = store.parse(applyEdits(plain.text, edits), layout)
  if (sameValues(plain.documents, staged.documents)) return staged
  throw new FormatError(
    'ERR_UNSUPPORTED_VALUE',
    'the last value of the file would change when the metadata is put behind it',
    { hint: 'end the file with a line break' },
  )
}

function sealBinary(
  { store, bytes, layout }: PlainFile,
  options: SealOptions,
  finish: (digest: string) => Branch,
): SealedFile {
  const place: LeafPlace = { start: 0, end: 0, seal: (sealed) => [{ start: 0, end: 0, text: sealed }], open: () => [] }
  const values = sealValues({ documents: [binaryDocument(bytes, place)], aliases: [] }, options)
  const envelope = store.withMetadata(textDocument(values.edits[0]?.text ?? ''), finish(values.digest))
  return { bytes: encodeText(store.emit([envelope], layout)), ...counts(values) }
}

function counts({ sealedCount, valueCount }: SealedValues): Pick<SealedFile, 'sealedCount' | 'valueCount'> {
  return { sealedCount, valueCount }
}

/** @throws FormatError `ERR_NOTHING_SEALED` when there are values and none of them is sealed */
export function checkSealed({ sealedCount, valueCount }: SealedFile): void {
  if (sealedCount > 0 || valueCount === 0) return
  throw new FormatError(
    'ERR_NOTHING_SEALED',
    'the selector seals none of the values in this file: it would stay in clear',
    {
      hint: 'check the selector (encrypted_regex and the like) of the rule or the command; if it is meant so, add --allow-plaintext',
    },
  )
}
