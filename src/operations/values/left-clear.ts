import { DEFAULT_SELECTOR, type SelectorSpec } from '../../format/metadata.ts'
import { compileSelector, type Selector } from '../../format/selector.ts'
import type { Branch } from '../../format/tree.ts'
import { walk } from '../../format/walk.ts'
import { showPath } from './tree-path.ts'

/** So many are named. */
const MAX_NAMED = 3

/**
 * What to say about values that a change adds and that the selector leaves readable: who sets a password under such a key
 * learns it here, or from the one who finds it. A value that was readable before is not spoken of.
 *
 * @throws ConfigError `ERR_SELECTOR`
 */
export async function clearNotes(
  before: readonly Branch[],
  after: readonly Branch[],
  spec: SelectorSpec = DEFAULT_SELECTOR,
): Promise<readonly string[]> {
  const selector = await compileSelector(spec)
  const known = clearPlaces(before, selector)
  const added = [...clearPlaces(after, selector)].flatMap(([aad, path]) => (known.has(aad) ? [] : [path]))
  if (added.length === 0) return []
  const rest = added.length - MAX_NAMED
  const named = `${added.slice(0, MAX_NAMED).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`
  const [verb, it] = added.length === 1 ? ['stays', 'it'] : ['stay', 'them']
  return [`${named} ${verb} readable: the selector of the file, ${spec.field} "${spec.pattern}", does not seal ${it}`]
}

/** Readable values by what they would be bound to; elements of a list count as one. */
function clearPlaces(documents: readonly Branch[], selector: Selector): ReadonlyMap<string, string> {
  const places = new Map<string, string>()
  walk(documents, selector, (leaf, { aad, path, selected }) => {
    const isClear = leaf.kind !== 'comment' && !selected && leaf.value !== ''
    if (isClear && !places.has(aad)) places.set(aad, showPath(path))
    return false
  })
  return places
}
