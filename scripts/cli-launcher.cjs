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
const MOST_VERBS = 50

const filename = `${__dirname}/program.cjs`
const cacheFile = findCacheFile()
const cache = cacheFile === undefined ? { verbs: [] } : readCache(cacheFile)
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
  return `${base}${base === env.HOME ? '/.cache' : ''}/bulla/${version}-${arch}.v8`
}

/**
 * One line, then V8's data. The line has the build id (V8 compares no more of the source than its length), a digest of the
 * data (V8 does not notice a flipped bit, and runs it) and the verbs that were run.
 */
function readCache(file) {
  try {
    const bytes = readOwn(file)
    const end = bytes.indexOf(10)
    const [id, digest, ...verbs] = bytes.latin1Slice(0, end).split(' ')
    const data = bytes.subarray(end + 1)
    return id === BUILD_ID && digest === digestOf(data) ? { data, verbs } : { verbs: [] }
  } catch {
    return { verbs: [] }
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

/** The data holds the functions that were used so far, so every verb adds its own once. */
function keepCache(file) {
  const verb = process.argv.find((word, at) => at > 1 && /^[a-z][a-z-]{1,20}$/.test(word)) ?? '-'
  const isGood = cache.data !== undefined && !script.cachedDataRejected
  if (isGood && (cache.verbs.includes(verb) || cache.verbs.length >= MOST_VERBS)) return
  process.once('exit', () => writeCache(file, isGood ? [...cache.verbs, verb] : [verb]))
}

function writeCache(file, verbs) {
  try {
    mkdirSync(file.slice(0, file.lastIndexOf('/')), { recursive: true, mode: 0o700 })
    const temporary = `${file}.${process.pid}`
    const data = script.createCachedData()
    const head = Buffer.from(`${[BUILD_ID, digestOf(data), ...verbs].join(' ')}\n`)
    writeFileSync(temporary, Buffer.concat([head, data]), { mode: 0o600, flag: 'wx' })
    renameSync(temporary, file)
  } catch {
    // a cache is never worth a failure
  }
}
