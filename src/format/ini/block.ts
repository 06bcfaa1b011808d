import type { Edit } from '../edits.ts'
import { flattenMetadata } from '../metadata-flat.ts'
import { SOPS } from '../single-document.ts'
import type { Branch, Entry } from '../tree.ts'
import type { IniSection } from './scanner.ts'
import { writeKeys } from './write.ts'

/** The metadata as the keys of its section; line breaks are written as `\n`. */
export function metadataSection(metadata: Branch): Branch {
  return {
    kind: 'branch',
    items: flattenMetadata(metadata).map(
      ({ key, value }): Entry => ({
        kind: 'entry',
        key,
        value: { kind: 'scalar', type: 'str', value: value.replaceAll('\n', '\\n') },
      }),
    ),
  }
}

/**
 * Put the section where it stands, or at the end behind an empty line. A file without final line break gets a block
 * without one, which is how it is remembered.
 */
export function placeBlock(text: string, standing: IniSection | undefined, metadata: Branch): Edit[] {
  const newline = /\r?\n/.exec(text.slice(standing?.start ?? 0))?.[0] ?? '\n'
  const keys = metadataSection(metadata).items.filter((item) => item.kind === 'entry')
  const lines = writeKeys(
    SOPS,
    keys.map((entry) => ({ entry, comment: [] })),
  )
  const block = `[${SOPS}]\n${lines}`.replaceAll('\n', newline)
  const withoutBreak = block.slice(0, -newline.length)
  if (standing !== undefined) {
    const complete = text[standing.end - 1] === '\n'
    return [{ start: standing.start, end: standing.end, text: complete ? block : withoutBreak }]
  }
  const { length } = text
  const at = { start: length, end: length }
  if (/^\ufeff?$/.test(text)) return [{ ...at, text: block }]
  if (text.endsWith('\n')) return [{ ...at, text: newline + block }]
  return [{ ...at, text: newline + newline + withoutBreak }]
}

/** Take out what {@link placeBlock} put in. */
export function removeBlock(text: string, standing: IniSection): Edit[] {
  const { end } = standing
  const complete = text[end - 1] === '\n'
  const start = withoutEmptyLine(text, standing.start)
  if (complete) return [{ start, end, text: '' }]
  const newline = breakBefore(text, start)
  return [{ start: start - (breakBefore(text, standing.start) === 1 ? Math.min(newline, 1) : newline), end, text: '' }]
}

/** The start of the empty line before `start`, if there is one. */
function withoutEmptyLine(text: string, start: number): number {
  const before = start - breakBefore(text, start)
  return before < start && breakBefore(text, before) > 0 ? before : start
}

/** Length of the line break that ends at `offset`. */
function breakBefore(text: string, offset: number): number {
  if (offset === 0 || text[offset - 1] !== '\n') return 0
  return text[offset - 2] === '\r' ? 2 : 1
}
