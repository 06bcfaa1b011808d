import { type FormatError, isBullaError } from '../../errors.ts'
import type { Branch, Node } from '../../format/tree.ts'
import { locate, notFound } from './tree-change.ts'
import type { TreePath } from './tree-path.ts'

/**
 * What to say where `path` leads nowhere in a document but to a value in another one: who named no document, or the wrong
 * one, may have meant that.
 *
 * @param root - the document that was looked into
 */
export function otherDocument(documents: readonly Branch[], root: Branch, path: TreePath): string | undefined {
  const found = documents.findIndex((other) => other !== root && hasValue(other, path))
  return found < 0 ? undefined : `document ${found} has a value at this path: --document ${found}`
}

/** The value at `path` in one of the documents. @throws UsageError `ERR_TREE_PATH`; FormatError `ERR_PATH_NOT_FOUND` */
export function nodeIn(documents: readonly Branch[], root: Branch, path: TreePath): Node {
  const located = locate(root, path)
  if (located.rest.length === 0) return located.node
  throw notFoundIn(documents, root, path)
}

/** There is nothing at `path` in this document. */
export function notFoundIn(documents: readonly Branch[], root: Branch, path: TreePath): FormatError {
  return notFound(locate(root, path), path, otherDocument(documents, root, path))
}

function hasValue(root: Branch, path: TreePath): boolean {
  try {
    return locate(root, path).rest.length === 0
  } catch (error) {
    // other documents may be of another shape
    if (isBullaError(error)) return false
    throw error
  }
}
