import { FormatError, isBullaError } from '../../errors.ts'
import type { Branch } from '../../format/tree.ts'
import { areNamed } from '../../merge/documents.ts'
import { isSameContent } from '../../merge/same.ts'
import { mergeSlots, type Slot } from '../../merge/slots.ts'
import type { DocumentTexts } from '../values/changers.ts'
import type { DocumentConflict, MergeTools, PlainVersions } from './text-versions.ts'

/** Three texts in which the same documents stand in the same order: those of the merged file. */
export interface AlignedVersions extends PlainVersions {
  readonly base: string
  /** Documents that one side took away and the other changed. In the texts they stand as they were changed. */
  readonly conflicts: readonly DocumentConflict[]
  /** Texts for the user. */
  readonly notes: readonly string[]
}

const EMPTY: Branch = { kind: 'branch', items: [] }

/**
 * Find out which documents of three versions belong together, and which ones a side added or took away. What one side added
 * stands in all three texts, as if it had always been there.
 *
 * @throws FormatError `ERR_MERGE` when no document is left, or they cannot be told apart or stand in one text
 */
export function alignDocuments(versions: PlainVersions, tools: MergeTools): AlignedVersions {
  const { store, changer, layout } = tools
  const { base, ours, theirs } = versions
  const read = (text: string) => store.parse(text).documents
  const documents = { base: base === undefined ? undefined : read(base), ours: read(ours), theirs: read(theirs) }
  const isSingle = Object.values(documents).every((all) => all === undefined || all.length === 1)
  // a key with another ciphertext is as good as another value
  const byPlace = isSingle || tools.isSealed !== true ? 'always' : 'same-keys'
  const { slots, isDisputed } = mergeSlots(documents.base, documents.ours, documents.theirs, byPlace)
  const conflicts = slots.flatMap((slot, document) => conflictOf(slot, document, documents))
  const notes = isDisputed ? ['both sides brought the documents into another order: that of ours is kept'] : []
  if (changer.documents === undefined || isAligned(slots, documents)) {
    return {
      base:
        base ??
        store.emit(
          slots.map(() => EMPTY),
          layout,
        ),
      ours,
      theirs,
      conflicts,
      notes,
    }
  }
  if (tools.isSealed === true && !Object.values(documents).every((all) => all === undefined || areNamed(all))) {
    throw notTellable()
  }
  if (slots.length === 0) throw nothingLeft()
  const emptied = { text: store.emit([EMPTY], layout), document: EMPTY }
  const parts = {
    base: base === undefined ? [] : partsOf(base, documents.base ?? [], changer.documents),
    ours: partsOf(ours, documents.ours, changer.documents),
    theirs: partsOf(theirs, documents.theirs, changer.documents),
  }
  const { join } = changer.documents
  const joined = (order: readonly (keyof Slot)[]) => {
    const chosen = slots.map((slot) => {
      const isOneSided = slot.ours === undefined || slot.theirs === undefined
      const sides = isOneSided ? (['ours', 'theirs'] as const) : order
      return sides.flatMap((side) => parts[side][slot[side] ?? -1] ?? [])[0] ?? emptied
    })
    const text = join(chosen.map((part) => part.text))
    if (!holds(text, chosen, read)) throw notJoinable()
    return text
  }
  return { base: joined(['base']), ours: joined(['ours']), theirs: joined(['theirs']), conflicts, notes }
}

/**
 * The text without some of its documents.
 *
 * @throws FormatError `ERR_MERGE` when none is left, or the others cannot stand alone
 */
export function withoutDocuments(text: string, gone: ReadonlySet<number>, { store, changer }: MergeTools): string {
  const { documents } = store.parse(text)
  if (gone.size === 0 || changer.documents === undefined) return text
  const left = partsOf(text, documents, changer.documents).filter((_, index) => !gone.has(index))
  if (left.length === 0) throw nothingLeft()
  const result = changer.documents.join(left.map((part) => part.text))
  if (!holds(result, left, (one) => store.parse(one).documents)) throw notJoinable()
  return result
}

interface Part {
  readonly text: string
  readonly document: Branch
}

interface Documents {
  readonly base: readonly Branch[] | undefined
  readonly ours: readonly Branch[]
  readonly theirs: readonly Branch[]
}

function partsOf(text: string, documents: readonly Branch[], { split }: DocumentTexts): Part[] {
  const texts = split(text)
  return documents.map((document, index) => ({ text: texts[index] ?? '', document }))
}

function isAligned(slots: readonly Slot[], documents: Documents): boolean {
  return (['base', 'ours', 'theirs'] as const).every((side) => {
    const all = documents[side]
    return all === undefined || (all.length === slots.length && slots.every((slot, index) => slot[side] === index))
  })
}

function conflictOf(slot: Slot, document: number, { base, ours, theirs }: Documents): DocumentConflict[] {
  const [was, own, other] = [base?.[slot.base ?? -1], ours[slot.ours ?? -1], theirs[slot.theirs ?? -1]]
  if (was === undefined || (own !== undefined && other !== undefined)) return []
  return [{ document, path: [], base: was, ours: own, theirs: other }]
}

/** Whether just these documents are read in a text. */
function holds(text: string, parts: readonly Part[], read: (text: string) => readonly Branch[]): boolean {
  try {
    const found = read(text)
    return found.length === parts.length && parts.every((part, index) => isSameContent(part.document, found[index]))
  } catch (error) {
    if (isBullaError(error)) return false
    throw error
  }
}

function notTellable(): FormatError {
  return new FormatError('ERR_MERGE', 'without a key the documents of these files cannot be told apart', {
    hint: 'ask somebody who can open them to merge, or take one side with git checkout --ours FILE, or --theirs',
  })
}

function nothingLeft(): FormatError {
  return new FormatError('ERR_MERGE', 'each document was taken away by one of the sides', {
    hint: 'keep what is needed with git checkout --ours FILE, or --theirs, or take the file away with "git rm"',
  })
}

function notJoinable(): FormatError {
  return new FormatError('ERR_MERGE', 'the documents of both sides cannot be put into one text as they are written', {
    hint: 'take one side with git checkout --ours FILE, or --theirs, and make the other changes with "edit"',
  })
}
