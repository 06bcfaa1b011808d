import type { Branch, List } from '../../format/tree.ts'
import { type PathStep, showPath } from '../values/tree-path.ts'

type Documents = readonly Branch[]

/** Plain documents of a merge. */
export interface CommentVersions {
  readonly base: Documents
  readonly ours: Documents
  readonly theirs: Documents
}

/** So many are named. */
const MAX_NAMED = 3

/**
 * What to say about comments that one side wrote, or both kept, and that are not in the result: comments are merged by lines, and where both
 * sides changed the same ones, those of one side stand there. Their texts are not shown: they may be sealed.
 *
 * @param merged - asked for only when there are comments
 */
export function lostComments({ base, ours, theirs }: CommentVersions, merged: () => Documents): string[] {
  const [was, inOurs, inTheirs] = [commentsOf(base), commentsOf(ours), commentsOf(theirs)]
  const added = [
    // of what both sides kept, one is enough to say so
    { side: 'ours', comments: [...inOurs].filter(([text]) => !was.has(text) || inTheirs.has(text)) },
    { side: 'theirs', comments: [...inTheirs].filter(([text]) => !was.has(text)) },
  ]
  if (added.every(({ comments }) => comments.length === 0)) return []
  const found = commentsOf(merged())
  return added.flatMap(({ side, comments }) => {
    const lost = comments.filter(([text]) => !found.has(text))
    if (lost.length === 0) return []
    const places = [...new Set(lost.map(([, place]) => place))]
    const rest = places.length - MAX_NAMED
    const named = `${places.slice(0, MAX_NAMED).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`
    return [
      `both sides changed the same lines: not in the result ${lost.length === 1 ? 'is a comment' : 'are comments'} of ${side} at ${named}`,
    ]
  })
}

/** By text, the place where it stands first. */
type Comments = ReadonlyMap<string, string>

function commentsOf(documents: Documents): Comments {
  const found = new Map<string, string>()
  for (const document of documents) visit(document, [], found)
  return found
}

function visit({ items }: Branch | List, steps: readonly PathStep[], found: Map<string, string>): void {
  let position = 0
  const pathOf = (item: (typeof items)[number] | undefined): readonly PathStep[] => {
    if (item === undefined || item.kind === 'comment') return steps
    return [...steps, item.kind === 'entry' ? item.key : position]
  }
  let last: readonly PathStep[] = steps
  items.forEach((item, index) => {
    if (item.kind === 'comment') {
      const text = item.text.trim()
      // in the tree, what it is about comes behind it
      const next = items[index + 1]
      const place = next === undefined || next.kind === 'comment' ? last : pathOf(next)
      if (text !== '' && !found.has(text)) found.set(text, place.length === 0 ? 'the top' : showPath([...place]))
      return
    }
    last = pathOf(item)
    const node = item.kind === 'entry' ? item.value : item
    if (node.kind === 'branch' || node.kind === 'list') visit(node, last, found)
    position += 1
  })
}
