import { basename, dirname, resolve } from 'node:path'
import { FileError, UsageError } from '../errors.ts'
import type { FileSystem, FileVersion } from './ports.ts'

/** One file to work on. */
export interface Input {
  /** Absolute path of the file; undefined for standard input. */
  readonly path: string | undefined
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

/**
 * The files that arguments name: files, folders with everything below them, and patterns.
 *
 * @param accept - which files found in folders to take
 * @throws FileError `ERR_NO_FILE` for a path that is not there, and for a pattern or folder without files
 */
export async function selectInputs(
  files: FileSystem,
  cwd: string,
  args: readonly string[],
  override: string | undefined,
  accept: (path: string) => Promise<boolean>,
): Promise<Selection> {
  const name = override === undefined ? undefined : resolve(cwd, override)
  if (args.length === 0) return { inputs: [{ path: undefined, name, named: true }], single: true, base: cwd }
  const inputs = new Map<string, Input>()
  let single = args.length === 1
  let base: string | undefined
  for (const arg of args) {
    const path = resolve(cwd, arg)
    const kind = await files.kind(path)
    if (kind === 'file') {
      inputs.set(path, { path, name: name ?? path, named: true })
      continue
    }
    single = false
    const found = kind === 'folder' ? await accepted(await files.list(path), accept) : await files.glob(arg, cwd)
    if (kind === 'folder' && args.length === 1) base = path
    if (found.length === 0 && kind === undefined) throw notThere(path)
    for (const file of found)
      if (!inputs.has(file)) inputs.set(file, { path: file, name: file, named: kind === undefined })
  }
  if (name !== undefined && !single) {
    throw new UsageError('ERR_USAGE', '--filename-override needs exactly one file', {
      hint: 'run the command once for each file',
    })
  }
  const all = [...inputs.values()]
  return { inputs: all, single, base: base ?? commonFolder(all, cwd) }
}

async function accepted(paths: readonly string[], accept: (path: string) => Promise<boolean>): Promise<string[]> {
  const taken: string[] = []
  for (const path of paths) if (await accept(path)) taken.push(path)
  return taken
}

function notThere(path: string): FileError {
  return new FileError('ERR_NO_FILE', 'there is no such file', { where: { file: path }, hint: 'check the path' })
}

function commonFolder(inputs: readonly Input[], cwd: string): string {
  const folders = inputs.flatMap(({ path }) => (path === undefined ? [] : [dirname(path)]))
  const [first = cwd, ...others] = folders
  let common = first
  for (const folder of others)
    while (folder !== common && !folder.startsWith(`${common}/`) && dirname(common) !== common) common = dirname(common)
  return common
}

/** Files that hold a policy or belong to a program: never sealed because they lie in a folder. */
export function isHousekeeping(path: string): boolean {
  const name = basename(path)
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
