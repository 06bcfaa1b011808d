import { ConfigError } from '../../errors.ts'
import { positionOf } from '../../format/text.ts'

/** A policy that is right, but written in a way that is not changed by a program. */
export function cannotEdit(text: string, offset: number, message: string, hint?: string): ConfigError {
  return new ConfigError('ERR_CONFIG', message, {
    where: positionOf(text, offset),
    hint: hint ?? 'change the policy by hand there',
  })
}
