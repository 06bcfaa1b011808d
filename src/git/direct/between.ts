import type { FileChange } from '../changes.ts'
import { pathOf } from '../paths.ts'
import type { ObjectFolder } from './objects.ts'
import { entriesOf, FOLDER } from './tree-entries.ts'

/**
 * What stands in a tree and not in another, as `git diff-tree -r --diff-filter=ACMT` says it.
 *
 * @param from - lower-case hex; undefined: there was nothing
 * @param folder - where they stand, with a slash at the end; bytes, as latin1
 * @throws Unsure
 */
export function* changesBetweenTrees(
  from: string | undefined,
  to: string,
  objects: ObjectFolder,
  folder = '',
): Generator<FileChange> {
  if (from === to) return
  const before = from === undefined ? undefined : entriesOf(from, objects)
  for (const [name, { mode, id }] of entriesOf(to, objects)) {
    const old = before?.get(name)
    if (mode === FOLDER) {
      const oldTree = old?.mode === FOLDER ? old.id : undefined
      yield* changesBetweenTrees(oldTree, id, objects, `${folder}${name}/`)
    } else if (old?.mode !== mode || old.id !== id) {
      const path = pathOf(Buffer.from(folder + name, 'latin1'))
      const isFile = old !== undefined && old.mode !== FOLDER
      yield { path, mode, id, before: isFile ? old.id : undefined }
    }
  }
}
