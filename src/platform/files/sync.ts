import { closeSync, fsync, openSync } from 'node:fs'
import { promisify } from 'node:util'

/** Put what was written to a descriptor on the disk. */
export const sync = promisify(fsync)

/** What is on its way for a folder, and what those wait for whose change that may miss. */
const underway = new Map<string, { running: Promise<void>; next: Promise<void> | undefined }>()

/**
 * Make renames in a folder last. Many at the same time share what they wait for, as it costs as much as writing a file.
 */
export function syncFolder(folder: string): Promise<void> {
  const known = underway.get(folder)
  if (known === undefined) {
    const running = syncNow(folder).finally(() => underway.delete(folder))
    underway.set(folder, { running, next: undefined })
    return running
  }
  known.next ??= known.running.then(() => syncFolder(folder))
  return known.next
}

/** Windows cannot open folders, and some file systems cannot sync them. */
async function syncNow(folder: string): Promise<void> {
  try {
    const descriptor = openSync(folder, 'r')
    await sync(descriptor).finally(() => closeSync(descriptor))
  } catch {
    // the files themselves are safe; only the moment at which their names are, is not known
  }
}
