/**
 * The least that a script for Node has to do for a sealed file, for `npm run bench floor`: it reads, calls OpenSSL as seldom as
 * can be, and writes. It knows no YAML but lines of `key: ENC[…]`, compares no tag and no MAC, has no policy, no errors, and a key
 * that opens nothing: what it writes is noise. A program that does the work cannot be faster, only as fast.
 *
 *     least.cjs one FILE            as `decrypt FILE`
 *     least.cjs open FOLDER OUT     as `decrypt FOLDER --output-dir OUT`, with every write whole and on the disk
 *     least.cjs seal FOLDER OUT     as `encrypt` of plain files, the same way
 *     least.cjs rotate FOLDER OUT   as `rotate` of sealed files, the same way
 *     least.cjs large FILE OUT      as `decrypt --output OUT FILE` of one file with many values
 */
'use strict'
const crypto = require('node:crypto')
const fs = require('node:fs')

const pkcs8 = Buffer.concat([Buffer.from('302e020100300506032b656e04220420', 'hex'), Buffer.alloc(32, 7)])
const identity = crypto.createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' })
const { x = '' } = crypto.createPublicKey(identity).export({ format: 'jwk' })
const share = Buffer.from(x, 'base64url')
/** How many files are on their way to the disk at a time. */
const IN_FLIGHT = 16
/** AES blocks that a value may take. */
const BLOCKS = 3

const [, , what, from = '', to = ''] = process.argv
if (what === 'one') {
  const text = fs.readFileSync(from, 'latin1')
  process.stdout.write(openText(text, unwrap(text)))
} else if (what === 'large') {
  const text = fs.readFileSync(from, 'latin1')
  fs.writeFileSync(to, openText(text, unwrap(text)), 'latin1')
} else {
  const open = (/** @type {string} */ text) => openText(text, unwrap(text))
  overFolder(what === 'open' ? open : what === 'seal' ? sealText : (text) => sealText(open(text)))
}

/** @param {(text: string) => string} change */
async function overFolder(change) {
  fs.mkdirSync(to)
  /** @type {Promise<void>[]} */
  const writes = []
  for (const name of fs.readdirSync(from)) {
    writes.push(writeWhole(name, change(fs.readFileSync(`${from}/${name}`, 'latin1'))))
    if (writes.length === IN_FLIGHT) await Promise.all(writes.splice(0))
  }
  await Promise.all(writes)
  const folder = fs.openSync(to, 'r')
  fs.fsyncSync(folder)
  fs.closeSync(folder)
}

/** @param {string} name @param {string} text @returns {Promise<void>} */
function writeWhole(name, text) {
  const file = fs.openSync(`${to}/.${name}`, 'wx', 0o600)
  fs.writeSync(file, text, null, 'latin1')
  return new Promise((resolve) => {
    fs.fsync(file, () => {
      fs.closeSync(file)
      fs.renameSync(`${to}/.${name}`, `${to}/${name}`)
      resolve()
    })
  })
}

/** One age recipient: X25519, the file key, the header's MAC and the payload. @param {string} text */
function unwrap(text) {
  const publicKey = crypto.createPublicKey({ key: { kty: 'OKP', crv: 'X25519', x }, format: 'jwk' })
  const fileKey = chaCha(hkdf(crypto.diffieHellman({ privateKey: identity, publicKey })), text.slice(0, 16))
  hmac(hkdf(fileKey), text.slice(0, 200))
  return chaCha(hkdf(fileKey), text.slice(0, 32))
}

/** @param {string} text @param {Buffer} key */
function openText(text, key) {
  const values = [...text.matchAll(/^( *\w+: )ENC\[AES256_GCM,data:([^,]*),iv:([^,]*),tag:[^,]*,type:\w+\]$/gm)]
  const counters = Buffer.alloc(values.length * BLOCKS * 16)
  for (const [index, [, , , iv = '']] of values.entries()) counters.write(iv, index * BLOCKS * 16, 'base64')
  const stream = crypto.createCipheriv('aes-256-ecb', key, null).update(counters)
  const mac = crypto.createHash('sha512')
  let opened = ''
  for (const [index, [, head, data = '']] of values.entries()) {
    const bytes = Buffer.from(data, 'base64')
    for (let at = 0; at < bytes.length; at += 1) bytes[at] = (bytes[at] ?? 0) ^ (stream[index * BLOCKS * 16 + at] ?? 0)
    mac.update(bytes)
    opened += `${head}${bytes.toString('latin1')}\n`
  }
  mac.digest()
  return opened
}

/** @param {string} text */
function sealText(text) {
  const { privateKey, publicKey } = crypto.generateKeyPairSync('x25519')
  publicKey.export({ format: 'jwk' })
  const recipient = crypto.createPublicKey({ key: { kty: 'OKP', crv: 'X25519', x }, format: 'jwk' })
  const random = crypto.randomBytes(1024)
  chaCha(hkdf(crypto.diffieHellman({ privateKey, publicKey: recipient })), random.subarray(0, 16))
  hmac(hkdf(share), text.slice(0, 200))
  chaCha(hkdf(share), random.subarray(0, 32))
  const values = [...text.matchAll(/^( *\w+: )(.+)$/gm)]
  const counters = Buffer.alloc(values.length * BLOCKS * 16)
  const stream = crypto.createCipheriv('aes-256-ecb', share, null).update(counters)
  const mac = crypto.createHash('sha512')
  let sealed = ''
  for (const [index, [, head, value = '']] of values.entries()) {
    mac.update(value)
    const bytes = Buffer.from(value)
    for (let at = 0; at < bytes.length; at += 1) bytes[at] = (bytes[at] ?? 0) ^ (stream[index * BLOCKS * 16 + at] ?? 0)
    const iv = random.toString('base64', index * 32, index * 32 + 32)
    sealed += `${head}ENC[AES256_GCM,data:${bytes.toString('base64')},iv:${iv},tag:${iv},type:str]\n`
  }
  return `${sealed}sops:\n  mac: ${mac.digest('base64')}\n`
}

/** @param {Buffer} key */
function hkdf(key) {
  return hmac(hmac(share, key), 'age-encryption.org/v1/X25519')
}

/** @param {Buffer} key @param {string | Buffer} data */
function hmac(key, data) {
  return crypto.createHmac('sha256', key).update(data).digest()
}

/** @param {Buffer} key @param {string | Buffer} data @returns {Buffer} a key of 32 bytes */
function chaCha(key, data) {
  const cipher = crypto.createDecipheriv('chacha20-poly1305', key, Buffer.alloc(12), { authTagLength: 16 })
  const opened = typeof data === 'string' ? cipher.update(data, 'latin1') : cipher.update(data)
  return Buffer.concat([opened, key]).subarray(0, 32)
}
