import {
  type AuthClient,
  ExternalAccountAuthorizedUserClient,
  ExternalAccountClient,
  Impersonated,
  JWT,
  type OAuth2ClientOptions,
  UserRefreshClient,
} from 'google-auth-library'
import type { ServiceEnvironment } from '../services/environment.ts'
import { asObject, CallFailure, type JsonObject, textOf } from '../services/rest.ts'
import { transportReason } from '../services/transport-reason.ts'
import { tokenInTime } from '../services/until-aborted.ts'
import type { GcpCredentials } from './credentials.ts'
import { type FetchRecord, fetchThrough } from './library-fetch.ts'

const SCOPES = ['https://www.googleapis.com/auth/cloud-platform']

/**
 * Credentials of every kind that Google describes in JSON: service accounts, logins of users, federated workloads,
 * impersonation. What they say over the network goes through our own client.
 *
 * @param json - of the user's own settings, with a `type`
 * @throws {@link CallFailure}
 */
export async function libraryCredentials(
  json: JsonObject,
  who: string,
  environment: ServiceEnvironment,
): Promise<GcpCredentials> {
  const record: FetchRecord = {}
  const options: OAuth2ClientOptions = {
    // our client knows the proxies: the library need not
    transporterOptions: { fetchImplementation: fetchThrough(environment, record), noProxy: [/./] },
  }
  await checkSource(json, environment)
  const client = await quietly(() => makeClient(json, options), record, who)
  return {
    who,
    headers: async (signal) => {
      const headers = await quietly(() => tokenInTime(client.getRequestHeaders(), signal), record, who)
      return Object.fromEntries(headers.entries())
    },
  }
}

function makeClient(json: JsonObject, options: OAuth2ClientOptions): AuthClient {
  switch (textOf(json, 'type')) {
    case 'service_account':
      return serviceAccount(json, options)
    case 'authorized_user': {
      const client = new UserRefreshClient(options)
      client.fromJSON(json)
      return client
    }
    case 'impersonated_service_account':
      return impersonated(json, options)
    case 'external_account': {
      if (asObject(json['credential_source'])?.['certificate'] !== undefined) throw certificateOfWorkload()
      const client = isWorkload(json) ? ExternalAccountClient.fromJSON({ ...json, ...options }) : null
      if (client === null) throw unknownKind()
      client.scopes = SCOPES
      keepToOurClient(client)
      return client
    }
    case 'external_account_authorized_user':
      if (!isWorkforceLogin(json)) throw unknownKind()
      return new ExternalAccountAuthorizedUserClient({ ...json, ...options })
    default:
      throw unknownKind()
  }
}

type Workload = Parameters<typeof ExternalAccountClient.fromJSON>[0]
type WorkforceLogin = ConstructorParameters<typeof ExternalAccountAuthorizedUserClient>[0]

/** Whether it has what the library takes for given; it looks at the rest itself. */
function isWorkload(json: JsonObject): json is JsonObject & Workload {
  return hasTexts(json, 'audience', 'subject_token_type')
}

/** As {@link isWorkload}. */
function isWorkforceLogin(json: JsonObject): json is JsonObject & WorkforceLogin {
  return hasTexts(json, 'client_id', 'client_secret', 'refresh_token')
}

function hasTexts(json: JsonObject, ...names: readonly string[]): boolean {
  return names.every((name) => textOf(json, name) !== undefined)
}

/** The exchange of tokens takes no options: it would go out by another way than all the rest. */
function keepToOurClient(client: AuthClient): void {
  const exchange: unknown = Reflect.get(client, 'stsCredential') // has it, but does not show it
  if (typeof exchange === 'object' && exchange !== null) Reflect.set(exchange, 'transporter', client.transporter)
}

/** Whether what a workload proves itself with is there: the library would say no as if its description were wrong. */
async function checkSource(json: JsonObject, { variable, readFile }: ServiceEnvironment): Promise<void> {
  const described = asObject(json['source_credentials']) ?? json
  const source = asObject(described['credential_source'])
  if (source?.['executable'] !== undefined && variable('GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES') !== '1') {
    throw new CallFailure('the credentials come from a command, and nobody allowed it to be run', {
      hint: 'if you trust the file that names it, set GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES=1',
    })
  }
  const path = textOf(source, 'file')
  if (path === undefined || (await readFile(path).catch(() => undefined)) !== undefined) return
  throw new CallFailure('the file that credential_source of the credentials names is not there, or cannot be read', {
    hint: 'check its path, who may read it, and whether the job writes its token there',
  })
}

/** Signs its tokens itself: nobody has to be asked for one. */
function serviceAccount(json: JsonObject, options: OAuth2ClientOptions): JWT {
  const client = new JWT({ ...options, scopes: SCOPES })
  client.fromJSON(json)
  client.useJWTAccessWithScope = true
  return client
}

function impersonated(json: JsonObject, options: OAuth2ClientOptions): Impersonated {
  const url = textOf(json, 'service_account_impersonation_url') ?? ''
  const target = /\/([^/]{1,256}):generateAccessToken$/.exec(url)?.[1]
  const source = asObject(json['source_credentials'])
  if (target === undefined || source === undefined || !URL.canParse(url)) throw unknownKind()
  const delegates = Array.isArray(json['delegates']) ? json['delegates'].filter((one) => typeof one === 'string') : []
  return new Impersonated({
    ...options,
    sourceClient: makeClient(source, options),
    targetPrincipal: target,
    targetScopes: SCOPES,
    endpoint: new URL(url).origin,
    delegates,
  })
}

/** The library opens its own connections for these: past proxies, deadlines and the hosts that are allowed. */
function certificateOfWorkload(): CallFailure {
  return new CallFailure('workload identity by an X.509 certificate cannot be used', {
    hint: 'use a credential source that is a file, a URL or a command, or an access token of gcloud in GOOGLE_OAUTH_ACCESS_TOKEN',
  })
}

function unknownKind(): CallFailure {
  return new CallFailure('the credentials are of a kind that is not known, or lack something', {
    hint: 'make new ones, for instance with "gcloud auth application-default login"',
  })
}

/** What the library throws quotes requests and replies: of it only a status or a code is shown. */
async function quietly<T>(act: () => T | Promise<T>, record: FetchRecord, who: string): Promise<T> {
  try {
    return await act()
  } catch (error) {
    throw error instanceof CallFailure ? error : failureOf(error, record, who)
  }
}

/** Some requests the library sends past our client: then what it throws says how they went. */
function failureOf(error: unknown, record: FetchRecord, who: string): CallFailure {
  const host = record.host ?? 'the token service'
  const failure = record.failure ?? transportReason(error)
  if (failure !== undefined) return new CallFailure(`${host} gave no token: ${failure.reason}`, failure)
  const status = Math.max(record.status ?? 0, statusOf(error))
  if (status < 400) {
    return new CallFailure(`the credentials of ${who} cannot be used`, {
      hint: 'make new ones: a key was changed, or a field is missing; of a workload, check what credential_source names',
    })
  }
  return new CallFailure(`${host} gave no token (status ${status})`, {
    isTransient: status >= 500 || status === 429,
    hint: 'the login may have ended: run "gcloud auth application-default login", or use credentials that are valid',
  })
}

function statusOf(error: unknown): number {
  const thrown = asObject(error)
  const statuses = [thrown?.['status'], asObject(thrown?.['response'])?.['status']]
  return statuses.find((one) => typeof one === 'number') ?? 0
}
