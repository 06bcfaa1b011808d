import { existsSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { runGit } from './run-git.ts'

/**
 * The versions of files in the index and in HEAD, one call of git for each repository.
 *
 * @param paths - absolute
 */
export async function committedVersions(paths: readonly string[]): Promise<Map<string, Uint8Array[]>> {
  const byRoot = new Map<string, string[]>()
  for (const path of paths) {
    const root = repositoryOf(path)
    // a name with a line break cannot be asked for in this protocol; such a file is sealed afresh
    if (root !== undefined && !path.includes('\n')) byRoot.set(root, [...(byRoot.get(root) ?? []), path])
  }
  const versions = new Map<string, Uint8Array[]>()
  for (const [root, files] of byRoot) await addVersions(root, files, versions)
  return versions
}

/** The nearest folder upwards that is a work tree; no git is started for files outside of any. */
function repositoryOf(path: string): string | undefined {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    if (existsSync(join(folder, '.git'))) return folder
    if (dirname(folder) === folder) return undefined
  }
}

async function addVersions(root: string, files: readonly string[], versions: Map<string, Uint8Array[]>): Promise<void> {
  const asked = files.flatMap((file) => {
    const name = relative(root, file).split(sep).join('/')
    return [
      { file, object: `:./${name}` },
      { file, object: `HEAD:./${name}` },
    ]
  })
  const output = await runGit(['cat-file', '--batch'], root, asked.map(({ object }) => `${object}\n`).join(''))
  let rest = output ?? Buffer.alloc(0)
  for (const { file } of asked) {
    const lineEnd = rest.indexOf(0x0a)
    if (lineEnd < 0) return
    const header = /^[0-9a-f]+ (\w+) ([0-9]+)$/.exec(rest.toString('latin1', 0, lineEnd))
    rest = rest.subarray(lineEnd + 1)
    if (header === null) continue // "… missing"
    const size = Number(header[2])
    const content = rest.subarray(0, size)
    rest = rest.subarray(size + 1)
    const known = versions.get(file) ?? []
    if (header[1] === 'blob' && !known.some((other) => content.equals(other))) versions.set(file, [...known, content])
  }
}
