import { resolve } from 'node:path'
import type { Exchange } from '../../crypto/open-tree.ts'
import { UsageError } from '../../errors.ts'
import { DATA } from '../../format/binary-document.ts'
import { cannotEmit } from '../../format/error-at.ts'
import { DEFAULT_SELECTOR } from '../../format/metadata.ts'
import { compileSelector, selectsAt } from '../../format/selector.ts'
import { decodeText, encodeText } from '../../format/text.ts'
import type { Branch, Node } from '../../format/tree.ts'
import type { FileReport } from '../batch.ts'
import { type ChangeOptions, type ChangingFile, openRead, type ReadFile, readToChange, requestFor } from '../change.ts'
import { inFile } from '../in-file.ts'
import { openSealed } from '../open.ts'
import type { World } from '../ports.ts'
import { storeNameFor } from '../stores.ts'
import { changedText, type TextChange } from './change-text.ts'
import { type Changer, loadChanger } from './changers.ts'
import { notFoundIn, otherDocument } from './other-document.ts'
import { findExchange, setInPlace } from './set-in-place.ts'
import { checkStaysSealed } from './stay-sealed.ts'
import { changeToSet, changeToUnset, isSame, locate, nodeAt } from './tree-change.ts'
import { readTreePath, type TreePath } from './tree-path.ts'

const UNCHANGED = 'this value stands there already: the file stays as it is'

export interface SetOptions extends ChangeOptions {
  /** The sealed file. */
  readonly file: string
  /** See `readTreePath`. */
  readonly path: string
  /** Which of several YAML documents, from 0. Default: 0. */
  readonly document?: number
  /**
   * Asked for when the file has been read.
   *
   * @param clearBy - which selector leaves this path readable, where that can be told before the value is known
   */
  readonly value: (clearBy: string | undefined) => Promise<Node>
}

export interface UnsetOptions extends Omit<SetOptions, 'value'> {
  /** Nothing to take out is no error. */
  readonly idempotent?: boolean
}

/** A change of one value. */
export interface SetReport extends FileReport {
  /** `unchanged`: not written either. */
  readonly outcome: 'written' | 'unchanged'
}

/**
 * Set one value of a sealed file, in place. It is sealed when the selector of the file says so; nothing else but the
 * metadata changes.
 *
 * @throws UsageError `ERR_TREE_PATH`, `ERR_VALUE`; FormatError `ERR_EMIT`, `ERR_ALREADY_SEALED`; as opening and writing
 */
export async function setValue(options: SetOptions, world: World): Promise<SetReport> {
  const path = readTreePath(options.path)
  return changeFile(options, world, async (read) => {
    const value = await options.value(await leftClearBy(read, path))
    const exchange = findExchange(read, path, value, options.document ?? 0)
    const done = exchange === undefined ? undefined : await exchangeValue(read, exchange, options, world)
    return done ?? changePlain(read, options, world, (file) => setIn(file, path, value, options.document ?? 0))
  })
}

/** A selector that looks at comments says only of the whole file what it seals. */
async function leftClearBy({ store, parsed }: ReadFile, path: TreePath): Promise<string | undefined> {
  const { selector: spec = DEFAULT_SELECTOR } = parsed.metadata
  if (store.name === 'binary') return undefined
  const selector = await compileSelector(spec)
  const isSealed = selector.subject === 'comment' || selectsAt(selector, textKeysOf(path), '')
  return isSealed ? undefined : `${spec.field} "${spec.pattern}" does not seal it`
}

/** The short way. */
async function exchangeValue(
  read: ReadFile,
  exchange: Exchange,
  options: SetOptions,
  world: World,
): Promise<Changed | undefined> {
  const file = await openSealed({ ...requestFor(read, options), exchange }, world)
  try {
    const bytes = setInPlace(file, exchange, world)
    if (bytes === undefined) return undefined
    return bytes === 'unchanged' ? { bytes: undefined, notes: [UNCHANGED] } : { bytes, notes: [] }
  } finally {
    file.dispose()
  }
}

/**
 * Take one entry or element out of a sealed file.
 *
 * @throws FormatError `ERR_PATH_NOT_FOUND`; else as {@link setValue}
 */
export async function unsetValue(options: UnsetOptions, world: World): Promise<SetReport> {
  const path = readTreePath(options.path)
  return changeFile(options, world, (read) =>
    changePlain(read, options, world, (file) =>
      unsetIn(file, path, options.document ?? 0, options.idempotent === true),
    ),
  )
}

/** The changed sealed file; undefined when nothing changes. */
interface Changed {
  readonly bytes: Uint8Array | undefined
  readonly notes: readonly string[]
}

/** The changed plain file; undefined when nothing changes. */
interface ChangedPlain {
  readonly plain: Uint8Array | undefined
  readonly notes: readonly string[]
}

