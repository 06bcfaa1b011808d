import { type BigIntStats, fstatSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { gitFolders } from './git-folders.ts'

/** Of the files that git has open, the message is one of the first. */
const MOST_FILES = 64

/**
 * Whether git, which started this program, is writing the message of a commit. With `git commit --verbose` it puts the diff into
 * that file, and leaves it there. What git has open then is open in the programs that it starts too; not on Windows.
 *
 * @param gitFolder - as `GIT_DIR` names it
 */
export function isForMessage(cwd: string, gitFolder: string | undefined): boolean {
  const folder = gitFolder === undefined ? gitFolders(join(cwd, 'any'))?.own : resolve(cwd, gitFolder)
  const message = folder === undefined ? undefined : stats(() => statSync(join(folder, 'COMMIT_EDITMSG'), BIG))
  if (message === undefined) return false
  return Array.from({ length: MOST_FILES }, (_, index) => index + 3).some((descriptor) => {
    const open = stats(() => fstatSync(descriptor, BIG))
    return open !== undefined && open.ino === message.ino && open.dev === message.dev
  })
}

const BIG = { bigint: true } as const

function stats(look: () => BigIntStats): BigIntStats | undefined {
  try {
    return look()
  } catch {
    return undefined
  }
}
