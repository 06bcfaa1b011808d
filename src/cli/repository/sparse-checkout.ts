import type { Io } from '../io.ts'
import { renderNote } from '../show/messages.ts'

/** Say of a checkout of a part that the rest was not seen: whoever changes readers means all files. */
export async function noteSparse(io: Io): Promise<void> {
  const repository = await io.repository({ asGit: false })
  try {
    const isSparse = (await repository.setting('core.sparseCheckout')) === 'true'
    const note = 'this checkout is sparse: sealed files that are not checked out were not seen, and stay as they are'
    if (isSparse) renderNote(undefined, note, io)
  } finally {
    repository.close()
  }
}
