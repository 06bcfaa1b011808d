#!/usr/bin/env node
// @ts-nocheck: build id and program stand beside it only in dist
'use strict'
// The bin of the package; scripts/build.mjs copies it to dist/cli/main.cjs. It runs program.cjs, and keeps what V8 made
// of it in the user's cache folder: measured 13 ms of 57 on Node 20, 15 of 65 on Node 24 for a small `decrypt` (Node's own
// compile cache, which only newer ones have, saves 3). No data is in there, only code. NODE_DISABLE_COMPILE_CACHE=1, CI
// and a home that is not ours go without.
const {
  closeSync,
  fstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} = require('node:fs')
const { createHash } = require('node:crypto')
const { Script } = require('node:vm')

const BUILD_ID = '__BUILD_ID__'
const VERBS = '__VERBS__'.split(' ')

const filename = `${__dirname}/program.cjs`
const cacheFile = findCacheFile()
const cache = cacheFile === undefined ? {} : readCache(cacheFile)
// the program is ASCII
const script = new Script(readFileSync(filename, 'latin1'), { filename, cachedData: cache.data })
if (cacheFile !== undefined) keepCache(cacheFile)
script.runInThisContext()(require, filename)

/** V8 runs what it finds in its cache, so folder and file must be ours alone: not in /tmp, nor in the home that `sudo` kept. */
function findCacheFile() {
  const { arch, env, platform, version } = process
  if (env.NODE_DISABLE_COMPILE_CACHE || env.CI) return undefined
  const base = platform === 'win32' ? env.LOCALAPPDATA : env.XDG_CACHE_HOME || env.HOME
  if (!base) return undefined
  const stat = statSync(base, { throwIfNoEntry: false })
  if (stat === undefined || !isOurs(stat)) return undefined
  return `${base}${base === env.HOME ? '/.cache' : ''}/bulla/${version}-${arch}-${nameOfRun()}.v8`
}

/** The data hold the functions that were used: those of one verb and one format, so that no other run has to read them. */
function nameOfRun() {
  const words = process.argv.slice(2)
  if (words.includes('--help') || words.includes('-h')) return 'help'
  const verb = words.find((word) => VERBS.includes(word)) ?? 'other'
  const format = words.map((word) => /\.(yaml|yml|json|env|ini)$/.exec(word)?.[0]).find(Boolean) ?? ''
  return verb.replace(/^-+/, '') + format
}

/**
 * One line, then V8's data. The line has the build id (V8 compares no more of the source than its length), a digest of the
 * data (V8 does not notice a flipped bit, and runs it) and the exit code of the run that made them.
 */
function readCache(file) {
  try {
    const bytes = readOwn(file)
    const end = bytes.indexOf(10)
    const [id, digest, code] = bytes.latin1Slice(0, end).split(' ')
    const data = bytes.subarray(end + 1)
    return id === BUILD_ID && digest === digestOf(data) ? { data, code } : {}
  } catch {
    return {}
  }
}

function digestOf(data) {
  return createHash('sha256').update(data).digest('hex')
}

function readOwn(file) {
  const descriptor = openSync(file, 'r')
  try {
    if (!isOurs(fstatSync(descriptor))) throw new Error('somebody else wrote it')
    return readFileSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

function isOurs({ mode, uid }) {
  return process.getuid === undefined || (uid === process.getuid() && (mode & 0o022) === 0)
}

/** A run that failed used only some of what others use: the first that does not fail writes it again. */
function keepCache(file) {
  const isGood = cache.data !== undefined && !script.cachedDataRejected
  if (isGood && cache.code === '0') return
  process.once('exit', (code) => {
    if (!isGood || code === 0) writeCache(file, code)
  })
}

function writeCache(file, code) {
  try {
    mkdirSync(file.slice(0, file.lastIndexOf('/')), { recursive: true, mode: 0o700 })
    const temporary = `${file}.${process.pid}`
    const data = script.createCachedData()
    const head = Buffer.from(`${BUILD_ID} ${digestOf(data)} ${code}\n`)
    writeFileSync(temporary, Buffer.concat([head, data]), { mode: 0o600, flag: 'wx' })
    renameSync(temporary, file)
  } catch {
    // a cache is never worth a failure
  }
}
