import type { JudgedTree } from './tree-port.ts'

/** A tree, with other contents of some files. @param changes - by path */
export function withChanges(tree: JudgedTree, changes: ReadonlyMap<string, Uint8Array>): JudgedTree {
  return {
    read: async (paths) => new Map([...(await tree.read(paths)), ...ofPaths(paths, changes)]),
    filesIn: (folders) => tree.filesIn(folders),
    async *contents(files) {
      for await (const content of tree.contents(files)) {
        yield { ...content, bytes: changes.get(content.file.path) ?? content.bytes }
      }
    },
  }
}

/** A tree, with files of another one where it has none; of both, contents are those that stand in the first. */
export function withFilesOf(tree: JudgedTree, around: JudgedTree | undefined): JudgedTree {
  if (around === undefined) return tree
  return {
    read: async (paths) => new Map([...(await around.read(paths)), ...(await tree.read(paths))]),
    filesIn: (folders) => tree.filesIn(folders),
    contents: (files) => tree.contents(files),
  }
}

function ofPaths(paths: readonly string[], changes: ReadonlyMap<string, Uint8Array>): [string, Uint8Array][] {
  return paths.flatMap((path) => {
    const bytes = changes.get(path)
    return bytes === undefined ? [] : [[path, bytes] as [string, Uint8Array]]
  })
}
