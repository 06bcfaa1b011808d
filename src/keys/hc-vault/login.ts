import { posix } from 'node:path'
import { KeyError } from '../../errors.ts'
import type { ServiceEnvironment } from '../services/environment.ts'
import { fileOf } from './tls.ts'

/** How a token is got: it is there, or there is something to log in with. */
export type Credentials =
  | { readonly kind: 'token'; readonly token: string; readonly caller: string }
  | {
      readonly kind: 'login'
      /** `auth/approle/login`. */
      readonly path: string
      readonly body: Readonly<Record<string, string>>
      readonly caller: string
    }

const METHODS = ['token', 'approle', 'jwt', 'kubernetes'] as const
type Method = (typeof METHODS)[number]

const SERVICE_ACCOUNT_TOKEN = '/var/run/secrets/kubernetes.io/serviceaccount/token'

/**
 * Find credentials, in the variables that other tools use for the same: what is named in the environment first, in the
 * order token, AppRole, JWT, Kubernetes, then the token that `vault login` left in the home folder. No program is run.
 *
 * @throws {@link KeyError} `ERR_KEY_SERVICE` when there are none, or a file of them cannot be read
 * @see docs/environment.md
 */
export async function findCredentials(environment: ServiceEnvironment): Promise<Credentials> {
  const wanted = environment.variable('VAULT_AUTH_METHOD') ?? ''
  const method = METHODS.find((name) => name === wanted)
  if (wanted !== '' && method === undefined) {
    throw missing('VAULT_AUTH_METHOD names a way of logging in that is not known', `use one of ${METHODS.join(', ')}`)
  }
  const ways: Record<Method, (environment: ServiceEnvironment) => Promise<Credentials | undefined>> = {
    token: method === 'token' ? async (given) => (await givenToken(given)) ?? homeToken(given) : givenToken,
    approle: appRole,
    jwt,
    kubernetes,
  }
  for (const name of method === undefined ? METHODS : [method]) {
    const found = await ways[name](environment)
    if (found !== undefined) return found
  }
  const fromHome = method === undefined ? await homeToken(environment) : undefined
  if (fromHome !== undefined) return fromHome
  throw nothingToLogInWith(method, environment)
}

/** What each way needs, for who chose it. */
const NEEDED: Readonly<Record<Method, string>> = {
  token: 'VAULT_TOKEN, VAULT_TOKEN_FILE or the token of "vault login"',
  approle: 'VAULT_ROLE_ID',
  jwt: 'VAULT_ID_TOKEN, VAULT_JWT or VAULT_JWT_FILE',
  kubernetes: 'VAULT_ROLE and the token of a service account',
}

function nothingToLogInWith(method: Method | undefined, environment: ServiceEnvironment): KeyError {
  if (method !== undefined && (method !== 'kubernetes' || roleOf(environment) === ''))
    return missing(`VAULT_AUTH_METHOD is ${method}, and there is nothing to do it with`, `it needs ${NEEDED[method]}`)
  if (roleOf(environment) !== '') {
    return missing(
      'there are no credentials for Vault: VAULT_ROLE is set, but there is no token to log in with',
      `in a pod, ${SERVICE_ACCOUNT_TOKEN} has to be there and readable (automountServiceAccountToken); elsewhere set VAULT_JWT_FILE`,
    )
  }
  return missing(
    'there are no credentials for Vault',
    'run vault login, or set VAULT_TOKEN, or VAULT_ROLE_ID and VAULT_SECRET_ID, or VAULT_ROLE with VAULT_JWT_FILE',
  )
}

async function givenToken(environment: ServiceEnvironment): Promise<Credentials | undefined> {
  const token = environment.variable('VAULT_TOKEN') ?? ''
  if (token !== '')
    return { kind: 'token', token: checkedToken(token, 'VAULT_TOKEN'), caller: 'the token of VAULT_TOKEN' }
  const text = await fileOf('VAULT_TOKEN_FILE', environment)
  if (text === undefined) return undefined
  const caller = 'the token of VAULT_TOKEN_FILE'
  return { kind: 'token', token: checkedToken(text.trim(), 'VAULT_TOKEN_FILE'), caller }
}

/** What `vault login` writes. A helper that ~/.vault may name is a program, and not run. */
async function homeToken({ homeFolder, readFile }: ServiceEnvironment): Promise<Credentials | undefined> {
  const bytes = await readFile(posix.join(homeFolder(), '.vault-token')).catch(() => undefined)
  const token = bytes === undefined ? '' : Buffer.from(bytes).toString('utf8').trim()
  if (token === '') return undefined
  return { kind: 'token', token: checkedToken(token, '~/.vault-token'), caller: 'the token of ~/.vault-token' }
}

async function appRole(environment: ServiceEnvironment): Promise<Credentials | undefined> {
  const { variable } = environment
  const roleId = variable('VAULT_ROLE_ID') ?? ''
  if (roleId === '') return undefined
  const secretId = variable('VAULT_SECRET_ID') || ((await fileOf('VAULT_SECRET_ID_FILE', environment))?.trim() ?? '')
  const body = { role_id: roleId, ...(secretId === '' ? {} : { secret_id: secretId }) }
  return { kind: 'login', path: loginPath(environment, 'approle'), body, caller: 'the AppRole of VAULT_ROLE_ID' }
}

/** A token of a CI system (`VAULT_ID_TOKEN` is what GitLab calls it) for a role. */
async function jwt(environment: ServiceEnvironment): Promise<Credentials | undefined> {
  const { variable } = environment
  const role = roleOf(environment)
  if (role === '' && variable('VAULT_AUTH_METHOD') !== 'jwt') return undefined
  const given = variable('VAULT_ID_TOKEN') || variable('VAULT_JWT') || ''
  const token = given === '' ? (await fileOf('VAULT_JWT_FILE', environment))?.trim() : given
  if (token === undefined) return undefined
  const body = { jwt: token, ...(role === '' ? {} : { role }) }
  return { kind: 'login', path: loginPath(environment, 'jwt'), body, caller: `the role ${role} by JWT` }
}

async function kubernetes(environment: ServiceEnvironment): Promise<Credentials | undefined> {
  const role = roleOf(environment)
  if (role === '') return undefined
  const named = await fileOf('VAULT_JWT_FILE', environment)
  const own = await environment.readFile(SERVICE_ACCOUNT_TOKEN).catch(() => undefined)
  const token = named ?? (own === undefined ? undefined : Buffer.from(own).toString('utf8'))
  if (token === undefined) return undefined
  const caller = `the role ${role} by Kubernetes`
  return { kind: 'login', path: loginPath(environment, 'kubernetes'), body: { jwt: token.trim(), role }, caller }
}

function roleOf({ variable }: ServiceEnvironment): string {
  return variable('VAULT_ROLE') || variable('VAULT_AUTH_ROLE') || ''
}

/** Of the user's own environment, so any path may be meant. */
function loginPath({ variable }: ServiceEnvironment, mount: string): string {
  const named = (variable('VAULT_AUTH_PATH') ?? '').replaceAll(/^\/+|\/+$/g, '').replace(/^auth\//, '')
  return `auth/${named === '' ? mount : named}/login`
}

/** It becomes a header: what could end it is not sent. */
function checkedToken(token: string, place: string): string {
  if (/^[\x21-\x7e]+$/.test(token)) return token
  throw missing(`${place} holds something that is no token`, 'log in anew')
}

function missing(message: string, hint: string): KeyError {
  return new KeyError('ERR_KEY_SERVICE', message, { hint })
}
