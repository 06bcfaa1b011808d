import { isUtf8 } from 'node:buffer'
import { SEAL_ALL } from '../../format/selector.ts'
import type { Scalar } from '../../format/tree.ts'
import { walk } from '../../format/walk.ts'
import { type Fingerprinter, SHORTEST } from '../../scan/known/fingerprint.ts'
import { valueForms } from '../../scan/known/value-forms.ts'
import { toldPath } from '../judge/findings/told-path.ts'
import type { OpenedFile } from '../open.ts'
import { type SealedValue, writeOrigin } from './known-file.ts'

/** Larger values are programs and archives: their lines say nothing. */
const LARGEST = 1 << 20

/** Fingerprints of everything that was sealed in a file. @param name - of the file, from the root of the repository */
export function valuesOf({ source, tree }: OpenedFile, name: string, fingerprinter: Fingerprinter): SealedValue[] {
  const found: SealedValue[] = []
  walk(source.documents, SEAL_ALL, (leaf, { path }) => {
    const opened = tree.opened.get(leaf)
    if (opened?.kind !== 'scalar') return leaf.kind === 'comment' || opened !== undefined
    const text = textOf(opened)
    if (text.length < SHORTEST || text.length > LARGEST) return false
    const origin = writeOrigin(name, toldPath(path))
    for (const form of valueForms(text)) found.push({ ...fingerprinter.of(form), origin })
    return false
  })
  return found
}

function textOf({ type, value, exact, bytes }: Scalar): string {
  if (type === 'bool' || type === 'time') return ''
  if (bytes === undefined) return exact ?? value
  return bytes.length <= LARGEST && isUtf8(bytes) ? Buffer.from(bytes).toString('utf8') : ''
}
