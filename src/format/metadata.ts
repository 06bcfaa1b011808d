import { FormatError } from '../errors.ts'
import { parseRfc3339 } from './time.ts'
import type { Branch, Entry, Node, Scalar } from './tree.ts'

/** Lists of master keys in the metadata, in the order in which sops reads them from one group. */
export const KEY_TYPES = ['kms', 'gcp_kms', 'hckms', 'azure_kv', 'hc_vault', 'pgp', 'age'] as const
export type KeyType = (typeof KEY_TYPES)[number]

/** The data key (or, with several groups, a share of it) wrapped by one master key, as the file stores it. */
export interface KeyEntry {
  readonly type: KeyType
  /** The wrapped bytes in the provider's own text form. */
  readonly enc: string
  /** RFC 3339; every type but age has it. */
  readonly createdAt?: string
  /** What names the master key: `recipient`, `arn`, `role`, … Empty ones are kept where sops writes them. */
  readonly fields: Readonly<Record<string, string>>
  /** AWS encryption context; values may be null. */
  readonly context?: Readonly<Record<string, string | null>>
}

export type KeyGroup = readonly KeyEntry[]

/** The six ways to say which values of a file are sealed; at most one is set. */
export const SELECTOR_FIELDS = [
  'unencrypted_suffix',
  'encrypted_suffix',
  'unencrypted_regex',
  'encrypted_regex',
  'unencrypted_comment_regex',
  'encrypted_comment_regex',
] as const
export type SelectorField = (typeof SELECTOR_FIELDS)[number]

export interface SelectorSpec {
  readonly field: SelectorField
  /** The suffix, or the RE2 expression. Never empty. */
  readonly pattern: string
}

/** What sops assumes when a file names no selector. */
export const DEFAULT_SELECTOR: SelectorSpec = { field: 'unencrypted_suffix', pattern: '_unencrypted' }

/** The block beside the values. */
export interface Metadata {
  readonly groups: readonly KeyGroup[]
  /** Groups needed to open the file; 0 when the file does not say. */
  readonly shamirThreshold: number
  /** RFC 3339, as sops re-formats it: bound to the MAC. */
  readonly lastModified: string
  /** An `ENC[…]` string; empty when the file has none. */
  readonly mac: string
  /** Undefined in a binary file that sops wrote: it records none. */
  readonly selector: SelectorSpec | undefined
  readonly macOnlyEncrypted: boolean
  /** Empty when the file has none: rops writes such files. */
  readonly version: string
}

/** Fields of a key entry beside `enc` and `created_at`, and which of them sops leaves out when empty. */
const KEY_FIELDS: Record<KeyType, { readonly always: readonly string[]; readonly optional: readonly string[] }> = {
  age: { always: ['recipient'], optional: [] },
  azure_kv: { always: ['name', 'vault_url', 'version'], optional: [] },
  gcp_kms: { always: ['resource_id'], optional: [] },
  hc_vault: { always: ['engine_path', 'key_name', 'vault_address'], optional: [] },
  hckms: { always: ['key_id'], optional: [] },
  kms: { always: ['arn', 'aws_profile'], optional: ['role'] },
  pgp: { always: ['fp'], optional: [] },
}

/** In groups sops writes these lists even when they are empty. */
const ALWAYS_IN_GROUP: readonly KeyType[] = ['age', 'hc_vault']

// --- reading ------------------------------------------------------------------------------------------------------

/**
 * Read the metadata block. Names match exactly or else without case, values are converted as weakly as sops 3.13 does,
 * what it does not know is ignored.
 *
 * @throws FormatError `ERR_METADATA`
 */
export function parseMetadata(block: Branch): Metadata {
  const fields = new Fields(block, 'sops')
  const time = fields.text('lastmodified')
  const lastModified = parseRfc3339(time)
  // in dotenv a carriage return belongs to the value
  if (lastModified === undefined && time.endsWith('\r')) {
    throw broken(
      'its lines end in CRLF, and were sealed with LF',
      'if git did that: "*.env text eol=lf" in .gitattributes',
    )
  }
  if (lastModified === undefined) {
    throw broken('sops.lastmodified is missing or not an RFC 3339 time', 'it looks like "2026-01-02T03:04:05Z"')
  }
  const selectors = SELECTOR_FIELDS.filter((field) => fields.text(field) !== '')
  if (selectors.length > 1) throw broken(`the file names more than one selector: ${selectors.join(', ')}`, 'keep one')
  const [field] = selectors
  const flat = readGroup(fields)
  const groups = flat.length > 0 ? [flat] : fields.list('key_groups').map((group) => readGroup(group))
  if (groups.length === 0) throw broken('the file names no key that could open it', 'restore the file from git')
  return {
    groups,
    shamirThreshold: fields.number('shamir_threshold'),
    lastModified,
    mac: fields.text('mac'),
    selector: field === undefined ? undefined : { field, pattern: fields.text(field) },
    macOnlyEncrypted: fields.flag('mac_only_encrypted'),
    version: fields.text('version'),
  }
}

