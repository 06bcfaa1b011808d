import { isBullaError } from '../../errors.ts'
import { looksSealed, sealedType } from '../../format/enc.ts'
import type { Metadata } from '../../format/metadata.ts'
import { SEAL_ALL } from '../../format/selector.ts'
import { encodeText } from '../../format/text.ts'
import { walk } from '../../format/walk.ts'
import { displayName, keyName } from '../../keys/key-name.ts'
import type { World } from '../ports.ts'
import { type Names, namesOfKeys } from '../recipients/names-of-keys.ts'
import { showPath } from '../values/tree-path.ts'
import { mark, type ReadVersion, readVersion } from './read-version.ts'

/**
 * The form in which git compares a file: in clear when a key is surely at hand, else one line for each value, with a mark
 * that changes when the ciphertext does. Behind it, who reads the file. A file that is not sealed, or damaged, stays as it is.
 */
export async function textForm(bytes: Uint8Array, path: string, world: World): Promise<Uint8Array> {
  const version = await readVersion(bytes, path, world, true)
  if (version?.metadata === undefined) return bytes
  try {
    const names = await namesOfKeys(world, path)
    const readers = readerLines(version.metadata, names).join('')
    const plain = plainOf(version)
    if (plain !== undefined) return Buffer.concat([plain, encodeText(readers)])
    return encodeText(`${maskedLines(version).join('')}${readers}`)
  } finally {
    version.opened?.dispose()
  }
}

function plainOf({ opened }: ReadVersion): Uint8Array | undefined {
  if (opened === undefined) return undefined
  try {
    const bytes = opened.bytes()
    return bytes.length === 0 || bytes.at(-1) === 0x0a ? bytes : Buffer.concat([bytes, Buffer.from('\n')])
  } catch (error) {
    if (isBullaError(error)) return undefined
    throw error
  }
}

function maskedLines({ documents }: ReadVersion): string[] {
  const lines: string[] = []
  walk(documents, SEAL_ALL, (leaf, { path }) => {
    if (leaf.kind === 'comment') return true
    const name = showPath([...path])
    if (looksSealed(leaf.value)) lines.push(`${name}: sealed ${sealedType(leaf.value) ?? ''} ${mark(leaf)}\n`)
    else lines.push(`${name}: ${leaf.value.split('\n').join('\\n')}\n`)
    return false
  })
  return lines
}

function readerLines({ groups }: Metadata, names: Names): string[] {
  return groups.flatMap((group, index) =>
    group
      .map((entry) => {
        const name = names.get(keyName(entry))
        const key = displayName(entry.type, keyName(entry))
        const of = groups.length === 1 ? '' : ` of group ${index}`
        return `# reader${of}: ${name === undefined ? key : `${name} (${key})`}\n`
      })
      .sort(),
  )
}
