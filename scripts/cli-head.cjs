#!/usr/bin/env node
// @ts-nocheck: the types are Node 20's
'use strict'
// scripts/build.mjs puts this at the start of dist/cli/main.cjs. V8's compile cache (Node 22.1 and newer) serves the
// chunks, which are loaded after it was switched on: a command that needs a big one starts about 7 % sooner.
const { enableCompileCache } = require('node:module')
if (enableCompileCache !== undefined) {
  try {
    const folder = cacheFolder()
    if (folder !== '') enableCompileCache(folder)
  } catch {
    // a cache is never worth a failure
  }
}

/**
 * V8 runs what it finds in its cache, and Node's default folder is in the shared /tmp, where another user may have been
 * first: so only a folder below a home that belongs to the user we run as.
 */
function cacheFolder() {
  const { env, getuid } = process
  const base = getuid === undefined ? env.LOCALAPPDATA : env.XDG_CACHE_HOME || env.HOME
  if (!base) return ''
  const { mode, uid } = require('node:fs').statSync(base)
  if (getuid !== undefined && (uid !== getuid() || (mode & 0o022) !== 0)) return ''
  return base === env.HOME ? `${base}/.cache/bulla/v8` : `${base}/bulla/v8`
}
