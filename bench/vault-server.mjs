/**
 * A key service for the benchmark: the two calls of Vault's transit engine, each slower by a fixed time, as one over a network.
 *
 *   node vault-server.mjs DELAY_MS FOLDER
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
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ data: answer(request.url ?? '', JSON.parse(text)) }))
  }, Number(delayMs))
})

server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('no address')
  writeFileSync(join(folder, 'address.new'), `http://127.0.0.1:${address.port}`)
  renameSync(join(folder, 'address.new'), join(folder, 'address'))
})

/** What it "encrypts" it only labels: how long that takes is not what is measured. */
function answer(/** @type {string} */ path, /** @type {Record<string, string>} */ { plaintext, ciphertext }) {
  if (path.startsWith('/v1/transit/encrypt/')) return { ciphertext: PREFIX + plaintext }
  return { plaintext: ciphertext?.slice(PREFIX.length) }
}
