// @ts-nocheck: loaded into the command by NODE_OPTIONS, see sandbox.ts
'use strict'
// Writes down every host that is looked up or called and every program that is started.
const { appendFileSync } = require('node:fs')
const childProcess = require('node:child_process')
const dns = require('node:dns')
const net = require('node:net')

const note = (what) => appendFileSync(process.env.BULLA_TEST_OBSERVED, `${what}\n`)

const connect = net.Socket.prototype.connect
net.Socket.prototype.connect = function (...args) {
  note('connect')
  return connect.apply(this, args)
}
const lookup = dns.lookup
dns.lookup = (...args) => {
  note('lookup')
  return lookup(...args)
}
for (const name of ['spawn', 'spawnSync', 'exec', 'execSync', 'execFile', 'execFileSync', 'fork']) {
  const original = childProcess[name]
  childProcess[name] = (program, ...args) => {
    note(`run ${program}`)
    return original(program, ...args)
  }
}