function readGroup(fields: Fields): KeyGroup {
  const group: KeyEntry[] = []
  for (const type of KEY_TYPES) {
    for (const entry of fields.list(type)) group.push(readEntry(type, entry))
  }
  return group
}

/** The nodes that entries were read from: one that stays is written as it stood there. */
const writtenAs = new WeakMap<KeyEntry, Branch>()

function readEntry(type: KeyType, entry: Fields): KeyEntry {
  const { always, optional } = KEY_FIELDS[type]
  const fields: Record<string, string> = {}
  for (const name of always) fields[name] = entry.text(name)
  for (const name of optional) if (entry.text(name) !== '') fields[name] = entry.text(name)
  const createdAt = entry.text('created_at')
  if (type !== 'age' && parseRfc3339(createdAt) === undefined) {
    throw broken(`an entry of sops.${type} has no valid created_at`, 'it looks like "2026-01-02T03:04:05Z"')
  }
  const context = type === 'kms' ? entry.map('context') : undefined
  const enc = entry.text('enc')
  const read: KeyEntry =
    type === 'age'
      ? { type, enc, fields }
      : { type, enc, fields, createdAt, ...(context === undefined ? {} : { context }) }
  writtenAs.set(read, entry.branch)
  return read
}

/** One mapping of the metadata, read as weakly typed as sops reads it. */
class Fields {
  readonly branch: Branch
  private readonly values = new Map<string, Node>()
  /** Values of names with capital letters, by their small ones. */
  private readonly capitals: ReadonlyMap<string, Node> | undefined
  private readonly where: string

  constructor(branch: Branch, where: string) {
    this.branch = branch
    this.where = where
    let hasCapitals = false
    for (const item of branch.items) {
      if (item.kind === 'comment') continue
      this.values.set(item.key, item.value)
      hasCapitals ||= item.key !== item.key.toLowerCase()
    }
    if (hasCapitals) this.capitals = withoutCapitals(this.values)
  }

  private get(name: string): Node | undefined {
    return this.values.get(name) ?? this.capitals?.get(name)
  }

  text(name: string): string {
    const node = this.get(name)
    if (node === undefined || node.kind === 'null') return ''
    if (node.kind === 'scalar') return scalarText(node)
    throw broken(`${this.where}.${name} is not a text`)
  }

  number(name: string): number {
    const text = this.text(name)
    if (text === '') return 0
    // sops 3.9 writes 2.000000 into INI files
    if (!/^-?[0-9]{1,9}(\.0+)?$/.test(text)) throw broken(`${this.where}.${name} is not a whole number`)
    return Number(text)
  }

  flag(name: string): boolean {
    const text = this.text(name)
    if (['', '0', 'f', 'F', 'false', 'False', 'FALSE'].includes(text)) return false
    if (['1', 't', 'T', 'true', 'True', 'TRUE'].includes(text)) return true
    throw broken(`${this.where}.${name} is neither true nor false`)
  }

  /** One mapping where a list is expected counts as a list of one. */
  list(name: string): readonly Fields[] {
    const node = this.get(name)
    if (node === undefined || node.kind === 'null') return NOTHING
    const items = node.kind === 'list' ? node.items.filter((item) => item.kind !== 'comment') : [node]
    return items.map((item) => {
      if (item.kind === 'branch') return new Fields(item, `${this.where}.${name}`)
      throw broken(`${this.where}.${name} is not a list of mappings`)
    })
  }

  map(name: string): Record<string, string | null> | undefined {
    const node = this.get(name)
    if (node === undefined || node.kind === 'null') return undefined
    if (node.kind !== 'branch') throw broken(`${this.where}.${name} is not a mapping`)
    const fields = new Fields(node, `${this.where}.${name}`)
    const entries = [...fields.values].map(([key, value]): [string, string | null] => [
      key,
      value.kind === 'null' ? null : fields.text(key),
    ])
    return Object.fromEntries(entries)
  }
}

const NOTHING: readonly Fields[] = []

/** By small letters; of names that are the same then, the first one counts. */
function withoutCapitals(values: ReadonlyMap<string, Node>): Map<string, Node> {
  const found = new Map<string, Node>()
  for (const [key, value] of values) {
    const name = key.toLowerCase()
    if (!found.has(name)) found.set(name, value)
  }
  return found
}

