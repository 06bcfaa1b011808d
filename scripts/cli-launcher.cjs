#!/usr/bin/env node
// @ts-nocheck: build id and program stand beside it only in dist
'use strict'
// The bin of the package; scripts/build.mjs copies it to dist/cli/main.cjs. It runs program.cjs, or the part of it that is in
// hook.cjs or values.cjs, and keeps what V8 made of it in the user's cache folder: measured 13 ms of 57 on Node 20, 15 of 65
// on Node 24 for a small `decrypt` (Node's own compile cache, which only newer ones have, saves 3). No data is in there, only
// code. NODE_DISABLE_COMPILE_CACHE=1, CI and a home that is not ours go without.
const {
  closeSync,
  existsSync,
  fstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  statSync,
  writeFileSync,
} = require('node:fs')
const { Script } = require('node:vm')

const BUILD_ID = '__BUILD_ID__'
const VERBS = '__VERBS__'.split(' ')
/** Runs for which values.cjs is enough. */
const VALUE_VERBS = ['--version', ...'__VALUE_VERBS__'.split(' ')]
const HOOKS = '__HOOKS__'.split(' ')
/** Of the first line of a cache file. */
const LINE_BYTES = 80
const PIECE_BYTES = 65_536
/** A hook that judged one file left out 2 % of what one for a hundred used, which then took 2 ms of 30 to compile. */
const MORE = 1.004
/** How often a run looks: it takes 3 ms to ask V8 what it has. */
const LOOKS_ONCE_IN = { soon: 8, later: 32 }
const HOUR_MS = 3600 * 1000
const WEEK_MS = 7 * 24 * HOUR_MS

const cachePath = findCachePath()
const words = process.argv.slice(2)
// a commit waits for each hook, and each uses other functions
if (isHook(words)) runAlone('hook', `hook-${words[2]}`)
else if (VALUE_VERBS.includes(verbOf(words))) runAlone('values', nameOfRun(words))
else compile('program', nameOfRun(words))(require, `${__dirname}/program.cjs`)

/** Run a program of its own, which has not all that the whole program has. @param name - of the run */
function runAlone(program, name) {
  let others
  const more = () => (others ??= compile('program', `${name}-more`)(require, `${__dirname}/program.cjs`, null))
  compile(program, name)(require, `${__dirname}/${program}.cjs`, program, more)
}

/** Whether this is `hook run NAME` with what git gives, and nothing that would have to be parsed. */
function isHook([verb, sub, name, ...args]) {
  return verb === 'hook' && sub === 'run' && HOOKS.includes(name) && !args.some((word) => word.startsWith('-'))
}

/** What one of the program files evaluates to. @param name - of the run: its cache holds the functions that it used */
function compile(program, name) {
  const filename = `${__dirname}/${program}.cjs`
  const cacheFile = cachePath === undefined ? undefined : `${cachePath}${name}.v8`
  const cache = cacheFile === undefined ? {} : readCache(cacheFile)
  // the programs are ASCII
  const script = new Script(readFileSync(filename, 'latin1'), { filename, cachedData: cache.data })
  if (cacheFile !== undefined) keepCache(cacheFile, cache, script)
  return script.runInThisContext()
}

/**
 * How the names of cache files begin. V8 runs what it finds in its cache, so folder and file must be ours alone: not in /tmp, nor
 * in the home that `sudo` kept.
 */
function findCachePath() {
  const { arch, env, platform, version } = process
  if (env.NODE_DISABLE_COMPILE_CACHE || env.CI) return undefined
  const base = platform === 'win32' ? env.LOCALAPPDATA : env.XDG_CACHE_HOME || env.HOME
  if (!base) return undefined
  try {
    const stat = statSync(base, { throwIfNoEntry: false })
    if (stat === undefined || !isOurs(stat)) return undefined
  } catch {
    // something else than a folder is on the way
    return undefined
  }
  return `${base}${base === env.HOME ? '/.cache' : ''}/bulla/${version}-${arch}-`
}

