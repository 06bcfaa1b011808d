import type { KeyDescription } from '../../config/key-text.ts'
import { KeyError } from '../../errors.ts'
import type { Readers } from '../../format/metadata.ts'
import type { World } from '../ports.ts'
import { namesOfKeys } from '../recipients/names-of-keys.ts'
import { shown } from './readers.ts'

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

/** A file that we could not open any more. */
export interface LockedFile {
  /** Absolute. */
  readonly path: string
  /** Who could. */
  readonly groups: readonly (readonly KeyDescription[])[]
}

/**
 * Who locks himself out has to say so, at the terminal or by an option.
 *
 * @throws KeyError `ERR_LOCKOUT`
 */
export async function confirmLockout(
  locked: readonly LockedFile[],
  allowed: boolean,
  world: Pick<World, 'confirm' | 'recipients'>,
): Promise<void> {
  const [first] = locked
  if (first === undefined || allowed) return
  const files = locked.length === 1 ? 'this file' : `${locked.length} of these files`
  const text = `None of your identities will open ${files} afterwards, only ${await readersLeft(locked, first.path, world)}. Go on?`
  // what answers a plan by a pipe has not read this
  if ((await world.confirm({ text, mayBePiped: false })) === true) return
  throw new KeyError('ERR_LOCKOUT', `none of your identities would open ${files} afterwards; nothing was written`, {
    where: { file: first.path },
    hint: 'keep a reader whose identity is here, or add --allow-lockout if it is meant so',
  })
}

/** More readers than this are counted. */
const MAX_SHOWN = 4

async function readersLeft(
  locked: readonly LockedFile[],
  file: string,
  world: Pick<World, 'recipients'>,
): Promise<string> {
  const names = await namesOfKeys(world, file)
  const readers = [...new Set(locked.flatMap(({ groups }) => groups.flat()).map((key) => shown(key, names)))]
  const more = readers.length - MAX_SHOWN
  return `those of ${readers.slice(0, MAX_SHOWN).join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}