function scalarText(scalar: Scalar): string {
  return scalar.type === 'bool' ? scalar.value.toLowerCase() : scalar.value
}

function broken(message: string, hint = 'restore the file from git, or repair the sops block by hand'): FormatError {
  return new FormatError('ERR_METADATA', message, { hint })
}

// --- writing ------------------------------------------------------------------------------------------------------

/** The block as sops 3.13 writes it: every mapping in ascending byte order, empty fields left out. */
export function metadataBranch(metadata: Metadata): Branch {
  return sorted({
    ...readerFields(metadata, entryBranch),
    lastmodified: text(metadata.lastModified),
    mac: text(metadata.mac),
    ...(metadata.selector === undefined ? {} : { [metadata.selector.field]: text(metadata.selector.pattern) }),
    ...(metadata.macOnlyEncrypted ? { mac_only_encrypted: scalar('bool', 'True') } : {}),
    version: text(metadata.version),
  })
}

/** Who reads a file, as its metadata records it. */
export type Readers = Pick<Metadata, 'groups' | 'shamirThreshold'>

/**
 * A block that was read, with other readers. Entries that stay, and everything that is not about readers, are as they were,
 * also what has no meaning here.
 */
export function withReaders(block: Branch, readers: Readers): Branch {
  const wanted = new Map(Object.entries(readerFields(readers, (entry) => writtenAs.get(entry) ?? entryBranch(entry))))
  const items = block.items.flatMap((item) => {
    if (item.kind === 'comment' || !READER_FIELDS.includes(item.key)) return [item]
    const value = wanted.get(item.key)
    wanted.delete(item.key)
    // older versions of sops write lists of all kinds, also empty ones
    if (value === undefined) return isEmpty(item.value) ? [item] : []
    return [{ ...item, value }]
  })
  for (const [key, value] of wanted) {
    const next = items.findIndex((item) => item.kind === 'entry' && item.key > key)
    items.splice(next < 0 ? items.length : next, 0, { kind: 'entry', key, value })
  }
  return { kind: 'branch', items }
}

const READER_FIELDS: readonly string[] = [...KEY_TYPES, 'key_groups', 'shamir_threshold']

function isEmpty(node: Node): boolean {
  return node.kind === 'null' || (node.kind === 'list' && node.items.length === 0)
}

type WriteEntry = (entry: KeyEntry) => Branch

function readerFields({ groups, shamirThreshold }: Readers, write: WriteEntry): Record<string, Node> {
  const [first, ...others] = groups
  const single = first !== undefined && others.length === 0
  return {
    ...(single ? groupFields(first, [], write) : {}),
    ...(single || first === undefined
      ? {}
      : { key_groups: list(groups.map((group) => sorted(groupFields(group, ALWAYS_IN_GROUP, write)))) }),
    ...(shamirThreshold === 0 ? {} : { shamir_threshold: scalar('int', String(shamirThreshold)) }),
  }
}

function groupFields(group: KeyGroup, always: readonly KeyType[], write: WriteEntry): Record<string, Node> {
  const fields: Record<string, Node> = {}
  for (const type of KEY_TYPES) {
    const entries = group.filter((entry) => entry.type === type)
    if (entries.length > 0 || always.includes(type)) fields[type] = list(entries.map(write))
  }
  return fields
}

function entryBranch(entry: KeyEntry): Branch {
  const fields: Record<string, Node> = { enc: text(entry.enc) }
  for (const [name, value] of Object.entries(entry.fields)) fields[name] = text(value)
  if (entry.createdAt !== undefined) fields['created_at'] = text(entry.createdAt)
  const context = Object.entries(entry.context ?? {})
  if (context.length > 0) {
    fields['context'] = sorted(
      Object.fromEntries(
        context.map(([key, value]): [string, Node] => [key, value === null ? { kind: 'null' } : text(value)]),
      ),
    )
  }
  return sorted(fields)
}

function sorted(fields: Record<string, Node>): Branch {
  const items = Object.entries(fields).map(([key, value]): Entry => ({ kind: 'entry', key, value }))
  items.sort((a, b) => compareBytes(a.key, b.key))
  return { kind: 'branch', items }
}

const ASCII = /^[\0-\x7f]*$/

/** As UTF-8 is ordered. Only keys of a context may be something else than ASCII. */
function compareBytes(a: string, b: string): number {
  if (ASCII.test(a) && ASCII.test(b)) return a < b ? -1 : a > b ? 1 : 0
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}

function list(items: readonly Node[]): Node {
  return { kind: 'list', items }
}

function scalar(type: Scalar['type'], value: string): Scalar {
  return { kind: 'scalar', type, value }
}

function text(value: string): Scalar {
  return scalar('str', value)
}
