import { displayName, keyName } from '../key-name.ts'
import type { ServiceKey } from '../services/key-service.ts'

/** Kind and name of a key of a service. */
export function wrappingName({ type, ...rest }: ServiceKey): string {
  if (type === 'local') return `local key ${rest.fields['name'] ?? ''}`.trim()
  return displayName(type, keyName({ type, ...rest }))
}
