import type { ChangeRequest } from '../../format/change.ts'
import type { Edit } from '../../format/edits.ts'
import type { Node, StoreName } from '../../format/tree.ts'

/** Changes the text of a plain file. */
export interface Changer {
  /** @throws FormatError `ERR_EMIT` for what cannot be written in this place or format */
  edits(request: ChangeRequest): Edit[]
  /** What is read where `value` was written. @throws FormatError `ERR_EMIT` for what the format cannot hold */
  readBack(value: Node, path: readonly string[]): Node
  /** Only of formats that can hold several documents. */
  readonly documents?: DocumentTexts
}

/** Takes a text of several documents apart, and puts it together again. */
export interface DocumentTexts {
  split(text: string): string[]
  /** Inverse of {@link split}; of documents from several texts, a text that has to be read again to be sure. */
  join(parts: readonly string[]): string
}

const same = (value: Node): Node => value

/** Load what changes texts of a format; undefined for binary files, which have no parts. */
export async function loadChanger(name: StoreName): Promise<Changer | undefined> {
  switch (name) {
    case 'yaml': {
      const { changeYaml } = await import('../../format/yaml/change.ts')
      const { joinYaml, splitYaml } = await import('../../format/yaml/split.ts')
      return { edits: changeYaml, readBack: same, documents: { split: splitYaml, join: joinYaml } }
    }
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
