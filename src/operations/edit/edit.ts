import { basename, relative, resolve } from 'node:path'
import { type BullaError, FileError, isBullaError, UsageError } from '../../errors.ts'
import type { StoreName } from '../../format/tree.ts'
import type { BatchResult, FileReport } from '../batch.ts'
import { inFile } from '../in-file.ts'
import type { Desk, World } from '../ports.ts'
import { shellWord } from '../shell-word.ts'
import { storeNameFor } from '../stores.ts'
import { chooseEditor, type Editor, type EditorSettings } from './editor.ts'
import { editText } from './session.ts'
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
    const sealed = await editText(
      {
        name: basename(name),
        text: subject.text,
        store: subject.store.name,
        seal: (text) => subject.seal(text),
        tell: (note) => options.tell(path, note),
      },
      editor,
      desk,
    )
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
