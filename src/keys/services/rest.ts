import type { HttpClient, HttpReply, HttpRequest } from './http.ts'
import { transportReason } from './transport-reason.ts'

export type JsonObject = Readonly<Record<string, unknown>>

export interface JsonReply {
  /** Below 500, and not 429. */
  readonly status: number
  readonly headers: HttpReply['headers']
  /** Empty when a reply of another status than 2xx holds no JSON. */
  readonly json: JsonObject
}

export interface JsonRequest extends Omit<HttpRequest, 'body' | 'headers'> {
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as JSON. */
  readonly body?: JsonObject
}

interface FailureDetails {
  /** What to do next. */
  readonly hint: string
  /** The one that is missing. */
  readonly permission?: string
  /** Whether another attempt may do better. */
  readonly isTransient?: boolean
  readonly retryAfterMs?: number | undefined
}

/** Why an attempt to call a service failed: its message is a clause for `ServiceFault`, and holds nothing of the reply. */
export class CallFailure extends Error {
  override readonly name = 'CallFailure'
  readonly hint: string
  readonly permission: string | undefined
  readonly isTransient: boolean
  readonly retryAfterMs: number | undefined

  constructor(reason: string, { hint, permission, isTransient = false, retryAfterMs }: FailureDetails) {
    super(reason)
    this.hint = hint
    this.permission = permission
    this.isTransient = isTransient
    this.retryAfterMs = retryAfterMs
  }
}

/** For `withRetries`. */
export const CALL_RETRIES = {
  isTransient: (error: unknown) => error instanceof CallFailure && error.isTransient,
  retryAfterMs: (error: unknown) => (error instanceof CallFailure ? error.retryAfterMs : undefined),
}

/**
 * Send JSON, get JSON.
 *
 * @returns replies that say what is wrong too: services do so in their own ways
 * @throws {@link CallFailure} when there is no reply or none that can be used
 */
export async function sendJson(http: HttpClient, request: JsonRequest, signal: AbortSignal): Promise<JsonReply> {
  const { body, headers, ...rest } = request
  const content = body === undefined ? {} : { body: Buffer.from(JSON.stringify(body)) }
  const type = body === undefined ? {} : { 'content-type': 'application/json' }
  const reply = await sendOnce(
    http,
    { ...rest, ...content, headers: { accept: 'application/json', ...type, ...headers } },
    signal,
  )
  return readReply(reply)
}

/** @throws {@link CallFailure} when no reply came */
export async function sendOnce(http: HttpClient, request: HttpRequest, signal: AbortSignal): Promise<HttpReply> {
  try {
    return await http.send(request, signal)
  } catch (error) {
    const known = transportReason(signal.aborted ? new DOMException('', 'TimeoutError') : error)
    if (known === undefined) throw error
    throw new CallFailure(known.reason, known)
  }
}

/** @throws {@link CallFailure} */
function readReply({ status, headers, body }: HttpReply): JsonReply {
  if (status === 429 || status === 408 || status >= 500) throw throttled(status, headers)
  if (status >= 300 && status < 400) {
    throw new CallFailure(`it answered with a redirect (status ${status}), which is not followed`, {
      hint: 'check the address of the service, and whether a proxy asks for a login',
    })
  }
  const json = parseObject(body)
  if (json === undefined && status < 300) {
    throw new CallFailure('it answered with something else than JSON', {
      isTransient: true,
      hint: 'check the address of the service, and whether a proxy answers in its place',
    })
  }
  return { status, headers, json: json ?? {} }
}

function throttled(status: number, headers: HttpReply['headers']): CallFailure {
  const seconds = Number(/^[0-9]{1,9}$/.exec(headers['retry-after'] ?? '')?.[0] ?? 0)
  return new CallFailure(
    status === 429 ? 'it asks for fewer calls (status 429)' : `it is not well at the moment (status ${status})`,
    {
      isTransient: true,
      retryAfterMs: seconds > 0 ? seconds * 1000 : undefined,
      hint: status === 429 ? 'check the quota of the project, and try again in a while' : 'try again in a while',
    },
  )
}

/** @returns undefined when it is no JSON object */
export function parseObject(bytes: Uint8Array): JsonObject | undefined {
  try {
    return asObject(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)))
  } catch {
    return undefined // what JSON.parse says quotes the text
  }
}

export function asObject(value: unknown): JsonObject | undefined {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
  return isObject ? (value as JsonObject) : undefined // checked: its members stay unknown
}

/** @returns undefined when it is no text */
export function textOf(object: JsonObject | undefined, name: string): string | undefined {
  const value = object?.[name]
  return typeof value === 'string' ? value : undefined
}
