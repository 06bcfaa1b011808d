import { shown } from '../../operations/readers/readers.ts'
import type { UpdateReport } from '../../operations/readers/update-keys.ts'
import type { Io } from '../io.ts'
import { printable, shortPath } from './messages.ts'

/** What changes in which file, to be read before it is done: `+` is added, `-` is removed. Empty when nothing does. */
export function readerPlan(reports: readonly UpdateReport[], io: Io): string {
  return reports.map((report) => planOf(report, io)).join('')
}

function planOf({ path, diff, names }: UpdateReport, io: Io): string {
  if (diff === undefined) return ''
  const lines = diff.groups.flatMap(({ index, added, removed }) => {
    const of = diff.count > 1 ? `  (group ${index})` : ''
    return [
      ...removed.map((key) => `  - ${shown(key, names)}${of}`),
      ...added.map((key) => `  + ${shown(key, names)}${of}`),
    ]
  })
  const { threshold } = diff
  const needed = (count: number) => (count === 0 ? 'one group' : `${count} groups`)
  if (threshold !== undefined) lines.push(`  threshold: ${needed(threshold.before)}, then ${needed(threshold.after)}`)
  return `${[printable(shortPath(path ?? '', io.cwd)), ...lines].join('\n')}\n`
}