async function changeFile(
  options: Omit<SetOptions, 'value'>,
  world: World,
  change: (read: ReadFile) => Promise<Changed>,
): Promise<SetReport> {
  const path = resolve(world.cwd, options.file)
  try {
    const read = await readToChange(path, options, world)
    const { bytes, notes } = await change(read)
    if (bytes === undefined) return { path, outcome: 'unchanged', notes }
    await world.files.write({ path, bytes, expected: read.version })
    return { path, outcome: 'written', notes }
  } catch (error) {
    throw inFile(error, path, options.inputType ?? storeNameFor(path))
  }
}

/** Change the plain file and seal it again. */
async function changePlain(
  read: ReadFile,
  options: ChangeOptions,
  world: World,
  change: (file: ChangingFile) => Promise<ChangedPlain>,
): Promise<Changed> {
  const file = await openRead(read, options, world)
  try {
    const { plain, notes } = await change(file)
    if (plain === undefined) return { bytes: undefined, notes }
    const sealed = await file.seal(plain, world)
    return { bytes: sealed.bytes, notes: [...notes, ...sealed.notes] }
  } finally {
    file.dispose()
  }
}

async function setIn(file: ChangingFile, path: TreePath, value: Node, document: number): Promise<ChangedPlain> {
  const changer = await loadChanger(file.store.name)
  if (changer === undefined) return setBinary(file, path, value)
  const { request, root } = plainDocument(file, changer, document)
  const readable = changer.readBack(value, keysOf(path))
  const there = locate(root, path)
  if (there.rest.length === 0 && isSame(there.node, readable)) {
    return { plain: undefined, notes: [UNCHANGED] }
  }
  const change = changeToSet(root, path, readable)
  const isReplaced = there.rest.length > 0 && there.node.kind === 'scalar'
  const other = there.rest.length > 0 ? otherDocument(request.source.documents, root, path) : undefined
  const notes = [
    ...(isReplaced ? ['a single value stood in the way of the path; it was replaced'] : []),
    ...(other === undefined ? [] : [`this was not there before; ${other}`]),
  ]
  const text = changedText({ ...request, change })
  if (change.kind === 'replace') await checkChange(file, request.source.documents, text, there.node, true)
  return { plain: encodeText(text), notes }
}

async function unsetIn(
  file: ChangingFile,
  path: TreePath,
  document: number,
  idempotent: boolean,
): Promise<ChangedPlain> {
  const changer = await loadChanger(file.store.name)
  if (changer === undefined) throw cannotEmit('nothing can be taken out of a binary file', 'remove the file')
  const { request, root } = plainDocument(file, changer, document)
  const change = changeToUnset(root, path)
  if (change !== undefined) {
    const text = changedText({ ...request, change })
    await checkChange(file, request.source.documents, text, nodeAt(root, path), false)
    return { plain: encodeText(text), notes: [] }
  }
  if (!idempotent) throw notFoundIn(request.source.documents, root, path)
  return { plain: undefined, notes: ['there is nothing at this path: the file stays as it is'] }
}

async function checkChange(
  { store, opened }: ChangingFile,
  before: readonly Branch[],
  text: string,
  gone: Node,
  isReplaced: boolean,
): Promise<void> {
  const { selector = DEFAULT_SELECTOR } = opened.metadata
  // a comment only comes to stand elsewhere when what is beside it goes
  if (isReplaced && !selector.field.includes('comment')) return
  await checkStaysSealed({ before, after: store.parse(text).documents, gone, isReplaced }, selector)
}

/** What selectors look at: positions in lists are no keys. */
function textKeysOf({ steps }: TreePath): string[] {
  return steps.filter((step) => typeof step === 'string')
}

/** The keys of a path: what a value is written under. */
function keysOf({ steps }: TreePath): string[] {
  return steps.map(String)
}

/** @throws UsageError `ERR_TREE_PATH` when there are not so many documents */
function plainDocument(
  file: ChangingFile,
  changer: Changer,
  document: number,
): { request: Omit<TextChange, 'change'>; root: Branch } {
  const { store, layout } = file
  const source = store.parse(decodeText(file.plain()), layout)
  return { request: { source, store, layout, changer, document }, root: documentOf(source.documents, document) }
}

/** One of the documents of a file. @throws UsageError `ERR_TREE_PATH` */
export function documentOf(documents: readonly Branch[], number: number): Branch {
  const document = documents[number]
  if (document !== undefined) return document
  const many = documents.length === 1 ? 'one document' : `${documents.length} documents`
  throw new UsageError('ERR_TREE_PATH', 'there is no such document', {
    hint: `the file holds ${many}; --document counts from 0`,
  })
}

/** A binary file is one text. */
function setBinary(file: ChangingFile, { steps }: TreePath, value: Node): ChangedPlain {
  const isData = steps.length === 1 && steps[0] === DATA
  if (!isData || value.kind !== 'scalar' || value.type !== 'str') {
    throw cannotEmit('a binary file holds one text under the key data', `set ["${DATA}"] to a text`)
  }
  const plain = encodeText(value.value)
  const isSameText = Buffer.compare(plain, file.plain()) === 0
  return isSameText ? { plain: undefined, notes: [UNCHANGED] } : { plain, notes: [] }
}
