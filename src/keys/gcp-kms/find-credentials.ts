import { join } from 'node:path'
import type { ServiceEnvironment } from '../services/environment.ts'
import { CallFailure, type JsonObject, parseObject, textOf } from '../services/rest.ts'
import type { GcpCredentials } from './credentials.ts'
import { metadataServer } from './metadata-server.ts'

const SIGN_IN =
  'run "gcloud auth application-default login", or set GOOGLE_APPLICATION_CREDENTIALS to a file with credentials'

/**
 * The credentials that sops would use: `GOOGLE_CREDENTIALS` (a path, or their JSON), `GOOGLE_OAUTH_ACCESS_TOKEN`, then
 * Google's own chain: `GOOGLE_APPLICATION_CREDENTIALS`, the login of gcloud, the metadata server of the machine.
 *
 * @throws {@link CallFailure}
 * @see sops `gcpkms/keysource.go`; https://cloud.google.com/docs/authentication/application-default-credentials
 */
export async function findCredentials(environment: ServiceEnvironment): Promise<GcpCredentials> {
  const { variable } = environment
  const own = variable('GOOGLE_CREDENTIALS') ?? ''
  if (own.trimStart().startsWith('{')) return fromJson(Buffer.from(own), 'GOOGLE_CREDENTIALS', environment)
  if (own !== '') return fromFile(own, 'GOOGLE_CREDENTIALS', environment)
  const token = variable('GOOGLE_OAUTH_ACCESS_TOKEN') ?? ''
  if (token !== '') return fixedToken(token)
  const named = variable('GOOGLE_APPLICATION_CREDENTIALS') ?? ''
  if (named !== '') return fromFile(named, 'GOOGLE_APPLICATION_CREDENTIALS', environment)
  const login = loginFile(environment)
  const bytes = await readFile(login, 'the login of gcloud', environment)
  if (bytes !== undefined) return fromJson(bytes, 'the login of gcloud', environment)
  return metadataServer(environment, noCredentials)
}

function noCredentials(): CallFailure {
  return new CallFailure('no credentials were found', { hint: SIGN_IN })
}

/** Where `gcloud auth application-default login` leaves it. */
function loginFile({ platform, variable, homeFolder }: ServiceEnvironment): string {
  const folder = platform === 'win32' ? (variable('APPDATA') ?? homeFolder()) : join(homeFolder(), '.config')
  return join(folder, 'gcloud', 'application_default_credentials.json')
}

function fixedToken(token: string): GcpCredentials {
  // checked: the runtime would quote what it cannot send
  if (!/^[\x21-\x7e]+$/.test(token)) {
    throw new CallFailure('GOOGLE_OAUTH_ACCESS_TOKEN holds characters that no token has', {
      hint: 'set it to what "gcloud auth print-access-token" prints, without line breaks',
    })
  }
  return {
    who: 'the token in GOOGLE_OAUTH_ACCESS_TOKEN',
    headers: async () => ({ authorization: `Bearer ${token}` }),
  }
}

async function fromFile(path: string, place: string, environment: ServiceEnvironment): Promise<GcpCredentials> {
  const bytes = await readFile(path, place, environment)
  if (bytes !== undefined) return fromJson(bytes, place, environment)
  throw new CallFailure(`${place} names a file that is not there`, { hint: SIGN_IN })
}

async function readFile(
  path: string,
  place: string,
  { readFile }: ServiceEnvironment,
): Promise<Uint8Array | undefined> {
  try {
    return await readFile(path)
  } catch {
    throw new CallFailure(`the file of ${place} cannot be read`, { hint: 'check who may read it' })
  }
}

async function fromJson(bytes: Uint8Array, place: string, environment: ServiceEnvironment): Promise<GcpCredentials> {
  const json = parseObject(bytes)
  if (json === undefined || textOf(json, 'type') === undefined) {
    throw new CallFailure(`${place} holds no credentials of Google`, {
      hint: 'it should be JSON with a field "type", as gcloud and the console of Google Cloud write it',
    })
  }
  const { libraryCredentials } = await import('./library-credentials.ts')
  return libraryCredentials(json, whoOf(json, place), environment)
}

function whoOf(json: JsonObject, place: string): string {
  const mail = textOf(json, 'client_email')
  const target = /([^/:]+):generateAccessToken$/.exec(textOf(json, 'service_account_impersonation_url') ?? '')?.[1]
  const shown = [mail, target].find((text) => text !== undefined && /^[\w.+-]+@[\w.-]+$/.test(text))
  if (shown !== undefined) return `${shown} (${place})`
  return textOf(json, 'type')?.startsWith('external_account') ? `workload identity (${place})` : place
}
