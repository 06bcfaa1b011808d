import type { FileChange } from '../changes.ts'
import { pathOf } from '../paths.ts'
import type { IndexFile, NotedTree } from './index-file.ts'
import type { ObjectFolder } from './objects.ts'
import { entriesOf, FOLDER, type TreeEntry } from './tree-entries.ts'

const SLASH = 47
/** The character that comes after it. */
const BEHIND_SLASH = '0'

/** What the index adds to a tree, as `git diff-index --cached --diff-filter=ACMT` says it. @param tree - lower-case hex @throws Unsure */
export function stagedAgainst(tree: string, index: IndexFile, objects: ObjectFolder): FileChange[] {
  const comparison = new Comparison(index, objects)
  comparison.folder({ from: 0, to: index.count, depth: 0, tree, noted: index.noted })
  return comparison.changes
}

interface Folder {
  /** Its files in the index. */
  readonly from: number
  readonly to: number
  /** How many bytes of their paths name the folder. */
  readonly depth: number
  /** Undefined when it is new. */
  readonly tree: string | undefined
  readonly noted: NotedTree | undefined
}

class Comparison {
  readonly changes: FileChange[] = []
  private readonly index: IndexFile
  private readonly objects: ObjectFolder

  constructor(index: IndexFile, objects: ObjectFolder) {
    this.index = index
    this.objects = objects
  }

  folder({ from, to, depth, tree, noted }: Folder): void {
    // git takes back what it noted with the first change below
    if (tree !== undefined && noted?.id === tree && noted.count === to - from) return
    const before = tree === undefined ? undefined : entriesOf(tree, this.objects)
    for (let at = from; at < to; ) {
      const path = this.index.path(at)
      const slash = path.indexOf(SLASH, depth)
      if (slash < 0) {
        this.file(at, path, before?.get(path.toString('latin1', depth)))
        at += 1
        continue
      }
      const name = path.toString('latin1', depth, slash)
      const entry = before?.get(name)
      const below = noted?.folders.get(name)
      const end = this.endOf(path.toString('latin1', 0, slash + 1), at, to, below)
      this.folder({
        ...{ from: at, to: end, depth: slash + 1 },
        tree: entry?.mode === FOLDER ? entry.id : undefined,
        noted: below,
      })
      at = end
    }
  }

  private file(at: number, path: Buffer, before: TreeEntry | undefined): void {
    const { mode, id } = this.index.entry(at)
    if (before?.mode === mode && before.id === id) return
    const old = before === undefined || before.mode === FOLDER ? undefined : before.id
    this.changes.push({ path: pathOf(path), mode, id, before: old })
  }

  /** The first file that is not below a folder. @param folder - with the slash; bytes, as latin1 */
  private endOf(folder: string, from: number, to: number, noted: NotedTree | undefined): number {
    const { index } = this
    const noting = from + Math.max(noted?.count ?? 0, 0)
    const isLast = noting > from && noting <= to && index.isBelow(folder, noting - 1)
    if (isLast && (noting === to || !index.isBelow(folder, noting))) return noting
    return index.find(folder.slice(0, -1) + BEHIND_SLASH, from, to)
  }
}
