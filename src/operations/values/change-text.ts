import { FormatError, isBullaError } from '../../errors.ts'
import type { TreeChange } from '../../format/change.ts'
import { applyEdits } from '../../format/edits.ts'
import { cannotEmit } from '../../format/error-at.ts'
import type { EmitOptions, Source, Store } from '../../format/store.ts'
import type { Branch } from '../../format/tree.ts'
import type { Changer } from './changers.ts'
import { changed, isSame } from './tree-change.ts'

/** One change of a plain file. */
export interface TextChange {
  readonly source: Source
  readonly store: Store
  readonly changer: Changer
  /** Of new lines, where the file has none to follow. */
  readonly layout: EmitOptions
  /** Which of its documents, from 0. */
  readonly document: number
  readonly change: TreeChange
}

/**
 * The text after a change, read again: it must hold what it is to hold, and nothing else may have changed.
 *
 * @throws FormatError `ERR_EMIT`, `ERR_ALREADY_SEALED`
 */
export function changedText({ source, store, layout, changer, document, change }: TextChange): string {
  const expected = source.documents.map((root, index) => (index === document ? changed(root, change) : root))
  checkReserved(store, expected)
  const text = applyEdits(source.text, changer.edits({ text: source.text, document, change, layout }))
  if (!reads(store, text, expected)) {
    throw cannotEmit('this change cannot be written into the layout of the file', 'make it with "edit"')
  }
  return text
}

function checkReserved(store: Store, documents: readonly Branch[]): void {
  const name = documents.map((root) => store.reservedName(root)).find((found) => found !== undefined)
  if (name === undefined) return
  throw new FormatError('ERR_ALREADY_SEALED', 'this key is reserved for the metadata', {
    where: { path: [name] },
    hint: 'choose another name',
  })
}

/** Whether a text holds just these documents. */
function reads(store: Store, text: string, expected: readonly Branch[]): boolean {
  try {
    const { documents } = store.parse(text)
    return (
      documents.length === expected.length && documents.every((root, index) => isSame(root, expected[index] ?? root))
    )
  } catch (error) {
    if (isBullaError(error)) return false
    throw error
  }
}
