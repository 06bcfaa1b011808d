import { dirname, join, resolve } from 'node:path'
import { ConfigError } from '../errors.ts'

const CONFIG_NAME = '.sops.yaml'
/** A name people try; sops never reads it, and says so. */
const WRONG_NAME = '.sops.yml'
/** As sops: a chain of folders longer than this is no real one. */
const MAX_LEVELS = 100

/** What finding a policy needs of the file system. */
export interface ConfigFiles {
  /**
   * The content of a file of settings; undefined when there is none.
   *
   * @param anyKind - whether it may be a pipe or a device too: a file that is met by the way may be a stranger's link
   * @throws FileError `ERR_READ`
   */
  read(path: string, anyKind?: boolean): Promise<Uint8Array | undefined>
}

/** No policy, but something that may have been meant as one. */
export interface NoConfig {
  readonly path: undefined
  readonly notes: readonly string[]
}

export interface FoundConfig {
  readonly path: string
  readonly bytes: Uint8Array
  /** Things the user should know; texts for stderr. */
  readonly notes: readonly string[]
}

export interface FindRequest {
  /** Where the user stands, absolute. */
  readonly cwd: string
  /** The file that is worked on, absolute; undefined for standard input without a name. */
  readonly file: string | undefined
  /** `--config` or `SOPS_CONFIG`: this file and no other. */
  readonly explicit: string | undefined
}

/**
 * Find the policy for a file.
 *
 * Two places are searched upwards: the folder of the file, and the working directory, where sops looks. Nearly always
 * both lead to the same `.sops.yaml`. Where they do not, the one that sops would take wins, so that a repository means
 * the same to both programs, and a note says that there is another one nearer to the file.
 *
 * @throws ConfigError `ERR_CONFIG_NOT_FOUND` when an explicit one is missing
 * @see docs/decisions/0005-which-policy.md
 */
export async function findConfig(
  files: ConfigFiles,
  { cwd, file, explicit }: FindRequest,
): Promise<FoundConfig | NoConfig> {
  if (explicit !== undefined && explicit !== '') {
    const path = resolve(cwd, explicit)
    const bytes = await files.read(path, true)
    if (bytes !== undefined) return { path, bytes, notes: [] }
    throw new ConfigError('ERR_CONFIG_NOT_FOUND', 'the policy that was named does not exist', {
      where: { file: path },
      hint: 'check --config and SOPS_CONFIG',
    })
  }
  const fromFile = file === undefined ? undefined : await searchUpwards(files, dirname(file))
  const fromCwd = await searchUpwards(files, cwd)
  const found = fromCwd.path === undefined ? (fromFile ?? fromCwd) : fromCwd
  // the wrong name may stand beside the file only, or around us only
  if (found.path === undefined) return { ...found, notes: [...new Set([...fromCwd.notes, ...found.notes])] }
  if (fromFile?.path === undefined || fromFile.path === found.path) return found
  const note = `${fromFile.path} is nearer to the file, but ${found.path} is used, as by sops; choose with --config`
  return { ...found, notes: [...found.notes, note] }
}

/** The policy nearest upwards from a file, by which hooks and `check` judge it, wherever somebody stands. */
export async function nearestConfig(files: ConfigFiles, file: string): Promise<string | undefined> {
  return (await searchUpwards(files, dirname(file))).path
}

async function searchUpwards(files: ConfigFiles, start: string): Promise<FoundConfig | NoConfig> {
  const notes: string[] = []
  let folder = resolve(start)
  for (let level = 0; level < MAX_LEVELS; level += 1) {
    const path = join(folder, CONFIG_NAME)
    const bytes = await files.read(path)
    if (bytes !== undefined) return { path, bytes, notes }
    const wrong = join(folder, WRONG_NAME)
    if (notes.length === 0 && (await files.read(wrong)) !== undefined) {
      notes.push(`${wrong} is not read: the policy must be named ${CONFIG_NAME}`)
    }
    const parent = dirname(folder)
    if (parent === folder) break
    folder = parent
  }
  return { path: undefined, notes }
}
