// @ts-nocheck: loaded into the command by NODE_OPTIONS, see sandbox.ts
'use strict'
// Makes a process of root that of somebody else, once Node has started: that may lie where only root can read.
const somebody = Number(process.env.BULLA_TEST_USER)

process.setgroups([])
process.setgid(somebody)
process.setuid(somebody)
