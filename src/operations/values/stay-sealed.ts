import { cannotEmit } from '../../format/error-at.ts'
import type { SelectorSpec } from '../../format/metadata.ts'
import { compileSelector, type Selector } from '../../format/selector.ts'
import type { Branch, Leaf, Node } from '../../format/tree.ts'
import { walk } from '../../format/walk.ts'

/** A change of a plain file. */
interface Change {
  readonly before: readonly Branch[]
  readonly after: readonly Branch[]
  /** Of `before`: what is gone. */
  readonly gone: Node
  /** Whether something else stands in its place. */
  readonly isReplaced: boolean
}

/**
 * A value that is taken out may leave its comment to the next one, where comments are not sealed. Where comments decide what is
 * sealed, so may the next value become readable, and one that is replaced. What was readable may stay so.
 *
 * @throws FormatError `ERR_EMIT`
 */
export async function checkStaysSealed({ before, after, gone, isReplaced }: Change, spec: SelectorSpec): Promise<void> {
  const selector = await compileSelector(spec)
  const { clear, sealed } = leavesOf(before, selector)
  for (const [key, count] of leavesOf(after, selector).clear) {
    if (count <= (clear.get(key) ?? 0) || (isReplaced && !holdsAny(gone, sealed))) continue
    const what = key.startsWith(COMMENT)
      ? 'a comment that is sealed now would become readable where it then stands'
      : 'comments decide what is sealed in this file, and a value that is sealed now would become readable'
    throw cannotEmit(what, 'make the change with "edit", together with the comment')
  }
}

/** Of values the key starts with a bracket. */
const COMMENT = '#'

/** How often each value and each comment stands there readable, and what is sealed. */
function leavesOf(documents: readonly Branch[], selector: Selector) {
  const clear = new Map<string, number>()
  const sealed = new Set<Node | Leaf>()
  walk(documents, selector, (leaf, { aad, selected }) => {
    if (leaf.kind === 'scalar' && leaf.value === '') return false
    const key = leaf.kind === 'comment' ? COMMENT + leaf.text : JSON.stringify([aad, leaf.type, leaf.value])
    if (selected) sealed.add(leaf)
    else clear.set(key, (clear.get(key) ?? 0) + 1)
    return false
  })
  return { clear, sealed }
}

function holdsAny(node: Node, leaves: ReadonlySet<Node | Leaf>): boolean {
  if (node.kind !== 'branch' && node.kind !== 'list') return leaves.has(node)
  return node.items.some((item) =>
    item.kind === 'entry' ? holdsAny(item.value, leaves) : item.kind !== 'comment' && holdsAny(item, leaves),
  )
}
