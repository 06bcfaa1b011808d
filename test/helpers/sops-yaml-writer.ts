import type { Source } from '../../src/format/store.ts'
import type { Branch, Comment, Entry, Node } from '../../src/format/tree.ts'

/**
 * What the YAML writer of sops does not get right, so that what it wrote says nothing about how a file was sealed.
 *
 * @see docs/compat.md
 */
export interface WriterLimits {
  /** False when the output would be unreadable, or another value. */
  readonly writable: boolean
  /** Whether a comment without text stands in a list: sealed by sops, it becomes an element of it. */
  readonly growsLists: boolean
  /** Texts of comments that the writer keeps. */
  readonly kept: readonly string[]
  /** Texts of comments that it may lose: they meet another comment at the start of a collection in a list. */
  readonly fragile: readonly string[]
}

export function sopsWriterLimits(documents: readonly Branch[]): WriterLimits {
  const limits = { writable: true, growsLists: false, kept: [] as string[], fragile: [] as string[] }
  const isEmpty = (node: Node): boolean =>
    (node.kind === 'branch' || node.kind === 'list') && !node.items.some((item) => item.kind !== 'comment')
  const add = (comment: Comment, fragile: boolean): void => {
    // a bare # in a list is sealed as a comment of one space
    ;(fragile ? limits.fragile : limits.kept).push(comment.text === '' ? ' ' : comment.text)
  }
  /** @param inList - whether the collection is an element of a list */
  const visitItems = (items: readonly (Entry | Node | Comment)[], inList: boolean, isList: boolean): void => {
    const ownEmpty = !items.some((item) => item.kind !== 'comment')
    items.forEach((item, index) => {
      if (item.kind !== 'comment') {
        visitNode(item.kind === 'entry' ? item.value : item, isList)
        return
      }
      if (isList && item.text === '') limits.growsLists = true
      const next = items.slice(index).find((each) => each.kind !== 'comment')
      const isFirst = !items.slice(0, index).some((each) => each.kind !== 'comment')
      const beforeCollection = isList && next !== undefined && (next.kind === 'branch' || next.kind === 'list')
      if (beforeCollection && isEmpty(next)) limits.writable = false
      add(item, ownEmpty || beforeCollection || (isFirst && inList))
    })
  }
  const visitNode = (node: Node, inList: boolean): void => {
    if (node.kind === 'branch' || node.kind === 'list') visitItems(node.items, inList, node.kind === 'list')
    // a block scalar gets a wrong indentation indicator, or none that fits a tab
    else if (node.kind === 'scalar' && node.type === 'str' && /^[ \t\n][^]*\n|^\n/.test(node.value)) limits.writable = false
  }
  for (const document of documents) visitItems(document.items, false, false)
  return limits
}

/** Comments of what sops wrote, held against those of the plain file; empty when they agree. */
export function commentDifferences(plain: Source, written: readonly string[]): string[] {
  const { kept, fragile } = sopsWriterLimits(plain.documents)
  // a comment that no reader counts can become one that counts when the metadata stands behind it
  const maybe = [...fragile, ...plain.lostComments.map(({ comment }) => comment.text)]
  const left = written.map((text) => (text === '' ? ' ' : text))
  const lost = kept.filter((text) => !take(left, text))
  const extra = left.filter((text) => !take(maybe, text))
  return [...lost.map((text) => `lost: #${text}`), ...extra.map((text) => `new: #${text}`)]
}

function take(texts: string[], text: string): boolean {
  const index = texts.indexOf(text)
  if (index >= 0) texts.splice(index, 1)
  return index >= 0
}
