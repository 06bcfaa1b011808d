import { createHash } from 'node:crypto'
import { isBullaError } from '../../errors.ts'
import { looksSealed, sealedType } from '../../format/enc.ts'
import type { Metadata } from '../../format/metadata.ts'
import { decodeText, encodeText } from '../../format/text.ts'
import type { Node } from '../../format/tree.ts'
import { displayName, keyName } from '../../keys/key-name.ts'
import { markDifferences, sidesOf } from '../../merge/marks.ts'
import type { World } from '../ports.ts'
import { type Names, namesOfKeys } from '../recipients/names-of-keys.ts'
import { type PathStep, showPath } from '../values/tree-path.ts'
import { maskedReason } from './masked-reason.ts'
import { markOf, type ReadVersion, readVersion } from './read-version.ts'

/**
 * The form in which git compares a file: in clear when a key is surely at hand, else one line for each value, with a mark
 * that changes when the ciphertext does. Behind it, who reads the file. In
 * a conflict, git's marks stand around what differs. A file that is not sealed, or damaged, stays as it is.
 *
 * @param hidden - why it is masked whoever asks; undefined: it is not
 */
export async function textForm(bytes: Uint8Array, path: string, world: World, hidden?: string): Promise<Uint8Array> {
  if (bytes.length > LARGEST) return largeForm(bytes)
  const form = (version: Uint8Array) => sealedForm(version, path, world, hidden)
  return (await form(bytes)) ?? (await conflictForm(bytes, form)) ?? asText(bytes)
}

/** Parsing more takes longer, and more memory, than somebody has who only looks. */
const LARGEST = 32 * 1024 * 1024

function largeForm(bytes: Uint8Array): Uint8Array {
  if (!Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).includes('ENC[AES256_GCM,')) return asText(bytes)
  return encodeText(`sealed file, ${bytes.length} bytes, ${digestOf(bytes)}: too large to be shown\n`)
}

function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 12)
}

/** What two sides of a merge have, between git's marks. Undefined where there are none, or no sealed file around them. */
async function conflictForm(
  bytes: Uint8Array,
  form: (version: Uint8Array) => Promise<Uint8Array | undefined>,
): Promise<Uint8Array | undefined> {
  if (!Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).includes('<'.repeat(MARKER_SIZE))) return undefined
  const text = decodeText(bytes)
  const label = (sign: string) => new RegExp(`^${sign}{${MARKER_SIZE}} (.*?)\\r?$`, 'm').exec(text)?.[1]
  const labels = { ours: label('<'), theirs: label('>') }
  if (labels.ours === undefined || labels.theirs === undefined) return undefined
  const sides = sidesOf(text)
  const [ours, theirs] = [await form(encodeText(sides.ours)), await form(encodeText(sides.theirs))]
  if (ours === undefined || theirs === undefined) return undefined
  const marking = { labels: { ours: labels.ours, theirs: labels.theirs }, markerSize: MARKER_SIZE }
  return encodeText(markDifferences(decodeText(ours), decodeText(theirs), marking))
}

/** Of git's marks in a work tree. */
const MARKER_SIZE = 7

/** Undefined when it is not sealed, or damaged. */
async function sealedForm(
  bytes: Uint8Array,
  path: string,
  world: World,
  hidden: string | undefined,
): Promise<Uint8Array | undefined> {
  const version = await readVersion(bytes, path, world, hidden === undefined)
  if (version?.metadata === undefined) return undefined
  try {
    const names = await namesOfKeys(world, path)
    const readers = readerLines(version.metadata, names).join('')
    const plain = plainOf(version)
    if (plain !== undefined) return Buffer.concat([ended(asText(plain)), encodeText(readers)])
    const reason = JSON.stringify(hidden ?? (await maskedReason(world))).slice(1, -1)
    return encodeText(`# masked: ${reason}\n${maskedLines(version).join('')}${readers}`)
  } finally {
    version.opened?.dispose()
  }
}

function plainOf({ opened }: ReadVersion): Uint8Array | undefined {
  if (opened === undefined) return undefined
  try {
    return opened.bytes()
  } catch (error) {
    if (isBullaError(error)) return undefined
    throw error
  }
}

function ended(bytes: Uint8Array): Uint8Array {
  return bytes.length === 0 || bytes.at(-1) === LINE_BREAK ? bytes : Buffer.concat([bytes, Buffer.from('\n')])
}

const LINE_BREAK = 0x0a
/** As far as git looks for what makes a file binary. */
const LOOKED_AT = 8000

/** Whatever a program writes for git to compare, git shows on the terminal: of a binary file, only what it is. */
export function asText(bytes: Uint8Array): Uint8Array {
  if (!bytes.subarray(0, LOOKED_AT).includes(0)) return bytes
  return encodeText(`binary file, ${bytes.length} bytes, ${digestOf(bytes)}\n`)
}

/** One line for each value and comment, with its path; a line between documents. */
function maskedLines({ documents, store }: ReadVersion): string[] {
  const lines = documents.flatMap((root, index) => [...(index === 0 ? [] : ['---\n']), ...linesOf(root, [])])
  // the part of an INI file before its first section, which most do not have
  return store.name === 'ini' ? lines.filter((line) => line !== 'DEFAULT: {}\n') : lines
}

function linesOf(node: Node, steps: readonly PathStep[]): string[] {
  const name = showPath([...steps])
  if (node.kind === 'scalar') return [`${name}: ${shown(node.value)}\n`]
  if (node.kind === 'null') return [`${name}: null\n`]
  if (node.items.length === 0) return steps.length === 0 ? [] : [`${name}: ${node.kind === 'list' ? '[]' : '{}'}\n`]
  let position = 0
  return [...node.items].flatMap((item) => {
    if (item.kind === 'comment') return [`# ${name === '' ? '' : `${name}: `}${shown(item.text.trim())}\n`]
    return item.kind === 'entry' ? linesOf(item.value, [...steps, item.key]) : linesOf(item, [...steps, position++])
  })
}

/** On one line, and masked where it is sealed. */
function shown(text: string): string {
  if (looksSealed(text)) return `sealed ${sealedType(text) ?? ''} ${markOf(text)}`
  return JSON.stringify(text).slice(1, -1)
}

function readerLines({ groups }: Metadata, names: Names): string[] {
  return groups.flatMap((group, index) =>
    group
      .map((entry) => {
        const name = names.get(keyName(entry))
        const key = displayName(entry.type, keyName(entry))
        const of = groups.length === 1 ? '' : ` of group ${index}`
        return `# reader${of}: ${name === undefined ? key : `${name} (${key})`}\n`
      })
      .sort(),
  )
}
