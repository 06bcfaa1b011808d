import type { ServiceEnvironment } from '../services/environment.ts'
import { CallFailure, parseObject, sendOnce, textOf } from '../services/rest.ts'
import type { GcpCredentials } from './credentials.ts'

const HEADERS = { 'metadata-flavor': 'Google' }
/** It is on the same machine: who does not answer at once is not there. */
const ANSWER_MS = 3_000
/** Tokens are asked for anew so long before they end, in seconds. */
const SPARE_SECONDS = 60

/**
 * The service account of a virtual machine, a container or a function in Google Cloud.
 *
 * @param isAbsent - what is thrown when this machine has no such server
 * @see https://cloud.google.com/compute/docs/metadata/querying-metadata
 */
export async function metadataServer(
  environment: ServiceEnvironment,
  isAbsent: () => CallFailure,
): Promise<GcpCredentials> {
  const host = environment.variable('GCE_METADATA_HOST') || 'metadata.google.internal'
  if (!/^[A-Za-z0-9.-]+(?::[0-9]+)?$|^\[[0-9a-f:]+\](?::[0-9]+)?$/.test(host)) {
    throw new CallFailure('GCE_METADATA_HOST holds no host', { hint: 'its form is HOST or HOST:PORT' })
  }
  const account = `http://${host}/computeMetadata/v1/instance/service-accounts/default`
  const ask = async (path: string) => {
    const signal = environment.clock.timeout(ANSWER_MS)
    const reply = await sendOnce(
      environment.http,
      { method: 'GET', url: `${account}/${path}`, headers: HEADERS, isDirect: true },
      signal,
    )
    // not said by a proxy or a captive portal
    if (reply.headers['metadata-flavor'] !== 'Google') throw isAbsent()
    return reply
  }
  const who = await askWho(ask, isAbsent)
  return { who, headers: cachedToken(ask, environment) }
}

type Ask = (path: string) => Promise<{ readonly status: number; readonly body: Uint8Array }>

async function askWho(ask: Ask, isAbsent: () => CallFailure): Promise<string> {
  try {
    const { body } = await ask('email')
    const mail = Buffer.from(body).toString('latin1').trim()
    return /^[\w.+-]+@[\w.-]+$/.test(mail) ? `${mail} (metadata server)` : 'the metadata server'
  } catch (error) {
    throw error instanceof CallFailure ? isAbsent() : error
  }
}

function cachedToken(ask: Ask, { clock }: ServiceEnvironment): GcpCredentials['headers'] {
  let known: { readonly token: string; readonly until: number } | undefined
  return async () => {
    if (known === undefined || clock.now() >= known.until) {
      const { token, seconds } = readToken(await ask('token'))
      known = { token, until: clock.now() + (seconds - SPARE_SECONDS) * 1000 }
    }
    return { authorization: `Bearer ${known.token}` }
  }
}

function readToken({ status, body }: { readonly status: number; readonly body: Uint8Array }) {
  const json = parseObject(body)
  const token = textOf(json, 'access_token')
  const seconds = json?.['expires_in']
  if (status === 200 && token !== undefined && /^[\x21-\x7e]+$/.test(token) && typeof seconds === 'number') {
    return { token, seconds }
  }
  throw new CallFailure(`the metadata server gave no token (status ${status})`, {
    isTransient: status >= 500 || status === 429,
    hint: 'check that this machine has a service account with the scope cloud-platform',
  })
}
