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
  /** Whether a key has several lines: it is written as `? key`, and comments around it come into other collections. */
  readonly movesComments: boolean
  /** Texts of comments that the writer keeps. */
  readonly kept: readonly string[]
  /**
   * Texts of comments that it may lose: in a collection that is an element of a list, in that list, and behind an alias to
   * a collection.
   */
  readonly fragile: readonly string[]
}

export function sopsWriterLimits(documents: readonly Branch[]): WriterLimits {
  const finder = new LimitFinder()
  for (const document of documents) finder.collection(document.items, false, false)
  return finder
}

class LimitFinder implements WriterLimits {
  growsLists = false
  movesComments = false
  readonly kept: string[] = []
  readonly fragile: string[] = []
  private badText = false
  private badEmpty = false
  private late = false
  private empty = false

  get writable(): boolean {
    // a comment of a list, or behind an alias, may be written too late and then breaks the next `{}`
    return !this.badText && !this.badEmpty && !(this.late && this.empty)
  }

  /** @param inList - whether the collection stands in an element of a list */
  collection(items: readonly (Entry | Node | Comment)[], isList: boolean, inList: boolean): void {
    const isEmpty = !items.some((item) => item.kind !== 'comment')
    if (isEmpty) this.empty = true
    if (isEmpty && items.length > 0) this.badEmpty = true
    const inNested = isList && items.some(({ kind }) => kind === 'branch' || kind === 'list')
    items.forEach((item, index) => {
      if (item.kind !== 'comment') {
        if (item.kind === 'entry' && item.key.includes('\n')) this.movesComments = true
        this.node(item.kind === 'entry' ? item.value : item, inList || isList)
        return
      }
      if (isList && item.text === '') this.growsLists = true
      const next = items.slice(index).find((each) => each.kind !== 'comment')
      const value = next?.kind === 'entry' ? next.value : next
      const beforeCollection = value !== undefined && (value.kind === 'branch' || value.kind === 'list')
      const isLate = beforeCollection && item.inline
      if (isLate || isList || inList) this.late = true
      if (isList && beforeCollection && !value.items.some((each) => each.kind !== 'comment')) this.badEmpty = true
      const fragile = isEmpty || isLate || inList || inNested
      // a bare # in a list is sealed as a comment of one space
      ;(fragile ? this.fragile : this.kept).push(item.text || ' ')
    })
  }

  private node(node: Node, inList: boolean): void {
    if (node.kind === 'branch' || node.kind === 'list') this.collection(node.items, node.kind === 'list', inList)
    // a block scalar gets a wrong indentation indicator, or none that fits a tab
    else if (node.kind === 'scalar' && node.type === 'str' && /^[ \t\n].*\n|^\n/s.test(node.value)) this.badText = true
  }
}

/**
 * Comments of what sops wrote, held against those that it saw; empty when they agree.
 *
 * @param documents - what it read
 * @param plain - texts of all comments of the plain file: some of them no reader counts
 */
export function commentDifferences(
  documents: readonly Branch[],
  plain: readonly string[],
  written: readonly string[],
): string {
  const { kept, movesComments } = sopsWriterLimits(documents)
  if (movesComments) return ''
  const maybe = plain.map((text) => text || ' ')
  for (const text of kept) take(maybe, text)
  const known = new Set([...kept, ...maybe])
  const left = written.flatMap((text) => separate(text || ' ', known))
  const lost = kept.filter((text) => !take(left, text))
  const extra = left.filter((text) => !take(maybe, text))
  return [...lost.map((text) => `lost: #${text}`), ...extra.map((text) => `new: #${text}`)].join('\n')
}

/** Two comments that come to stand behind the same value are written as one: `# a # b`. */
function separate(text: string, known: ReadonlySet<string>): string[] {
  const second = text.indexOf(' #')
  if (known.has(text) || second < 0) return [text]
  return [text.slice(0, second), ...separate(text.slice(second + 2) || ' ', known)]
}

function take(texts: string[], text: string): boolean {
  const index = texts.indexOf(text)
  if (index >= 0) texts.splice(index, 1)
  return index >= 0
}
