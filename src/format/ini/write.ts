import { cannotEmit } from '../error-at.ts'
import { flatNode, openedComment } from '../flat-value.ts'
import type { Branch, Comment, Entry } from '../tree.ts'
import { byteLength, lineEndAt, trim } from './chars.ts'
import { readKeyName } from './key.ts'
import { isReadAs, spellings } from './place.ts'
import { DEFAULT } from './scanner.ts'

/** What go-ini takes off the start of a file, whatever comes then. */
const BYTE_ORDER_MARK = /^(?:\ufeff|\udcfe\udcff|\udcff\udcfe)/

/**
 * Write a document in go-ini's layout, as sops does.
 *
 * @throws FormatError `ERR_EMIT` for what would not be read back as it is: sops writes most of it all the same
 */
export function writeIni(document: Branch): string {
  const sections = document.items.filter((item) => item.kind === 'entry')
  const text = sections.map((section, index) => writeSection(section, index, index === sections.length - 1)).join('')
  if (!BYTE_ORDER_MARK.test(text)) return text
  throw cannotEmit('an INI file cannot start with a key that starts with a byte order mark', 'rename the key')
}

function writeSection(section: Entry, index: number, last: boolean): string {
  const branch = branchOf(section)
  const { comment, keys } = groupComments(branch)
  const head = comment.map((line) => sign(line, line)).join('')
  const global = index === 0 && section.key === DEFAULT
  if (global && keys.length === 0) return head
  const header = global ? '' : `[${checkedName(section.key)}]\n`
  return `${head}${header}${writeKeys(section.key, keys)}${last ? '' : '\n'}`
}

function branchOf(section: Entry): Branch {
  if (section.value.kind === 'branch') return section.value
  const hint = 'INI has sections on its top level; put the value into one, or use another format'
  throw cannotEmit('a top-level value that is not a mapping cannot be written as INI', hint, [section.key])
}

interface Key {
  readonly entry: Entry
  readonly comment: string[]
}

/**
 * A comment belongs to the key before it, or to the section. sops writes the last of several only; here they are
 * joined.
 */
function groupComments(branch: Branch): { comment: string[]; keys: Key[] } {
  const comment: string[] = []
  const keys: Key[] = []
  for (const item of branch.items) {
    if (item.kind === 'entry') keys.push({ entry: item, comment: [] })
    else (keys.at(-1)?.comment ?? comment).push(...linesOf(item))
  }
  return { comment, keys }
}

/** An empty comment is not written, as in sops. */
function linesOf(comment: Comment): string[] {
  const text = openedComment(comment)
  return text === '' ? [] : text.split('\n')
}

function sign(line: string, content: string): string {
  return /^[#;]/.test(line) ? `${line.charAt(0)} ${trim(line.slice(1))}\n` : `; ${content}\n`
}

/** The lines of a section, keys padded to the longest. */
export function writeKeys(section: string, keys: readonly Key[]): string {
  const names = keys.map(({ entry }) => spellKey(section, entry.key))
  if (new Set(keys.map(({ entry }) => entry.key)).size < keys.length) {
    throw cannotEmit('a key stands twice in a section, of which INI keeps only the last', undefined, [section])
  }
  const width = Math.max(0, ...names.map(byteLength))
  return keys
    .map(({ entry, comment }, index) => {
      const name = names[index] ?? ''
      const value = spellValue(flatNode(entry.value, [section, entry.key], 'INI'), [section, entry.key])
      const above = comment.map((line) => sign(line, trim(line))).join('')
      return `${above}${name}${' '.repeat(width - byteLength(name))} = ${value}\n`
    })
    .join('')
}

/** A value behind its key. @throws FormatError `ERR_EMIT` */
export function spellValue(value: string, path: readonly string[]): string {
  const spelling = spellings(value).find((text) => isReadAs(text, value))
  if (spelling !== undefined) return spelling
  throw cannotEmit('a value cannot be written as INI: it holds every kind of quote', 'use another format', path)
}

/**
 * A key: go-ini's rule, and backticks also for what would be read as a comment or as a section.
 *
 * @throws FormatError `ERR_EMIT`
 */
export function spellKey(section: string, key: string): string {
  const plain = /["=:]/.test(key) ? `\`${key}\`` : key.includes('`') ? `"""${key}"""` : key
  const spelling = [plain, `\`${key}\``, `"${key}"`].find((text) => isKey(text, key))
  if (spelling !== undefined) return spelling
  throw cannotEmit('a key cannot be written as INI', 'rename it, or use another format', [section, key])
}

function isKey(spelling: string, key: string): boolean {
  if (key === '-' || key.includes('\n') || /^[#;[]/.test(spelling)) return false
  const line = `${spelling} = `
  try {
    const read = readKeyName(line, 0, lineEndAt(line, 0))
    return read.name === key && read.valueStart === line.length - 1
  } catch {
    return false // the only thing it throws is that this is no key
  }
}

/** @throws FormatError `ERR_EMIT` */
export function checkedName(name: string): string {
  if (name !== '' && !name.includes('\n')) return name
  throw cannotEmit('a section without name, or with a line break in it, cannot be written as INI', undefined, [name])
}
