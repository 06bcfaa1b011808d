import { randomFillSync } from 'node:crypto'
import { basename, join } from 'node:path'
import { pooledRandom } from '../crypto/random.ts'
import { nodeFiles } from '../platform/files/files.ts'
import { statsOf } from '../platform/files/stats.ts'
import { ClosedPipe, readStdin, writeTo } from '../platform/terminal/streams.ts'
import type { HookIo } from './io.ts'

export const random = pooledRandom((bytes) => randomFillSync(bytes))
/** Whether the values of files that are opened are remembered. */
export const REMEMBERS = process.env['BULLA_NO_KNOWN_VALUES'] !== '1'

/** The part of the real machine that hooks need. A commit waits for it: nothing but that is loaded here. */
export function hookIo(): Omit<HookIo, 'world'> {
  return {
    program: basename(process.argv[1] ?? '').startsWith('sops') ? 'sops' : 'bulla',
    cwd: workingFolder(),
    env: process.env,
    writeErr: (text) => writeTo('stderr', text),
    stdin: readStdin,
    isFile: (path) => statsOf(path)?.isFile() === true,
    repository: async ({ asGit }) => {
      const { GitRepository } = await import('../git/repository.ts')
      return new GitRepository({ cwd: process.cwd(), asGit })
    },
    knownValues: async () => {
      if (!REMEMBERS) return undefined
      const [{ gitFolders }, { KnownStore }] = await Promise.all([
        import('../git/git-folders.ts'),
        import('../operations/known/known-store.ts'),
      ])
      const folders = gitFolders(join(process.cwd(), 'any'))
      return folders && { root: folders.root, store: new KnownStore(folders.common, nodeFiles, random) }
    },
    now,
  }
}

/** Somebody may have removed it meanwhile: what has a full path is found nevertheless, all else is not there. */
export function workingFolder(): string {
  try {
    return process.cwd()
  } catch {
    return process.env['PWD'] ?? '/'
  }
}

/** RFC 3339, UTC, to the second. */
export function now(): string {
  return `${new Date().toISOString().slice(0, 19)}Z`
}

/** Shells report a program that a closed pipe ended so. */
const CLOSED_PIPE = 141

/** What even showing an error could not catch: nobody reads our output any more, or a bug in what shows errors. */
export function endQuietly(error: unknown): never {
  process.exit(error instanceof ClosedPipe ? CLOSED_PIPE : 70)
}

/**
 * Node ends with success when nothing is left to do, also when a command still waits for something that will never come. A
 * command that comes to its end says so itself.
 */
export function refuseSilentEnd(): void {
  process.once('beforeExit', () => {
    try {
      writeTo('stderr', 'bulla: error: internal error: the command stopped before it was done\n')
    } finally {
      process.exit(70)
    }
  })
}
