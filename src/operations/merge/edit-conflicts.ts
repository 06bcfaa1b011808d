import { basename } from 'node:path'
import { CiphertextPool } from '../../crypto/reuse.ts'
import { FormatError } from '../../errors.ts'
import { decodeText, encodeText } from '../../format/text.ts'
import { linesOf } from '../../merge/lines.ts'
import { markDifferences, sidesOf } from '../../merge/marks.ts'
import { ChangingFile, type ResealedFile } from '../change.ts'
import { chooseEditor, type EditorSettings } from '../edit/editor.ts'
import { editText } from '../edit/session.ts'
import { sealedStore } from '../judge/sealed/sealed-store.ts'
import { layoutFor } from '../layout.ts'
import { type OpenedFile, openSealed } from '../open.ts'
import type { Desk, World } from '../ports.ts'
import { loadStore } from '../stores.ts'
import { MARKING } from './resolve.ts'

export interface EditConflictsRequest {
  /** Absolute. */
  readonly path: string
  /** Sealed with one data key, with marks around what is in conflict, as a merge with a key leaves it. */
  readonly marked: Uint8Array
  readonly editors: EditorSettings
  /** Something to know before the editor opens. */
  readonly tell: (note: string) => void
}

/**
 * Let somebody decide conflicts in an editor: the whole file in clear, with marks around both sides of each. It is kept as
 * `edit` keeps files that are edited.
 *
 * @returns undefined when nothing was edited
 * @throws BullaError `ERR_EDITOR`; FormatError `ERR_MERGE` while marks stand in the text; what sealing throws
 */
export async function editConflicts(
  { path, marked, editors, tell }: EditConflictsRequest,
  world: World,
  desk: Desk,
): Promise<ResealedFile | undefined> {
  const sealed = sidesOf(decodeText(marked))
  const name = sealedStore(path, sealed.ours) ?? 'binary'
  const store = await loadStore(name)
  const layout = await layoutFor(path, name, undefined, world)
  const pool = new CiphertextPool()
  const open = (text: string, ciphertexts: CiphertextPool) =>
    // both have the MAC of one of them
    openSealed({ store, bytes: encodeText(text), layout, pool: ciphertexts, file: path, ignoreMac: true }, world)
  const ours = await open(sealed.ours, pool)
  try {
    const others = new CiphertextPool()
    const theirs = await open(sealed.theirs, others)
    pool.addMissing(others)
    const [own, other] = textsOf(ours, theirs)
    const file = new ChangingFile(await world.files.open(path), ours, layout, pool)
    const isMark = marksBesides([own, other])
    const session = {
      name: basename(path),
      text: encodeText(markDifferences(own, other, MARKING)),
      store: name,
      seal: async (text: Uint8Array) => {
        checkNoMarks(text, isMark)
        return file.seal(text, world)
      },
      tell,
    }
    return await editText(session, chooseEditor(editors, desk), desk)
  } finally {
    ours.dispose()
  }
}

/** Of the other side nothing else is needed. @throws FormatError `ERR_MERGE` for bytes that are no text */
function textsOf(ours: OpenedFile, theirs: OpenedFile): [string, string] {
  try {
    return [textOf(ours.bytes()), textOf(theirs.bytes())]
  } finally {
    theirs.dispose()
  }
}

/** @throws FormatError `ERR_MERGE` for bytes that are no text */
function textOf(bytes: Uint8Array): string {
  if (!bytes.includes(0)) return decodeText(bytes)
  throw new FormatError('ERR_MERGE', 'this is no text that could be edited', {
    hint: 'take the whole of one side: --ours . or --theirs .',
  })
}

/** What is a mark, and no line that one of the sides has. */
function marksBesides(sides: readonly string[]): (line: string) => boolean {
  const own = new Set(sides.flatMap(linesOf).map((line) => line.trimEnd()))
  return (line) => /^(?:<{7}|={7}|>{7})(?: |$)/.test(line) && !own.has(line)
}

/** @throws FormatError `ERR_MERGE` */
function checkNoMarks(text: Uint8Array, isMark: (line: string) => boolean): void {
  const index = linesOf(decodeText(text)).findIndex((line) => isMark(line.trimEnd()))
  if (index < 0) return
  throw new FormatError('ERR_MERGE', 'a conflict mark is still there', {
    where: { line: index + 1 },
    hint: 'keep one of the sides, or write something else, and take away the lines with marks',
  })
}
