import type { Branch, Comment, Node } from '../../format/tree.ts'
import type { MergeStep } from '../../merge/three-way.ts'
import { withoutDocuments } from './align-documents.ts'
import { writeTrees } from './merge-texts.ts'
import type { DocumentConflict, MergedText, MergeTools } from './text-versions.ts'

/** A conflict that nobody has decided yet. */
export type OpenConflict = DocumentConflict

/** How a conflict is decided. */
export interface Choice {
  readonly document: number
  readonly path: readonly MergeStep[]
  /** A side, or another value. */
  readonly take: 'ours' | 'theirs' | Node
}

/** The merged text with conflicts decided, and those that are left. @throws FormatError `ERR_EMIT` */
export function chosenText(
  { text, conflicts }: Pick<MergedText, 'text' | 'conflicts'>,
  choices: readonly Choice[],
  tools: MergeTools,
): { readonly text: string; readonly open: readonly OpenConflict[] } {
  const roots = [...tools.store.parse(text).documents]
  const open: OpenConflict[] = []
  const gone = new Set<number>()
  // from the last to the first: what is taken away moves the positions behind it
  for (const conflict of conflicts.toReversed()) {
    const choice = choices.find(
      ({ document, path }) => document === conflict.document && isSamePath(path, conflict.path),
    )
    if (choice === undefined) open.unshift(conflict)
    else if (conflict.path.length === 0 && decided(choice, conflict) === undefined) gone.add(conflict.document)
    else roots[conflict.document] = withValue(roots[conflict.document], conflict.path, decided(choice, conflict))
  }
  if (open.length === conflicts.length) return { text, open }
  return { text: withoutDocuments(writeTrees(roots, text, tools), gone, tools), open }
}

function decided({ take }: Choice, conflict: OpenConflict): Node | undefined {
  if (take === 'ours') return conflict.ours
  return take === 'theirs' ? conflict.theirs : take
}

function isSamePath(first: readonly MergeStep[], second: readonly MergeStep[]): boolean {
  return first.length === second.length && first.every((step, index) => step === second[index])
}

/** A document with another value at a path; undefined takes it away. */
function withValue(root: Branch | undefined, path: readonly MergeStep[], value: Node | undefined): Branch {
  const changed = root === undefined ? undefined : put(root, path, value)
  return changed?.kind === 'branch' ? changed : { kind: 'branch', items: [] }
}

function put(node: Node, [step, ...rest]: readonly MergeStep[], value: Node | undefined): Node | undefined {
  if (step === undefined) return value
  if (node.kind === 'branch' && typeof step === 'string') {
    const items = node.items.flatMap((item) => {
      if (item.kind !== 'entry' || item.key !== step) return [item]
      const next = put(item.value, rest, value)
      return next === undefined ? [] : [{ ...item, value: next }]
    })
    const isThere = node.items.some((item) => item.kind === 'entry' && item.key === step)
    const added = !isThere && rest.length === 0 && value !== undefined
    return { kind: 'branch', items: added ? [...items, { kind: 'entry', key: step, value }] : items }
  }
  if (node.kind === 'list' && typeof step === 'number') {
    let place = -1
    const items = node.items.flatMap((item): (Node | Comment)[] => {
      if (item.kind === 'comment') return [item]
      place += 1
      if (place !== step) return [item]
      const next = put(item, rest, value)
      return next === undefined ? [] : [next]
    })
    return { kind: 'list', items }
  }
  return node
}
