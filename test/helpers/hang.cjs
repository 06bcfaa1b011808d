// @ts-nocheck: loaded into the command by NODE_OPTIONS, see sandbox.ts
'use strict'
// A disk that answers some calls of fsync and then no more: a command that writes files stands still there, however fast
// the machine is.
const fs = require('node:fs')

let answered = Number(process.env.BULLA_TEST_SYNCS)
const fsync = fs.fsync
fs.fsync = (descriptor, done) => {
  answered -= 1
  if (answered >= 0) return fsync(descriptor, done)
  fs.appendFileSync(process.env.BULLA_TEST_OBSERVED, 'hang\n')
  setInterval(() => undefined, 2 ** 30)
}
