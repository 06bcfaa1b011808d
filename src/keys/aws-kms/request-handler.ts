import type { CallPolicy } from '../services/call-policy.ts'
import type { ServiceEnvironment } from '../services/environment.ts'
import type { HttpReply } from '../services/http.ts'
import { isPublicEndpoint } from './arn.ts'
import { namedProfile, readProfile } from './profiles.ts'

/** What the SDK wants sent. */
export interface SdkRequest {
  readonly method: string
  readonly protocol: string
  readonly hostname: string
  readonly port?: number | undefined
  readonly path: string
  readonly query?: Readonly<Record<string, string | readonly string[] | null>> | undefined
  readonly headers: Readonly<Record<string, string>>
  readonly body?: unknown
}

interface SdkReply {
  readonly statusCode: number
  readonly headers: Record<string, string>
  readonly body: Uint8Array
}

/** For requests whose caller has no deadline: those that fetch credentials. */
const REQUEST_MS = 10_000
const METHODS = ['GET', 'POST', 'PUT'] as const

/**
 * The way of the SDK to the network, for keys and for credentials: ours, so that no request leaves for a host that is not
 * allowed, follows a redirect, or goes around the proxy. The endpoints of containers and instances are asked by the SDK itself.
 */
export class RequestHandler {
  readonly metadata = { handlerProtocol: 'http/1.1' }
  private readonly environment: ServiceEnvironment
  private readonly policy: CallPolicy
  private readonly profile: string
  private ca: Promise<string | undefined> | undefined

  /** @param profile - that the key names; empty: whatever the environment says */
  constructor(environment: ServiceEnvironment, policy: CallPolicy, profile: string) {
    this.environment = environment
    this.policy = policy
    this.profile = profile
  }

  /** @throws KeyError `ERR_NOT_ALLOWED`; what `HttpClient` throws */
  async handle(
    request: SdkRequest,
    { abortSignal }: { readonly abortSignal?: unknown } = {},
  ): Promise<{ response: SdkReply }> {
    const url = urlOf(request)
    this.policy.checkHost(url, isPublicEndpoint(url))
    const { http, clock } = this.environment
    const ca = await this.certificates()
    const reply = await http.send(
      {
        method: METHODS.find((method) => method === request.method) ?? 'POST',
        url: url.href,
        headers: withoutLength(request.headers),
        ...(request.body === undefined ? {} : { body: bytesOf(request.body) }),
        ...(ca === undefined ? {} : { ca }),
      },
      abortSignal instanceof AbortSignal ? abortSignal : clock.timeout(REQUEST_MS),
    )
    return { response: responseOf(reply) }
  }

  updateHttpClientConfig(): void {
    // nothing of it can be changed
  }

  httpHandlerConfigs(): Record<string, never> {
    return {}
  }

  /** Read once, unless that failed. A bundle that is named but cannot be read must not mean that others are trusted. */
  private certificates(): Promise<string | undefined> {
    this.ca ??= readCertificates(this.environment, this.profile).catch((error: unknown) => {
      this.ca = undefined
      throw error
    })
    return this.ca
  }
}

async function readCertificates(environment: ServiceEnvironment, profile: string): Promise<string | undefined> {
  const path = environment.variable('AWS_CA_BUNDLE') || (await bundleOfProfile(environment, profile))
  if (path === '') return undefined
  const bytes = await environment.readFile(path).catch(() => undefined)
  if (bytes === undefined) throw new CertificatesError()
  return Buffer.from(bytes).toString('latin1')
}

async function bundleOfProfile(environment: ServiceEnvironment, profile: string): Promise<string> {
  const name = namedProfile(environment, profile) ?? 'default'
  // that there is no such profile is told by whoever needs credentials of it
  const { ca_bundle: path = '' } = await readProfile(environment, name).catch((): Record<string, string> => ({}))
  return path
}

/** The file of certificates cannot be read. */
class CertificatesError extends Error {
  override readonly name = 'CertificatesError'
}

function urlOf({ protocol, hostname, port, path, query }: SdkRequest): URL {
  const url = new URL(`${protocol}//${hostname}${port === undefined ? '' : `:${port}`}${path}`)
  for (const [name, value] of Object.entries(query ?? {})) {
    for (const one of [value].flat()) url.searchParams.append(name, one ?? '')
  }
  return url
}

/** It is told by whoever sends the bytes. */
function withoutLength(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name.toLowerCase() !== 'content-length'))
}

function bytesOf(body: unknown): Uint8Array {
  if (typeof body === 'string') return Buffer.from(body)
  if (body instanceof Uint8Array) return body
  throw new TypeError('the SDK wants to send a stream')
}

function responseOf({ status, headers, body }: HttpReply): SdkReply {
  return { statusCode: status, headers: { ...headers }, body }
}
