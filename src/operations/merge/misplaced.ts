import { FormatError } from '../../errors.ts'
import { looksSealed } from '../../format/enc.ts'
import { DEFAULT_SELECTOR, type SelectorSpec } from '../../format/metadata.ts'
import { compileSelector } from '../../format/selector.ts'
import type { Branch } from '../../format/tree.ts'
import { walk } from '../../format/walk.ts'
import type { OpenedFile } from '../open.ts'

/** A ciphertext that is not opened where it stands, so that it would pass for a value. */
export interface Misplaced {
  readonly text: string
  readonly path: readonly string[]
}

/**
 * Ciphertexts that the selector does not reach: what selected them, a comment, may have got lost.
 *
 * @param documents - sealed
 */
export async function misplacedIn(documents: readonly Branch[], selector?: SelectorSpec): Promise<Misplaced[]> {
  const found: Misplaced[] = []
  walk(documents, await compileSelector(selector ?? DEFAULT_SELECTOR), (leaf, { path, selected }) => {
    if (leaf.kind === 'scalar' && !selected && looksSealed(leaf.value))
      found.push({ text: leaf.value, path: [...path] })
    return false
  })
  return found
}

/**
 * Files in which git or somebody put lines together are checked before what is read in them counts as their values.
 *
 * @throws FormatError `ERR_MERGE`
 */
export async function checkSelected({ store, source, metadata }: OpenedFile): Promise<void> {
  const [misplaced] = store.name === 'binary' ? [] : await misplacedIn(source.documents, metadata.selector)
  if (misplaced === undefined) return
  throw new FormatError('ERR_MERGE', 'a ciphertext stands where nothing is sealed', {
    where: { path: misplaced.path },
    hint: 'put back the comment or the name of the key that has it sealed, or restore the line from git',
  })
}
