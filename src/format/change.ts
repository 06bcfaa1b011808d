import type { EmitOptions } from './store.ts'
import type { Node } from './tree.ts'

/** Where a node stands in its document: at each level its position among entries or elements, comments not counted. */
export type NodePlace = readonly number[]

/** One change of a tree. */
export type TreeChange =
  /** Put another value in the place of one that stands below the root. */
  | { readonly kind: 'replace'; readonly at: NodePlace; readonly value: Node }
  /** Add an entry, or without `key` an element, at the end of the collection `at`. */
  | { readonly kind: 'add'; readonly at: NodePlace; readonly key: string | undefined; readonly value: Node }
  /** Take an entry or an element out. */
  | { readonly kind: 'remove'; readonly at: NodePlace }

export interface ChangeRequest {
  /** A plain file: without metadata. */
  readonly text: string
  /** Which of its documents, from 0. */
  readonly document: number
  readonly change: TreeChange
  /** Layout of new lines, where the file has none to follow. */
  readonly layout: EmitOptions
}
