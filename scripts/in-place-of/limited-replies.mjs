/** A reply can have so many bytes, as in src/platform/http/http.ts. */
const MAX_REPLY_BYTES = 1024 * 1024

/**
 * `request` of `node:http` or `node:https`, for libraries that read a reply to its end, however long it is.
 *
 * @template {unknown[]} Args
 * @param {(...args: Args) => import('node:http').ClientRequest} request
 * @returns {(...args: Args) => import('node:http').ClientRequest}
 */
export function limited(request) {
  return (...args) => request(...args).prependOnceListener('response', limit)
}

/** Bytes are counted where they come in: who listens to them would set them flowing. @param {import('node:http').IncomingMessage} reply */
function limit(reply) {
  const push = reply.push.bind(reply)
  let size = 0
  reply.push = (chunk, encoding) => {
    size += chunk?.length ?? 0
    if (size <= MAX_REPLY_BYTES) return push(chunk, encoding)
    reply.destroy(Object.assign(new Error('no reply came'), { code: 'ERR_REPLY_TOO_LARGE' }))
    return false
  }
}
