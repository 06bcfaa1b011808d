import { constants } from 'node:crypto'
import { setFlagsFromString } from 'node:v8'

/** From here on, what is read takes long enough. */
const MUCH_BYTES = 32 * 1024
/** How many bytes of bytecode a function runs before V8 thinks of optimising it, and how many it is by itself. */
const [LATE, USUAL] = [600_000, 67_584]
/** The V8 of Node 20. Later ones have a compiler between, which takes little, and no such setting. */
const isKnownV8 = process.versions.v8.startsWith('11.3.')

let read = 0
let isSet = false

/**
 * Have V8 optimise later in a command that reads much: over in a fifth of a second or in one, it would spend a third of its
 * processor time on optimising what it soon does no more. Nothing else changes.
 *
 * @param bytes - how many were read
 */
export function expectWork(bytes: number): void {
  read += bytes
  if (read < MUCH_BYTES || isSet || !isKnownV8) return
  isSet = true
  // loaded before: V8 uses what Node keeps of its modules only under the settings that they were compiled with
  if (constants !== undefined) setFlagsFromString(`--interrupt-budget=${LATE}`)
  // and so it is with what the launcher keeps of ours
  process.prependOnceListener('exit', () => setFlagsFromString(`--interrupt-budget=${USUAL}`))
}
