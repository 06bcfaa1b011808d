import type { HookName } from '../operations/hooks/hook-names.ts'
import { runHookOf } from './hooks/hook-run.ts'
import { endQuietly, hookIo, refuseSilentEnd } from './wire-hook.ts'

// what the launcher starts for `hook run NAME` without options: no other command, and nothing that reads options, is loaded
const io = { ...hookIo(), world }
refuseSilentEnd()
const [, , name = '', ...args] = process.argv.slice(2)
runHookOf(name as HookName, args, io) // the launcher knows the names
  .catch(async (error: unknown) => (await import('./run.ts')).failed(error, 'hook', io))
  .then((code) => process.exit(code), endQuietly)

async function world() {
  const { realIo } = await import('./wire.ts')
  return realIo().world({ configPath: process.env['SOPS_CONFIG'] || undefined, quiet: false })
}
