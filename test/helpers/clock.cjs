// @ts-nocheck: loaded into the command by NODE_OPTIONS, see sandbox.ts
'use strict'
// A clock that goes on by a fixed step each time somebody looks at it, however fast the machine is.
const step = Number(process.env.BULLA_TEST_CLOCK_STEP_MS)

let now = Date.now()
Date.now = () => {
  now += step
  return now
}
