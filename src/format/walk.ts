import type { Selector } from './selector.ts'
import type { Branch, Comment, Entry, Leaf, List, Node } from './tree.ts'

/** Where the walk is; one object for the whole walk, only valid during the visit. */
export interface Visit {
  /** What a sealed leaf is bound to: keys from the root, each followed by a colon; `:` at the root. */
  aad: string
  /** Keys from the root to the leaf, or to the collection a comment stands in. Copy it to keep it. */
  readonly path: readonly string[]
  /** Whether the selector seals this leaf. */
  selected: boolean
  /** Whether the leaf is an element or a comment of a list. */
  inList: boolean
}

/** Return true when a scalar turned out to be a comment: sops writes sealed comments of lists as elements. */
export type Visitor = (leaf: Leaf, visit: Visit) => boolean | undefined

/**
 * Visit every leaf of `documents` in the order of the MAC, with its path and whether `selector` seals it. Empty
 * collections and nulls are no leaves.
 *
 * @see sops `sops.go`: `walkBranch`, `walkSlice`, `shouldBeEncrypted`
 */
export function walk(documents: readonly Branch[], selector: Selector, visitor: Visitor): void {
  const walker = new Walker(selector, visitor)
  for (const document of documents) walker.branch(document, false, false)
}

class Walker {
  private readonly selector: Selector
  private readonly visitor: Visitor
  private readonly path: string[] = []
  private readonly visit: Visit

  constructor(selector: Selector, visitor: Visitor) {
    this.selector = selector
    this.visitor = visitor
    this.visit = { aad: ':', path: this.path, selected: false, inList: false }
  }

  /**
   * @param keyMatched - a key of the path matches
   * @param commentMatched - a comment that governs the whole collection matches
   */
  branch(branch: Branch, keyMatched: boolean, commentMatched: boolean): void {
    const { aad } = this.visit
    const root = this.path.length === 0
    let active = commentMatched
    // not a loop over an iterator: until V8 has optimised it, it makes an object for each item
    branch.items.forEach((item) => {
      this.visit.inList = false
      if (item.kind === 'comment') {
        active = this.comment(item, keyMatched, active)
      } else {
        this.path.push(item.key)
        this.visit.aad = root ? `${item.key}:` : `${aad}${item.key}:`
        this.node(item.value, keyMatched || this.keyMatches(item), active)
        this.visit.aad = aad
        this.path.pop()
        active = commentMatched
      }
    })
  }

  private list(list: List, keyMatched: boolean, commentMatched: boolean): void {
    let active = commentMatched
    for (const item of list.items) {
      this.visit.inList = true
      if (item.kind === 'comment') active = this.comment(item, keyMatched, active)
      else if (!this.node(item, keyMatched, active)) active = commentMatched
    }
  }

  /** Returns whether the node turned out to be a comment. */
  private node(node: Node, keyMatched: boolean, commentMatched: boolean): boolean {
    switch (node.kind) {
      case 'branch':
        this.branch(node, keyMatched, commentMatched)
        return false
      case 'list':
        this.list(node, keyMatched, commentMatched)
        return false
      case 'scalar':
        return this.leaf(node, keyMatched, commentMatched)
      case 'null':
        return false
    }
  }

  /** Returns whether the comments up to this one match. */
  private comment(comment: Comment, keyMatched: boolean, before: boolean): boolean {
    const { subject, matchSeals, matches } = this.selector
    const after = before || (subject === 'comment' && matches(comment.text))
    // the comment that switches sealing on stays readable itself, the one that switches it off too
    this.leaf(comment, keyMatched, matchSeals ? before : after)
    return after
  }

  private leaf(leaf: Leaf, keyMatched: boolean, commentMatched: boolean): boolean {
    const { subject, matchSeals } = this.selector
    this.visit.selected = (subject === 'key' ? keyMatched : commentMatched) === matchSeals
    return this.visitor(leaf, this.visit) === true
  }

  private keyMatches(entry: Entry): boolean {
    return this.selector.subject === 'key' && this.selector.matches(entry.key)
  }
}
