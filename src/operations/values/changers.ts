import type { ChangeRequest } from '../../format/change.ts'
import type { Edit } from '../../format/edits.ts'
import type { Node, StoreName } from '../../format/tree.ts'

/** Changes the text of a plain file. */
export interface Changer {
  /** @throws FormatError `ERR_EMIT` for what cannot be written in this place or format */
  edits(request: ChangeRequest): Edit[]
  /** What is read where `value` was written. @throws FormatError `ERR_EMIT` for what the format cannot hold */
  readBack(value: Node, path: readonly string[]): Node
}

const same = (value: Node): Node => value

/** Load what changes texts of a format; undefined for binary files, which have no parts. */
export async function loadChanger(name: StoreName): Promise<Changer | undefined> {
  switch (name) {
    case 'yaml':
      return { edits: (await import('../../format/yaml/change.ts')).changeYaml, readBack: same }
    case 'json':
      return { edits: (await import('../../format/json/change.ts')).changeJson, readBack: same }
    case 'dotenv': {
      const { changeDotenv, readBackDotenv } = await import('../../format/dotenv/change.ts')
      return { edits: changeDotenv, readBack: readBackDotenv }
    }
    case 'ini': {
      const { changeIni, readBackIni } = await import('../../format/ini/change.ts')
      return { edits: changeIni, readBack: readBackIni }
    }
    case 'binary':
      return undefined
  }
}
