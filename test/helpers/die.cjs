// @ts-nocheck: loaded into the command by NODE_OPTIONS, see sandbox.ts
'use strict'
// The command is killed at the moment when it has started as many programs.
const childProcess = require('node:child_process')

let left = Number(process.env.BULLA_TEST_PROGRAMS)
const spawn = childProcess.spawn
childProcess.spawn = (...args) => {
  const child = spawn(...args)
  left -= 1
  if (left === 0) process.kill(process.pid, 'SIGKILL')
  return child
}
