import { KeyError } from '../../errors.ts'
import type { Readers } from '../../format/metadata.ts'
import type { World } from '../ports.ts'

/** Said in a plan, where nothing is asked. */
export const LOCKOUT_NOTE = 'none of your identities would open it afterwards: that needs --allow-lockout'

/** Whether we could not open a file with these readers. @param file - absolute */
export async function locksOut(
  { groups, shamirThreshold }: Readers,
  file: string,
  { keyring }: World,
): Promise<boolean> {
  return !(await keyring.canUnwrap({ groups, shamirThreshold, file }))
}

/**
 * Who locks himself out has to say so, at the terminal or by an option.
 *
 * @param paths - files that we could not open afterwards
 * @throws KeyError `ERR_LOCKOUT`
 */
export async function confirmLockout(
  paths: readonly string[],
  allowed: boolean,
  { confirm }: Pick<World, 'confirm'>,
): Promise<void> {
  const [first] = paths
  if (first === undefined || allowed) return
  const files = paths.length === 1 ? 'this file' : `${paths.length} of these files`
  const text = `None of your identities will open ${files} afterwards. Go on?`
  // what answers a plan by a pipe has not read this
  if ((await confirm({ text, mayBePiped: false })) === true) return
  throw new KeyError('ERR_LOCKOUT', `none of your identities would open ${files} afterwards; nothing was written`, {
    where: { file: first },
    hint: 'keep a reader whose identity is here, or add --allow-lockout if it is meant so',
  })
}