function verbOf(words) {
  if (words.includes('--help') || words.includes('-h')) return 'help'
  return words.find((word) => VERBS.includes(word)) ?? (words.includes('--version') ? '--version' : 'other')
}

/** The data hold the functions that were used: those of one verb and one format, so that no other run has to read them. */
function nameOfRun(words) {
  const verb = verbOf(words)
  const format = words.map((word) => /\.(yaml|yml|json|env|ini)$/.exec(word)?.[0]).find(Boolean) ?? ''
  return verb.replace(/^-+/, '') + format
}

/**
 * One line, then V8's data, twice: V8 does not notice a flipped bit, and runs it; and to compare takes less than any digest. The
 * line has the build id (V8 compares no more of the source than its length) and the exit code of the run that made them.
 */
function readCache(file) {
  let descriptor
  try {
    descriptor = openSync(file, 'r')
    const stat = fstatSync(descriptor)
    if (!isOurs(stat)) return {}
    const head = read(descriptor, LINE_BYTES)
    const [id, code] = head.latin1Slice(0, head.indexOf(10)).split(' ')
    if (id !== BUILD_ID) return {}
    const data = read(descriptor, (stat.size - LINE_BYTES) / 2)
    return isNext(descriptor, data) ? { data, code, writtenAt: stat.mtimeMs } : {}
  } catch {
    return {}
  } finally {
    if (descriptor !== undefined) closeSync(descriptor)
  }
}

function read(descriptor, length) {
  const bytes = Buffer.allocUnsafeSlow(length)
  if (readSync(descriptor, bytes) !== length) throw new Error('there is less of it')
  return bytes
}

/** Whether the rest of a file is `data`. In pieces, since memory that was not used before costs more than to compare it. */
function isNext(descriptor, data) {
  const piece = Buffer.allocUnsafeSlow(PIECE_BYTES)
  for (let at = 0; at < data.length; ) {
    const length = readSync(descriptor, piece)
    if (length === 0 || piece.compare(data, at, at + length, 0, length) !== 0) return false
    at += length
  }
  return true
}

function isOurs({ mode, uid }) {
  return process.getuid === undefined || (uid === process.getuid() && (mode & 0o022) === 0)
}

/**
 * A run that failed used only some of what others use: the first that does not fail writes it again. And so may one that did not
 * fail, such as a hook with nothing to judge: now and then, a run looks whether it has used more.
 */
function keepCache(file, cache, script) {
  const isGood = cache.data !== undefined && !script.cachedDataRejected
  const isWhole = isGood && cache.code === '0'
  if (isWhole && !isTimeToLook(cache.writtenAt)) return
  process.once('exit', (code) => {
    if (isGood && code !== 0) return
    const data = script.createCachedData()
    if (!isWhole || data.length > cache.data.length * MORE) writeCache(file, code, data)
  })
}

/** To look takes some milliseconds: one run of some does, until nothing was new for a week. */
function isTimeToLook(writtenAt) {
  const now = Date.now()
  const age = now - writtenAt
  return age < WEEK_MS && now % (age < HOUR_MS ? LOOKS_ONCE_IN.soon : LOOKS_ONCE_IN.later) === 0
}

function writeCache(file, code, data) {
  try {
    const folder = file.slice(0, file.lastIndexOf('/'))
    // the folder around both is there; `recursive` never ends where nothing can be made, as below /proc
    for (const path of [folder.slice(0, folder.lastIndexOf('/')), folder]) {
      if (!existsSync(path)) mkdirSync(path, { mode: 0o700 })
    }
    const temporary = `${file}.${process.pid}`
    const head = Buffer.from(`${`${BUILD_ID} ${code}`.padEnd(LINE_BYTES - 1)}\n`)
    writeFileSync(temporary, Buffer.concat([head, data, data]), { mode: 0o600, flag: 'wx' })
    renameSync(temporary, file)
  } catch {
    // a cache is never worth a failure
  }
}
