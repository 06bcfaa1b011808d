import type { FileDiff } from '../operations/diff/diff.ts'
import type { ChangedValue } from '../operations/diff/value-changes.ts'
import { showPlace } from '../operations/merge/resolve.ts'
import { printable } from './render.ts'

const SIGNS = { added: '+', removed: '-', changed: '~', sealed: '~', unsealed: '!' } as const

/** For people: each file, its readers, its values. */
export function diffText(diffs: readonly FileDiff[]): string {
  return diffs
    .map(
      (diff) =>
        `${printable(diff.file)}\n${linesOf(diff)
          .map((line) => `  ${line}\n`)
          .join('')}`,
    )
    .join('')
}

/** `secrets/app.yaml: 2 values changed, 1 added, readers +bob`. */
export function diffSummary(diffs: readonly FileDiff[]): string {
  return diffs.map((diff) => `${printable(diff.file)}: ${summaryOf(diff)}\n`).join('')
}

/** A table for a pull request. */
export function diffMarkdown(diffs: readonly FileDiff[]): string {
  if (diffs.length === 0) return 'No sealed value and no reader changed.\n'
  const rows = diffs.flatMap((diff) => linesOf(diff).map((line) => `| ${code(diff.file)} | ${code(line)} |\n`))
  return `| file | change |\n| --- | --- |\n${rows.join('')}`
}

const UNREADABLE = 'cannot be compared: damaged, or in conflict'

function linesOf(diff: FileDiff): string[] {
  if (!diff.isReadable) return [UNREADABLE]
  const readers = [
    ...diff.readersAdded.map((name) => `+${printable(name)}`),
    ...diff.readersRemoved.map((name) => `-${printable(name)}`),
  ]
  return [
    ...(readers.length === 0 ? [] : [`readers ${readers.join(' ')}`]),
    ...(diff.isRotated ? [rotation(diff)] : []),
    ...diff.values.map(lineOf),
  ]
}

function rotation({ isCertain }: FileDiff): string {
  return isCertain ? 'a new data key' : 'a new data key: only somebody with a key can tell which values changed'
}

function lineOf({ document, path, change, before, after }: ChangedValue): string {
  const name = printable(showPlace({ document, path }))
  const quoted = (value: string | undefined) => (value === undefined ? '' : printable(value))
  const values = before === undefined && after === undefined ? '' : ` ${quoted(before)} -> ${quoted(after)}`
  return `${SIGNS[change]} ${name}: ${change === 'unsealed' ? 'in clear now' : change}${values}`
}

function summaryOf({ values, readersAdded, readersRemoved, isRotated, isReadable }: FileDiff): string {
  if (!isReadable) return UNREADABLE
  const kinds = (['changed', 'added', 'removed', 'sealed', 'unsealed'] as const).flatMap((kind) => {
    const count = values.filter(({ change }) => change === kind).length
    return count === 0 ? [] : [`${count} ${kind}`]
  })
  const readers = [
    ...readersAdded.map((name) => `+${printable(name)}`),
    ...readersRemoved.map((name) => `-${printable(name)}`),
  ]
  return [
    ...kinds,
    ...(readers.length === 0 ? [] : [`readers ${readers.join(' ')}`]),
    ...(isRotated ? ['new data key'] : []),
  ].join(', ')
}

/** Names come from a repository: nothing in them may end the cell, or be read as markup. */
function code(text: string): string {
  return `\`${printable(text).replaceAll('`', "'").replaceAll('|', '\\|')}\``
}
