import type { KeyService, ServiceKey } from '../services/key-service.ts'
import { wrappingName } from './wrapping-name.ts'

/**
 * Whether two names stand for one key, so that a wrapping by the second adds nothing: a key of Azure named without its
 * version, and one of its versions; an alias of AWS, and the key that it stood for when it wrapped.
 */
export function isSameKey(a: ServiceKey, b: ServiceKey, service: Pick<KeyService, 'newest'>): boolean {
  if (a.type !== b.type) return false
  const [names, others] = [namesOf(a), namesOf(b)]
  if (names.some((name) => others.includes(name))) return true
  const isVersionOf = (version: ServiceKey, key: ServiceKey) =>
    service.newest !== undefined && wrappingName(service.newest(version)) === wrappingName(key)
  return isVersionOf(a, b) || isVersionOf(b, a)
}

function namesOf(key: ServiceKey): string[] {
  const arn = key.fields['key_arn']
  return arn === undefined ? [wrappingName(key)] : [key, { ...key, fields: { ...key.fields, arn } }].map(wrappingName)
}
