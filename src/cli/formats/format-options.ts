import { UsageError } from '../../errors.ts'
import type { Level } from '../../operations/judge/findings/finding.ts'
import { suggest } from '../../operations/suggest.ts'
import { text, type Values } from '../options/options.ts'
import { FORMATS, type Format } from './formats.ts'

/** `--format`. @throws UsageError `ERR_USAGE` */
export function formatOption(values: Values): Format {
  const wanted = text(values, 'format') ?? 'text'
  const known = FORMATS.find((format) => format === wanted)
  if (known !== undefined) return known
  const meant = suggest(wanted, FORMATS)
  throw new UsageError('ERR_USAGE', '--format is not one that bulla writes', {
    hint: meant === undefined ? `they are ${FORMATS.join(', ')}` : `did you mean ${meant}?`,
  })
}

/** `--fail-on`. @throws UsageError `ERR_USAGE` */
export function failOnOption(values: Values): Level {
  const wanted = text(values, 'failOn') ?? 'block'
  if (wanted === 'block' || wanted === 'warn') return wanted
  throw new UsageError('ERR_USAGE', '--fail-on takes block or warn', { hint: 'leave it out for block' })
}
