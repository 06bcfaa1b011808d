import { isBullaError } from '../../../errors.ts'
import { nameProblem } from '../../../recipients/names.ts'
import type { Recipient } from '../../../recipients/recipient-file.ts'
import { type Names, namesIn } from '../../recipients/names-of-keys.ts'

/** What it asks of a tree. */
interface TreeFolders {
  /** See `JudgedTree`. */
  filesIn(folders: readonly string[]): Promise<ReadonlyMap<string, Uint8Array>>
}

const FOLDER = '.bulla/recipients/'
const ENDING = '.yaml'

/**
 * What recipients are called in one tree, never in the working copy. Nothing is read before a name is to be shown: most
 * trees have no file whose readers are wrong.
 */
export class ReaderNames {
  private readonly tree: TreeFolders
  /** By the folder of a file. */
  private readonly known = new Map<string, Promise<Names>>()

  constructor(tree: TreeFolders) {
    this.tree = tree
  }

  /** Names by public key, from the nearest folder of recipients upwards. @param file - from the root, with slashes */
  of(file: string): Promise<Names> {
    const folder = file.slice(0, file.lastIndexOf('/') + 1)
    const known = this.known.get(folder) ?? this.read(folder)
    this.known.set(folder, known)
    return known
  }

  private async read(folder: string): Promise<Names> {
    const parts = folder.split('/').slice(0, -1)
    const candidates = Array.from({ length: parts.length + 1 }, (_, left) =>
      [...parts.slice(0, parts.length - left), FOLDER].join('/'),
    )
    const contents = await this.tree.filesIn(candidates)
    const nearest = candidates.find((candidate) => [...contents.keys()].some((path) => isIn(candidate, path)))
    if (nearest === undefined) return new Map()
    const { parseRecipientFile } = await import('../../../recipients/recipient-file.ts')
    const recipients = [...contents].flatMap(([path, bytes]): Recipient[] => {
      const name = path.slice(nearest.length, -ENDING.length)
      if (!isIn(nearest, path) || nameProblem(name) !== undefined) return []
      try {
        return [parseRecipientFile(bytes, name, path)]
      } catch (error) {
        // its key is shown without a name
        if (isBullaError(error)) return []
        throw error
      }
    })
    return namesIn(recipients)
  }
}

/** Directly, and by its name the file of a recipient. */
function isIn(folder: string, path: string): boolean {
  return path.startsWith(folder) && path.endsWith(ENDING) && !path.slice(folder.length).includes('/')
}
