import { KeyError } from '../../errors.ts'

/** What a service was asked to do, for errors. Nothing in it is secret. */
export interface ServiceAct {
  /** `AWS KMS`. */
  readonly service: string
  readonly verb: 'wrap' | 'unwrap' | 'rewrap' | 'log in' | 'look up'
  /** ARN, resource id, address: as the user knows it. Whatever it holds, it is made safe to print. */
  readonly key: string
  readonly region?: string | undefined
  /** Whose credentials were used: `profile deploy`, `the token of VAULT_TOKEN`. Never the credentials. */
  readonly caller?: string | undefined
}

export interface ServiceFault {
  /** One clause: `access is denied`. Never a text of the service; of its codes only those passed through `safeCode`. */
  readonly reason: string
  /** What to do next, imperative. */
  readonly hint: string
  /** The permission that the caller probably lacks: `kms:Decrypt`. */
  readonly permission?: string | undefined
}

const MAX_CHARACTERS = 200
/** How the name of the key follows. */
const LINKS: Readonly<Record<ServiceAct['verb'], string>> = {
  wrap: 'wrap with',
  unwrap: 'unwrap with',
  rewrap: 'rewrap with',
  'log in': 'log in at',
  'look up': 'look up',
}

/** An `ERR_KEY_SERVICE` that says all that helps: service, key, region, whose credentials, what is missing. */
export function serviceError(act: ServiceAct, { reason, hint, permission }: ServiceFault): KeyError {
  const details = [
    ...(act.region === undefined ? [] : [`region ${printable(act.region)}`]),
    ...(act.caller === undefined ? [] : [`as ${printable(act.caller)}`]),
  ]
  const where = details.length === 0 ? '' : ` (${details.join(', ')})`
  const lacking = permission === undefined ? '' : `; the permission ${permission} is missing`
  const message = `${act.service} could not ${LINKS[act.verb]} ${printable(act.key)}${where}: ${reason}${lacking}`
  return new KeyError('ERR_KEY_SERVICE', message, { hint })
}

/** A code that a service sent, when it looks like one: what a stranger's server answers is not shown. */
export function safeCode(code: unknown): string | undefined {
  return typeof code === 'string' && /^[A-Za-z][A-Za-z0-9_.]{0,63}$/.test(code) ? code : undefined
}

function printable(text: string): string {
  const safe = text.replaceAll(/[^\x20-\x7e]/g, '?')
  return safe.length <= MAX_CHARACTERS ? safe : `${safe.slice(0, MAX_CHARACTERS)}…`
}
