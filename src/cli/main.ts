import { run } from './run.ts'
import { realIo } from './wire.ts'
import { endQuietly, refuseSilentEnd } from './wire-hook.ts'

refuseSilentEnd()
const io = realIo()
run(process.argv.slice(2), io).then(
  // not by itself: everything is written by now, and Node would tidy up memory that is about to go
  (code) => process.exit(code),
  (error: unknown) => endQuietly(error),
)
