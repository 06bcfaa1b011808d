import type { WrappingCall } from '../master-key.ts'
import { reasonOf } from '../reason.ts'
import type { KeyServices } from '../services/key-service.ts'
import type { WrappedIdentity, Wrapping } from './wrapping.ts'
import { wrappingName } from './wrapping-name.ts'

/** Whom unwrapping an identity would call, and what would keep them from being called. Calls nobody; never rejects. */
export function wrappingCalls({ wrappings }: WrappedIdentity, services: KeyServices): Promise<WrappingCall[]> {
  return Promise.all(wrappings.map((wrapping) => wrappingCall(wrapping, services)))
}

async function wrappingCall({ key }: Wrapping, services: KeyServices): Promise<WrappingCall> {
  const by = wrappingName(key)
  let whose: { whose?: string } = {}
  try {
    const service = await services.get(key.type)
    whose = { whose: service.account(key) }
    service.check(key)
    const problem = await service.missing?.(key)
    return { by, ...whose, ...(problem === undefined ? {} : { problem }) }
  } catch (error) {
    return { by, ...whose, problem: reasonOf(error) }
  }
}
