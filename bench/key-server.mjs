/**
 * Key services for the benchmark: the two calls of Vault's transit engine and of AWS KMS, each slower by a fixed time, as
 * one over a network.
 *
 *   node key-server.mjs DELAY_MS FOLDER
 *
 * Writes its address to FOLDER/address, and a byte for each call to FOLDER/calls.
 */
import { appendFileSync, renameSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'

const [delayMs = '0', folder = '.'] = process.argv.slice(2)
const PREFIX = 'vault:v1:'

const server = createServer(async (request, response) => {
  let text = ''
  for await (const part of request) text += part
  appendFileSync(join(folder, 'calls'), '.')
  setTimeout(() => {
    const target = request.headers['x-amz-target']
    response.setHeader('content-type', target === undefined ? 'application/json' : 'application/x-amz-json-1.1')
    const body = JSON.parse(text)
    response.end(
      JSON.stringify(target === undefined ? { data: transit(request.url ?? '', body) } : aws(`${target}`, body)),
    )
  }, Number(delayMs))
})

server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('no address')
  writeFileSync(join(folder, 'address.new'), `http://127.0.0.1:${address.port}`)
  renameSync(join(folder, 'address.new'), join(folder, 'address'))
})

/** What it "encrypts" it only labels: how long that takes is not what is measured. */
function transit(/** @type {string} */ path, /** @type {Record<string, string>} */ { plaintext, ciphertext }) {
  if (path.startsWith('/v1/transit/encrypt/')) return { ciphertext: PREFIX + plaintext }
  return { plaintext: ciphertext?.slice(PREFIX.length) }
}

/** The SDKs of AWS sign their requests, which nobody looks at here. */
function aws(/** @type {string} */ target, /** @type {Record<string, string>} */ { KeyId, Plaintext, CiphertextBlob }) {
  return target.endsWith('.Encrypt') ? { KeyId, CiphertextBlob: Plaintext } : { KeyId, Plaintext: CiphertextBlob }
}
