import type { Span } from '../../../format/edits.ts'
import { looksSealed, sealedType } from '../../../format/enc.ts'
import type { Selector } from '../../../format/selector.ts'
import type { Source } from '../../../format/store.ts'
import type { Leaf } from '../../../format/tree.ts'
import { walk } from '../../../format/walk.ts'
import { fileWord, shellWord } from '../../shell-word.ts'
import type { Finding } from '../findings/finding.ts'
import { LineFinder } from '../findings/line-finder.ts'
import { toldPath, UNTOLD } from '../findings/told-path.ts'

const CIPHERTEXT = /(?<=ENC\[AES256_GCM,)data:[\w+/=]*,iv:[\w+/=]*,tag:[\w+/=]*(?=,type:[a-z]+\])/g

interface ClearLeaf extends Span {
  readonly path: readonly string[]
  /** Whether `set` can name it. */
  readonly isNamed: boolean
}

/**
 * What stands in clear in a sealed file: its selector leaves it so, or it is a key, or of the metadata. A secret in it is as
 * readable as in any other file.
 */
export class ClearParts {
  /** Of the file, with stars and blanks in place of ciphertexts and what the selector seals: lines and columns are the same. */
  readonly text: string
  private readonly file: string
  private readonly leaves: readonly ClearLeaf[]
  private readonly metadata: readonly Span[]
  private lines: LineFinder | undefined

  private constructor(file: string, text: string, leaves: readonly ClearLeaf[], metadata: readonly Span[]) {
    this.file = file
    this.text = text
    this.leaves = leaves
    this.metadata = metadata
  }

  /**
   * @param file - from the root of the repository
   * @param selector - of the file: what it seals and stands in clear is told as that, and left out here
   */
  static of(file: string, source: Source, selector: Selector): ClearParts {
    const leaves: ClearLeaf[] = []
    const hidden: Span[] = []
    walk(source.documents, selector, (leaf, { selected, path, inList }) => {
      const { place } = leaf
      const text = textOf(leaf)
      // what an alias repeats stands somewhere else
      if (looksSealed(text) || place === undefined) return leaf.kind === 'comment' || sealedType(text) === 'comment'
      if (leaf.kind === 'scalar' && selected) {
        hidden.push(place)
        return false
      }
      const isNamed = leaf.kind === 'scalar' && !inList && source.documents.length === 1
      leaves.push({ start: place.start, end: place.end, path: [...path], isNamed })
      return leaf.kind === 'comment'
    })
    return new ClearParts(file, blanked(source.text, hidden), leaves, source.removeMetadata())
  }

  /** Findings of {@link text} with their key paths, and the commands that repair them. */
  place<Found extends { readonly finding: Finding }>(found: readonly Found[]): Found[] {
    return found.flatMap((one) => {
      const { finding } = one
      const offset = this.offsetOf(finding)
      const isIn = ({ start, end }: Span) => start <= offset && offset < end
      if (this.metadata.some(isIn)) {
        // readers and addresses of services are sealed elsewhere too, and are no secrets here
        return finding.rule === 'known-value' ? [] : [one]
      }
      return [{ ...one, finding: { ...finding, ...this.repairOf(this.leaves.find(isIn)) } }]
    })
  }

  private repairOf(leaf: ClearLeaf | undefined): Partial<Finding> {
    const keyPath = leaf?.isNamed === true ? toldPath(leaf.path) : UNTOLD
    if (keyPath.includes(UNTOLD)) return { repair: `bulla edit ${fileWord(this.file)}` }
    return { keyPath, repair: `bulla set ${fileWord(this.file)} ${shellWord(keyPath)}` }
  }

  private offsetOf({ line, column = 1 }: Finding): number {
    this.lines ??= new LineFinder(this.text)
    return line === undefined ? -1 : this.lines.offset(line, column)
  }
}

function textOf(leaf: Leaf): string {
  return leaf.kind === 'comment' ? leaf.text : leaf.value
}

function blanked(text: string, hidden: readonly Span[]): string {
  const parts: string[] = []
  let position = 0
  for (const { start, end } of hidden.toSorted((a, b) => a.start - b.start)) {
    if (end <= position) continue
    parts.push(text.slice(position, start), text.slice(Math.max(start, position), end).replace(/[^\r\n]/g, ' '))
    position = end
  }
  const clear = [...parts, text.slice(position)].join('')
  return clear.replace(CIPHERTEXT, (sealed) => '*'.repeat(sealed.length))
}
