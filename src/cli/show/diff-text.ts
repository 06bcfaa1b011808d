import type { FileDiff } from '../../operations/diff/diff.ts'
import type { ChangedValue } from '../../operations/diff/value-changes.ts'
import { showPlace } from '../../operations/merge/resolve.ts'
import { printable } from './messages.ts'

const SIGNS = { added: '+', removed: '-', changed: '~', sealed: '~', unsealed: '!' } as const

/** For people: each file, its readers, its values. */
export function diffText(diffs: readonly FileDiff[]): string {
  return diffs
    .map(
      (diff) =>
        `${nameOf(diff)}\n${linesOf(diff)
          .map((line) => `  ${line}\n`)
          .join('')}`,
    )
    .join('')
}

/** `secrets/app.yaml: 2 values changed, 1 added, readers +bob`. */
export function diffSummary(diffs: readonly FileDiff[]): string {
  return diffs.map((diff) => `${nameOf(diff)}: ${summaryOf(diff)}\n`).join('')
}

/** A table for a pull request. */
export function diffMarkdown(diffs: readonly FileDiff[]): string {
  if (diffs.length === 0) return 'No sealed value and no reader changed.\n'
  const rows = diffs.flatMap((diff) => {
    const { file, renamedFrom } = diff
    const renaming = renamedFrom === undefined ? [] : [`renamed from ${printable(renamedFrom)}`]
    return [...renaming, ...linesOf(diff)].map((line) => `| ${code(file)} | ${code(line)} |\n`)
  })
  return `| file | change |\n| --- | --- |\n${rows.join('')}`
}

function nameOf({ file, renamedFrom }: FileDiff): string {
  return renamedFrom === undefined ? printable(file) : `${printable(file)} (renamed from ${printable(renamedFrom)})`
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
  const shown = [before, after].flatMap((value) => (value === undefined ? [] : [printable(value)])).join(' -> ')
  const values = shown === '' ? '' : ` ${shown}`
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
  const changes = [
    ...kinds,
    ...(readers.length === 0 ? [] : [`readers ${readers.join(' ')}`]),
    ...(isRotated ? ['new data key'] : []),
  ]
  return changes.length === 0 ? 'no value changed' : changes.join(', ')
}

/** Names come from a repository: nothing in them may end the cell, or be read as markup. */
function code(text: string): string {
  return `\`${printable(text).replaceAll('`', "'").replaceAll('|', '\\|')}\``
}
