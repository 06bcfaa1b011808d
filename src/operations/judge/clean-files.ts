import type { CleanBlobs, CleanScope } from '../cache/clean-blobs.ts'
import { sealedSiblings } from './plain/leftover.ts'
import type { JudgeSettings } from './surroundings/judge-settings.ts'
import { policyPaths } from './surroundings/policies.ts'

/** What a file is of which nothing is to be told. */
export type CleanKind = 'sealed' | 'plain'

/** See `JudgedFile`. */
interface CleanFile {
  readonly path: string
  readonly mode: string
  readonly id: string
}

interface Around {
  readonly policies: ReadonlyMap<string, Uint8Array>
  readonly siblings: ReadonlyMap<string, Uint8Array>
}

/** What is asked for a file that was clean before. */
export interface CleanFiles {
  /** Whether it is sealed; undefined when it has to be judged. */
  find(file: CleanFile): CleanKind | undefined
  /** The same, whatever values were known then: only copies of those of now have to be looked for. */
  findButCopies(file: CleanFile): CleanKind | undefined
  add(file: CleanFile, kind: CleanKind): void
}

/**
 * Files that were judged before, by the same policy, rules and known values, and of which nothing was told. What depends on
 * other files is left out.
 *
 * @param around - contents by path: of policies, and of files beside which something may be left over
 */
export function cleanFiles(blobs: CleanBlobs, scannerId: string, settings: JudgeSettings, around: Around): CleanFiles {
  const scopesFor = (...more: readonly string[]) => {
    const base = [...more, settings.rulesId, settings.minVersion ?? '']
    const scopes = new Map<string | undefined, CleanScope>()
    return ({ path }: CleanFile): CleanScope | undefined => {
      if (sealedSiblings(path).some((sibling) => around.siblings.has(sibling))) return undefined
      const policy = policyPaths(path).find((candidate) => around.policies.has(candidate))
      const content = policy === undefined ? '' : Buffer.from(around.policies.get(policy) ?? []).toString('latin1')
      const known = scopes.get(policy) ?? blobs.under(...base, policy ?? '', content)
      scopes.set(policy, known)
      return known
    }
  }
  const [inAll, butCopies] = [scopesFor('judge', scannerId), scopesFor('judge but copies')]
  return {
    find: (file) => kindIn(inAll(file), file),
    findButCopies: (file) => kindIn(butCopies(file), file),
    add: (file, kind) => {
      for (const scopeOf of [inAll, butCopies]) scopeOf(file)?.add(kind, file.mode, file.path, file.id)
    },
  }
}

function kindIn(scope: CleanScope | undefined, { mode, path, id }: CleanFile): CleanKind | undefined {
  const has = (kind: CleanKind) => scope?.has(kind, mode, path, id) === true
  if (has('sealed')) return 'sealed'
  return has('plain') ? 'plain' : undefined
}
