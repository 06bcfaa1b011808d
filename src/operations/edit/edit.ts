import { basename, relative, resolve } from 'node:path'
import { BullaError, FileError, isBullaError, UsageError } from '../../errors.ts'
import type { StoreName } from '../../format/tree.ts'
import type { BatchResult, FileReport } from '../batch.ts'
import { inFile } from '../in-file.ts'
import type { Desk, Scratch, World } from '../ports.ts'
import { shellWord } from '../shell-word.ts'
import { storeNameFor } from '../stores.ts'
import { describeProblem, withoutProblem, withProblem } from './comment.ts'
import { chooseEditor, type Editor, type EditorSettings, runEditor } from './editor.ts'
import { openSubject, type Subject, type SubjectOptions } from './subject.ts'

export interface EditOptions extends Omit<SubjectOptions, 'inputType' | 'name'> {
  /** Files, edited one after another. */
  readonly paths: readonly string[]
  readonly inputType?: StoreName
  /** Takes the place of the path of a single file when rule and format are looked up. */
  readonly filenameOverride?: string
  /** Only the format that the file has. */
  readonly outputType?: StoreName
  readonly editors: EditorSettings
  /** Whether keys or a selector were named for these files: they are for new ones. */
  readonly namesPolicy?: boolean
  /** Something to know before the editor opens. */
  readonly tell: (path: string, note: string) => void
}

export interface EditReport extends FileReport {
  readonly outcome: 'written' | 'unchanged'
}

/** All that editing may touch. */
interface Room {
  readonly options: EditOptions
  readonly world: World
  readonly desk: Desk
}

/**
 * Edit files, each to its end before the next one is opened. What goes wrong with one is in the result and keeps no other
 * from being edited, but for an editor that does not work.
 */
export async function edit(options: EditOptions, world: World, desk: Desk): Promise<BatchResult<EditReport>> {
  const room = { options, world, desk }
  checkOverride(options)
  const reports: EditReport[] = []
  const failures: unknown[] = []
  for (const given of options.paths) {
    const path = resolve(world.cwd, given)
    try {
      if (given === '') throw emptyPath()
      reports.push(await editFile(path, room))
    } catch (error) {
      const type = options.inputType ?? storeNameFor(nameOf(path, room))
      failures.push(isBullaError(error) && error.code === 'ERR_EDITOR' ? error : inFile(error, path, type))
      if (isBullaError(error) && error.code === 'ERR_EDITOR') break
    }
  }
  const writtenCount = reports.filter(({ outcome }) => outcome === 'written').length
  return { bytes: undefined, reports, failures, fileCount: options.paths.length, writtenCount }
}

/** @throws UsageError `ERR_USAGE` */
function checkOverride({ filenameOverride = '', paths }: EditOptions): void {
  if (filenameOverride === '' || paths.length === 1) return
  throw new UsageError('ERR_USAGE', '--filename-override needs exactly one file', {
    hint: 'run the command once for each file',
  })
}

/** What decides rule and format. */
function nameOf(path: string, { options, world }: Room): string {
  const { filenameOverride = '' } = options
  return filenameOverride === '' ? path : resolve(world.cwd, filenameOverride)
}

/** A variable of a script that is not set must not become the working directory. */
function emptyPath(): FileError {
  return new FileError('ERR_NO_FILE', 'a path is empty', { hint: 'check the variable that it came from' })
}

async function editFile(path: string, room: Room): Promise<EditReport> {
  const { options, world, desk } = room
  const name = nameOf(path, room)
  const inputType = options.inputType ?? storeNameFor(name)
  if (options.outputType !== undefined && options.outputType !== inputType) {
    throw new UsageError('ERR_CONFLICT', 'editing does not change the format of a file', {
      hint: 'leave out --output-type; to convert, decrypt with it and encrypt again',
    })
  }
  const subject = await openSubject(path, { ...options, inputType, name }, world)
  try {
    for (const note of [...subject.notes, ...policyNotes(subject, options)]) options.tell(path, note)
    const editor = chooseEditor(options.editors, desk)
    const sealed = await inScratch(path, name, subject, editor, room)
    if (sealed === undefined) return { path, outcome: 'unchanged', notes: unchangedNotes(subject, editor) }
    await save(path, sealed.bytes, subject, world)
    return { path, outcome: 'written', notes: sealed.notes }
  } finally {
    subject.dispose()
  }
}

