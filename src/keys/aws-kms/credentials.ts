import type { ServiceEnvironment } from '../services/environment.ts'
import { accountOfRole } from './arn.ts'

export interface StaticCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

/**
 * The credentials that stand in the environment itself. As in sops they come before everything but a profile that the key
 * names, also before `AWS_PROFILE`; the SDK alone would take that first, and say so on standard error.
 */
export function environmentCredentials(environment: ServiceEnvironment): StaticCredentials | undefined {
  const accessKeyId = firstOf(environment, 'AWS_ACCESS_KEY_ID', 'AWS_ACCESS_KEY')
  const secretAccessKey = firstOf(environment, 'AWS_SECRET_ACCESS_KEY', 'AWS_SECRET_KEY')
  if (accessKeyId === undefined || secretAccessKey === undefined) return undefined
  const sessionToken = firstOf(environment, 'AWS_SESSION_TOKEN')
  return { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) }
}

/** The address that the user gave for a service, as the SDKs of AWS read it. */
export function configuredEndpoint(environment: ServiceEnvironment, service: 'kms' | 'sts'): string | undefined {
  if (environment.variable('AWS_IGNORE_CONFIGURED_ENDPOINT_URLS')?.toLowerCase() === 'true') return undefined
  return firstOf(environment, `AWS_ENDPOINT_URL_${service.toUpperCase()}`, 'AWS_ENDPOINT_URL')
}

/** Where credentials come from, by the marks that the SDK puts on them; never a part of them. */
export function sourceName(marks: object, profile: string | undefined, environment: ServiceEnvironment): string {
  const has = (word: string) => Object.keys(marks).some((mark) => mark.includes(word))
  if (has('PROFILE') || has('SSO') || has('LOGIN') || has('PROCESS')) {
    const name = profile ?? firstOf(environment, 'AWS_PROFILE') ?? 'default'
    return `the AWS profile ${shown(name)}`
  }
  if (has('WEB_ID')) {
    const role = environment.variable('AWS_ROLE_ARN') ?? ''
    return accountOfRole(role) === undefined ? 'the web identity' : `the web identity for ${role}`
  }
  if (has('HTTP')) return 'the role of this container'
  // the last in the chain, which has no mark
  return 'the role of this instance'
}

/** A name that stands in a file may hold anything. */
export function shown(name: string): string {
  return name.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, 64)
}

function firstOf(environment: ServiceEnvironment, ...names: readonly string[]): string | undefined {
  return names.map((name) => environment.variable(name)).find((value) => value !== undefined && value !== '')
}
