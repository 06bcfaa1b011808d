import { existsSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { runGit } from './run-git.ts'

/** See `CommittedFile` in `operations/ports.ts`. */
interface CommittedFile {
  readonly versions: readonly Uint8Array[]
  readonly problem?: string
}

/**
 * The versions of files in the index and in HEAD, one call of git for each repository.
 *
 * @param paths - absolute, links followed
 */
export async function committedVersions(paths: readonly string[]): Promise<Map<string, CommittedFile>> {
  const byRoot = new Map<string, string[]>()
  for (const path of paths) {
    const root = repositoryOf(path)
    // a name with a line break cannot be asked for in this protocol; such a file is sealed afresh
    if (root !== undefined && !path.includes('\n')) byRoot.set(root, [...(byRoot.get(root) ?? []), path])
  }
  const found = new Map<string, CommittedFile>()
  for (const [root, files] of byRoot) await addVersions(root, files, found)
  return found
}

/** The nearest folder upwards that is a work tree; no git is started for files outside of any. */
export function repositoryOf(path: string): string | undefined {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    if (existsSync(join(folder, '.git'))) return folder
    if (dirname(folder) === folder) return undefined
  }
}

async function addVersions(root: string, files: readonly string[], found: Map<string, CommittedFile>): Promise<void> {
  const asked = files.flatMap((file) => {
    const name = relative(root, file).split(sep).join('/')
    return [
      { file, object: `:./${name}` },
      { file, object: `HEAD:./${name}` },
    ]
  })
  const output = await runGit(['cat-file', '--batch'], root, asked.map(({ object }) => `${object}\n`).join(''))
  if ('problem' in output) {
    for (const file of files) found.set(file, { versions: [], problem: output.problem })
    return
  }
  const objects = readBatch(output.stdout)
  for (const { file } of asked) {
    const content = objects.next().value
    if (content === undefined) continue
    const { versions } = found.get(file) ?? { versions: [] }
    if (!versions.some((version) => content.equals(version))) found.set(file, { versions: [...versions, content] })
  }
}

/** The contents that `git cat-file --batch` prints; undefined for an object that is not there, or is no file. */
function* readBatch(output: Buffer): Generator<Buffer | undefined, undefined> {
  let rest = output
  for (let lineEnd = rest.indexOf('\n'); lineEnd >= 0; lineEnd = rest.indexOf('\n')) {
    const header = /^[0-9a-f]+ (\w+) ([0-9]+)$/.exec(rest.toString('latin1', 0, lineEnd))
    rest = rest.subarray(lineEnd + 1)
    if (header === null) {
      yield undefined // "… missing"
      continue
    }
    const size = Number(header[2])
    yield header[1] === 'blob' ? rest.subarray(0, size) : undefined
    rest = rest.subarray(size + 1)
  }
}
