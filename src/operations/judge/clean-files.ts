import type { CleanBlobs, CleanScope } from '../cache/clean-blobs.ts'
import { sealedSiblings } from './leftover.ts'
import type { JudgeSettings } from './settings.ts'
import { policyPaths } from './tree-policies.ts'

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
  find(file: CleanFile): 'sealed' | 'plain' | undefined
  add(file: CleanFile, kind: 'sealed' | 'plain'): void
}

/**
 * Files that were judged before, by the same policy, rules and known values, and of which nothing was told. What depends on
 * other files is left out.
 *
 * @param around - contents by path: of policies, and of files beside which something may be left over
 */
export function cleanFiles(blobs: CleanBlobs, scannerId: string, settings: JudgeSettings, around: Around): CleanFiles {
  const base = [scannerId, settings.rulesId, settings.minVersion ?? '']
  const scopes = new Map<string | undefined, CleanScope>()
  const scopeOf = ({ path }: CleanFile): CleanScope | undefined => {
    if (sealedSiblings(path).some((sibling) => around.siblings.has(sibling))) return undefined
    const policy = policyPaths(path).find((candidate) => around.policies.has(candidate))
    const content = policy === undefined ? '' : Buffer.from(around.policies.get(policy) ?? []).toString('latin1')
    const known = scopes.get(policy) ?? blobs.under('judge', ...base, policy ?? '', content)
    scopes.set(policy, known)
    return known
  }
  return {
    find: (file) => {
      const scope = scopeOf(file)
      const has = (kind: 'sealed' | 'plain') => scope?.has(kind, file.mode, file.path, file.id) === true
      if (has('sealed')) return 'sealed'
      return has('plain') ? 'plain' : undefined
    },
    add: (file, kind) => scopeOf(file)?.add(kind, file.mode, file.path, file.id),
  }
}