/** sops says nothing about options that have no effect. */
function policyNotes({ expected }: Subject, { namesPolicy, showMasterKeys }: EditOptions): string[] {
  if (expected === 'nothing')
    return showMasterKeys === true ? ['a new file is sealed by its rule: it shows no keys'] : []
  return namesPolicy === true ? ['its keys and its selector stay: options for them are for new files'] : []
}

function unchangedNotes({ expected }: Subject, { mayReturnAtOnce }: Editor): string[] {
  const note =
    expected === 'nothing' ? 'nothing was edited: no file was made' : 'nothing was edited: the file is as it was'
  return [note, ...(mayReturnAtOnce === undefined ? [] : [mayReturnAtOnce])]
}

type Sealed = Awaited<ReturnType<Subject['seal']>>

/** @returns undefined when nothing was edited */
async function inScratch(
  path: string,
  name: string,
  subject: Subject,
  editor: Editor,
  { options, desk }: Room,
): Promise<Sealed | undefined> {
  const scratch = desk.scratch(basename(name))
  try {
    if (!scratch.isInMemory) {
      options.tell(path, `this system has no folder in memory: while it is edited, the plain file is ${scratch.path}`)
    }
    scratch.write(subject.text)
    return await editUntilSealed(subject, scratch, editor, desk)
  } finally {
    scratch.remove()
  }
}

/** A text that cannot be sealed goes back to its author, with the reason: until it is right, or left as it is. */
async function editUntilSealed(
  subject: Subject,
  scratch: Scratch,
  editor: Editor,
  desk: Desk,
): Promise<Sealed | undefined> {
  const { name } = subject.store
  let refused: { readonly text: Uint8Array; readonly problem: BullaError } | undefined
  for (;;) {
    await runEditor(editor, scratch.path, desk)
    const saved = scratch.read()
    if (saved === undefined) throw gone()
    const text = refused === undefined ? saved : withoutProblem(saved, name)
    if (isEqual(text, subject.text)) return undefined
    if (refused !== undefined && isEqual(text, refused.text)) throw givenUp(refused.problem)
    try {
      return await subject.seal(text)
    } catch (problem) {
      // a script would do the same again
      if (!isBullaError(problem)) throw problem
      if (!desk.hasPerson()) throw givenUp(problem)
      refused = { text, problem }
    }
    if (!(await handBack(refused, scratch, name, desk))) throw givenUp(refused.problem)
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

/** What cannot be written in its place is kept beside it, sealed: an edit may have been much work. */
async function save(path: string, bytes: Uint8Array, { expected }: Subject, world: World): Promise<void> {
  try {
    await world.files.write({ path, bytes, expected })
  } catch (error) {
    if (!isBullaError(error) || !['ERR_FILE_CHANGED', 'ERR_WRITE'].includes(error.code)) throw error
    throw await keep(path, bytes, error, world)
  }
}

async function keep(path: string, bytes: Uint8Array, error: BullaError, world: World): Promise<BullaError> {
  const place = besideName(path, Buffer.from(world.random(4)).toString('hex'))
  const [file, kept] = [path, place].map((name) => shellWord(relative(world.cwd, name)))
  const hasChanged = error.code === 'ERR_FILE_CHANGED'
  const message = hasChanged ? 'somebody else changed the file while you edited it; it was not touched' : error.message
  try {
    await world.files.write({ path: place, bytes, expected: 'nothing', mode: 0o600 })
  } catch {
    return new FileError(error.code, `${message}; your edit could not be kept either`, {
      where: { file: path },
      hint: error.hint ?? 'check the folder, then edit the file again',
    })
  }
  const goOn = hasChanged
    ? `bulla decrypt ${file} and bulla decrypt ${kept} show both; bulla edit ${file} brings them together, then rm ${kept}`
    : `once the file can be written: mv ${kept} ${file}`
  return new FileError(error.code, message, {
    where: { file: path },
    hint: `your edit is kept, sealed: ${kept}\n${goOn}`,
  })
}

/** A name beside `path` that says what it is; the ending, and with it the format, stays. */
function besideName(path: string, random: string): string {
  return path.replace(/(\.(?:ya?ml|json|env|ini))?$/, `.bulla-edit-${random}$1`)
}

function isEqual(first: Uint8Array, second: Uint8Array): boolean {
  return Buffer.compare(first, second) === 0
}
