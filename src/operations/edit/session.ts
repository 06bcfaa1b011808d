import { BullaError, isBullaError } from '../../errors.ts'
import type { StoreName } from '../../format/tree.ts'
import type { Desk, Scratch } from '../ports.ts'
import { describeProblem, withoutProblem, withProblem } from './comment.ts'
import { type Editor, runEditor } from './editor.ts'

/** A plain text that somebody edits, and what becomes of it. */
export interface EditSession<T> {
  /** Of the file that the editor opens. */
  readonly name: string
  readonly text: Uint8Array
  /** Says how a comment is written. */
  readonly store: StoreName
  /** What to do with what came back. @throws BullaError: the text is handed back with the reason */
  seal(text: Uint8Array): Promise<T>
  /** Something to know before the editor opens. */
  tell(note: string): void
}

/**
 * Let a text be edited in a folder that only this user can read, in memory where the system has one; it is gone afterwards.
 *
 * @returns undefined when nothing was edited
 * @throws BullaError `ERR_EDITOR`, and what sealing threw when its author gave up
 */
export async function editText<T>(session: EditSession<T>, editor: Editor, desk: Desk): Promise<T | undefined> {
  const scratch = desk.scratch(session.name)
  try {
    if (!scratch.isInMemory) {
      session.tell(`this system has no folder in memory: while it is edited, the plain file is ${scratch.path}`)
    }
    scratch.write(session.text)
    return await editUntilSealed(session, scratch, editor, desk)
  } finally {
    scratch.remove()
  }
}

/** A text that cannot be sealed goes back to its author, with the reason: until it is right, or left as it is. */
async function editUntilSealed<T>(
  session: EditSession<T>,
  scratch: Scratch,
  editor: Editor,
  desk: Desk,
): Promise<T | undefined> {
  const { store } = session
  let refused: { readonly text: Uint8Array; readonly problem: BullaError } | undefined
  for (;;) {
    await runEditor(editor, scratch.path, desk)
    const saved = scratch.read()
    if (saved === undefined) throw gone()
    const text = refused === undefined ? saved : withoutProblem(saved, store)
    if (isEqual(text, session.text)) return undefined
    if (refused !== undefined && isEqual(text, refused.text)) throw givenUp(refused.problem)
    try {
      return await session.seal(text)
    } catch (problem) {
      // a script would do the same again
      if (!isBullaError(problem)) throw problem
      if (!desk.hasPerson()) throw givenUp(problem)
      refused = { text, problem }
    }
    if (!(await handBack(refused, scratch, store, desk))) throw givenUp(refused.problem)
  }
}

/** @returns whether the person wants to go on */
async function handBack(
  { text, problem }: { text: Uint8Array; problem: BullaError },
  scratch: Scratch,
  store: StoreName,
  desk: Desk,
): Promise<boolean> {
  const commented = withProblem(text, problem, store)
  scratch.write(commented ?? text)
  return commented !== undefined || desk.pause(describeProblem(problem).join('\n'))
}

function givenUp(problem: BullaError): BullaError {
  return problem.at({}, 'this is about the text that was edited; the file was not changed')
}

function gone(): BullaError {
  return new BullaError('ERR_EDITOR', 'the editor removed the file; nothing was changed', {
    hint: 'save under the same name',
  })
}

function isEqual(first: Uint8Array, second: Uint8Array): boolean {
  return Buffer.compare(first, second) === 0
}
