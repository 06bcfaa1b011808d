import { createHash, createHmac } from 'node:crypto'
import type { Received } from './loopback.ts'

/** What a request says of who sends it. */
export interface Signed {
  readonly accessKeyId: string
  readonly region: string
  readonly service: string
  /** Milliseconds since 1970. */
  readonly at: number
  isBy(secretAccessKey: string): boolean
}

/**
 * Read and judge a signature of version 4, from its public description.
 *
 * @returns undefined when the request has none
 */
export function readSignature(request: Received): Signed | undefined {
  const authorization = `${request.headers.authorization ?? ''}`
  const [, accessKeyId = '', day = '', region = '', service = '', names = '', signature = ''] =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request, SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/.exec(
      authorization,
    ) ?? []
  if (signature === '') return undefined
  const stamp = `${request.headers['x-amz-date'] ?? ''}`
  const [path = '', query = ''] = request.path.split('?')
  const headers = names.split(';').map((name) => `${name}:${`${request.headers[name] ?? ''}`.trim()}\n`)
  const canonical = [request.method, path, query, headers.join(''), names, sha256(request.body)].join('\n')
  const scope = `${day}/${region}/${service}/aws4_request`
  const text = ['AWS4-HMAC-SHA256', stamp, scope, sha256(canonical)].join('\n')
  return {
    ...{ accessKeyId, region, service },
    at: Date.parse(stamp.replace(/^(....)(..)(..)T(..)(..)(..)Z$/, '$1-$2-$3T$4:$5:$6Z')),
    isBy: (secret) => {
      const key = [day, region, service, 'aws4_request'].reduce<string | Buffer>(
        (last, part) => createHmac('sha256', last).update(part).digest(),
        `AWS4${secret}`,
      )
      return createHmac('sha256', key).update(text).digest('hex') === signature
    },
  }
}

function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex')
}
