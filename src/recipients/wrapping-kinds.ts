import type { ServiceKey, ServiceType } from '../keys/services/key-service.ts'
import type { RawWrapping } from './raw.ts'

/** What the kinds of keys are called in recipients' files. */
const TYPES = {
  aws_kms: 'kms',
  gcp_kms: 'gcp_kms',
  azure_kv: 'azure_kv',
  hc_vault: 'hc_vault',
  local: 'local',
} as const satisfies Readonly<Record<string, ServiceType>>

export type WrappingKind = keyof typeof TYPES

// the keys of an object are texts to TypeScript
export const WRAPPING_KINDS = Object.keys(TYPES) as readonly WrappingKind[]

/** The kind under which keys of a service stand in files. */
export function kindOf(type: ServiceType): WrappingKind {
  const kind = WRAPPING_KINDS.find((name) => TYPES[name] === type)
  if (kind === undefined) throw new TypeError('there is no such kind of key service')
  return kind
}

/** The key that a wrapping names. Precondition: it names one. */
export function wrappingKey(raw: RawWrapping): ServiceKey {
  const kind = WRAPPING_KINDS.find((name) => raw[name] !== undefined)
  if (kind === undefined) throw new TypeError('the wrapping names no key')
  // all fields are texts, but for the one that only AWS has
  const { context: _, ...fields } = { context: undefined, ...raw[kind] }
  const context = raw.aws_kms?.context
  return { type: TYPES[kind], fields, ...(context === undefined ? {} : { context }) }
}
