import { basename, resolve } from 'node:path'
import { commonFolder } from '../config/path-below.ts'
import { FileError, UsageError } from '../errors.ts'
import type { FileSystem, FileVersion } from './ports.ts'

/** One file to work on. */
export interface Input {
  /** Absolute path of the file; undefined for standard input. */
  readonly path: string | undefined
  /** Where the path leads when links are followed. */
  readonly place: string | undefined
  /** What decides rule and format: the path, or the name given in its place. */
  readonly name: string | undefined
  /** Whether it was named itself, and not found in a folder. */
  readonly named: boolean
}

export interface Selection {
  readonly inputs: readonly Input[]
  /** Whether the arguments stand for exactly one file, as for sops. */
  readonly single: boolean
  /** The folder all inputs lie in: the one that was named, or the nearest around them. */
  readonly base: string
}

export interface SelectionRequest {
  readonly files: FileSystem
  readonly cwd: string
  readonly paths: readonly string[]
  /** Takes the place of the path of a single file when rule and format are looked up. */
  readonly override: string | undefined
  /** Which files found in folders to take. */
  readonly accept: (path: string) => Promise<boolean>
  /** What makes more than one file possible; undefined when it is. */
  readonly missing: string | undefined
}

/**
 * The files that arguments name: files, folders with everything below them, and patterns. Each file is taken once, by
 * whatever names it is named.
 *
 * @throws FileError `ERR_NO_FILE` for a path that is not there, and for a pattern without files; `ERR_READ` for a folder
 *   where only one file can be; UsageError `ERR_USAGE` for several files there
 */
export async function selectInputs(request: SelectionRequest): Promise<Selection> {
  const { files, cwd, paths, override, accept, missing } = request
  const name = override === undefined || override === '' ? undefined : resolve(cwd, override)
  if (paths.length === 0)
    return { inputs: [{ path: undefined, place: undefined, name, named: true }], single: true, base: cwd }
  const inputs = new Map<string, Input>()
  const add = async (path: string, decider: string, named: boolean) => {
    const place = await files.realPath(path)
    // the same file under two names would be written twice
    if (!inputs.has(place)) inputs.set(place, { path, place, name: decider, named })
  }
  let single = paths.length === 1
  let base: string | undefined
  for (const given of paths) {
    if (given === '') throw emptyPath()
    const path = resolve(cwd, given)
    const kind = await files.kind(path)
    if (kind === 'file' || kind === 'stream') {
      await add(path, name ?? path, true)
      continue
    }
    single = false
    if (kind === 'folder' && missing !== undefined) throw isFolder(path, missing)
    const found =
      kind === 'folder'
        ? await accepted(await files.list(path), accept)
        : (await files.glob(given, cwd)).filter((file) => !isHousekeeping(file))
    if (kind === 'folder' && paths.length === 1) base = path
    if (found.length === 0 && kind === undefined) throw notThere(path, given)
    for (const file of found) await add(file, file, kind === undefined)
  }
  if (!single) checkSeveral(name, missing)
  const all = [...inputs.values()]
  return { inputs: all, single, base: base ?? commonFolder(all.flatMap(({ path }) => path ?? [])) ?? cwd }
}

async function accepted(paths: readonly string[], accept: (path: string) => Promise<boolean>): Promise<string[]> {
  const taken: string[] = []
  for (const path of paths) if (await accept(path)) taken.push(path)
  return taken
}

function checkSeveral(name: string | undefined, missing: string | undefined): void {
  if (name !== undefined) {
    throw new UsageError('ERR_USAGE', '--filename-override needs exactly one file', {
      hint: 'run the command once for each file',
    })
  }
  if (missing !== undefined) throw new UsageError('ERR_USAGE', 'several files need a place to go', { hint: missing })
}

/** A variable of a script that is not set must not become the working directory. */
function emptyPath(): FileError {
  return new FileError('ERR_NO_FILE', 'a path is empty', { hint: 'check the variable that it came from' })
}

function isFolder(path: string, hint: string): FileError {
  return new FileError('ERR_READ', 'cannot be read: it is a folder', { where: { file: path }, hint })
}

function notThere(path: string, given: string): FileError {
  const message = /[*?[{]/.test(given) ? 'no file fits this pattern' : 'there is no such file'
  const hint = given === '-' ? 'for standard input leave the path out' : 'check the path'
  return new FileError('ERR_NO_FILE', message, { where: { file: path }, hint })
}

/** Files that hold a policy or belong to a program: never sealed because they lie in a folder or fit a pattern. */
export function isHousekeeping(path: string): boolean {
  const name = basename(path)
  // sealed for the identity that it wraps, a recipient's file would open nothing any more
  if (/(?:^|[\\/])\.bulla[\\/]/.test(path)) return true
  return ['.sops.yaml', '.gitignore', '.gitattributes', '.gitmodules', 'package-lock.json'].includes(name)
}

/** Read the input with its stamp; standard input has none. */
export async function readInput(
  files: FileSystem,
  input: Input,
  stdin: () => Promise<Uint8Array>,
): Promise<FileVersion> {
  return input.path === undefined ? { path: '', bytes: await stdin(), stamp: '' } : files.open(input.path)
}
