import { type Report, sentence } from './report.ts'

const COMMANDS = { block: 'error', warn: 'warning' } as const

/** Workflow commands, which GitHub shows beside the lines of a pull request. */
export function githubReport({ findings }: Report): string {
  return findings
    .map((finding) => {
      const { rule, level, file, line, column } = finding
      const where = [
        `file=${escapeProperty(file)}`,
        ...(line === undefined ? [] : [`line=${line}`]),
        ...(column === undefined ? [] : [`col=${column}`]),
        `title=${escapeProperty(`bulla ${rule}`)}`,
      ]
      return `::${COMMANDS[level]} ${where.join(',')}::${escapeData(sentence(finding))}\n`
    })
    .join('')
}

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}
