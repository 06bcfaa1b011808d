// scripts/build.mjs copies it to dist/cli: what a thread of the program starts with. It runs the same program.cjs.
'use strict'
const { readFileSync } = require('node:fs')
const { basename } = require('node:path')
const { Script } = require('node:vm')

const filename = `${__dirname}/program.cjs`
// the program is ASCII
const script = new Script(readFileSync(filename, 'latin1'), { filename })
script.runInThisContext()(require, filename, basename(__filename, '.cjs'))
