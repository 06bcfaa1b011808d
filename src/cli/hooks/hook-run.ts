import { isBullaError } from '../../errors.ts'
import { type HookName, OF_A_COMMIT } from '../../operations/hooks/hook-names.ts'
import type { HookIo } from '../io.ts'

/** Something cannot be judged. */
const UNDECIDED = 2

/** Answer a hook of git. @param args - what git gives to it @returns the exit code */
export async function runHookOf(name: HookName, args: readonly string[], io: HookIo): Promise<number> {
  const probe = io.env['BULLA_HOOK_PROBE']
  if (probe !== undefined && probe !== '') {
    // "doctor" asks whether git runs this: judged is nothing, and so nothing may pass
    io.writeErr(`${io.program}: reached: ${probe} ${name}\n`)
    return 1
  }
  const repository = await io.repository({ asGit: true })
  if (OF_A_COMMIT.includes(name)) await repository.prepareStaged()
  // loaded while git, where it is asked, reads its index
  const { runAndTell } = await import('./hook-verdict.ts')
  try {
    return await runAndTell(name, args, repository, io)
  } catch (error) {
    if (!isBullaError(error)) throw error
    const { renderError } = await import('../show/messages.ts') // seldom needed
    renderError(error, io)
    return UNDECIDED
  } finally {
    repository.close()
  }
}
