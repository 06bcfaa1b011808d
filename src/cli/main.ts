import { run } from './run.ts'
import { endQuietly, realIo } from './wire.ts'

const io = realIo()
run(process.argv.slice(2), io).then(
  (code) => {
    process.exitCode = code
  },
  (error: unknown) => endQuietly(error),
)
