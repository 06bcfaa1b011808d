import type { Span } from '../../format/edits.ts'
import { looksSealed, sealedType } from '../../format/enc.ts'
import type { Selector } from '../../format/selector.ts'
import type { Source } from '../../format/store.ts'
import type { Leaf } from '../../format/tree.ts'
import { walk } from '../../format/walk.ts'
import { shellWord } from '../shell-word.ts'
import { showPath } from '../values/tree-path.ts'
import type { Finding } from './finding.ts'
import { LineFinder } from './lines.ts'

const CIPHERTEXT = /(?<=ENC\[AES256_GCM,)[^\]]*(?=\])/g

interface ClearLeaf extends Span {
  readonly path: readonly string[]
  /** Whether `set` can name it. */
  readonly isNamed: boolean
}

/** What stands in clear in a sealed file: its selector leaves it so, and a secret in it is as readable as in any other. */
export class ClearParts {
  /** Of the file, with stars and blanks in place of ciphertexts, metadata and what the selector seals: lines and columns are the same. */
  readonly text: string
  private readonly file: string
  private readonly leaves: readonly ClearLeaf[]
  private lines: LineFinder | undefined

  private constructor(file: string, text: string, leaves: readonly ClearLeaf[]) {
    this.file = file
    this.text = text
    this.leaves = leaves
  }

  /**
   * @param file - from the root of the repository
   * @param selector - of the file: what it seals and stands in clear is told as that, and left out here
   * @returns undefined when nothing is in clear
   */
  static of(file: string, source: Source, selector: Selector): ClearParts | undefined {
    const leaves: ClearLeaf[] = []
    const hidden: Span[] = []
    let count = source.lostComments.length
    walk(source.documents, selector, (leaf, { selected, path, inList }) => {
      const { place } = leaf
      const text = textOf(leaf)
      // what an alias repeats stands somewhere else
      if (looksSealed(text) || place === undefined) return leaf.kind === 'comment' || sealedType(text) === 'comment'
      if (leaf.kind === 'scalar' && selected) {
        hidden.push(place)
        return false
      }
      count += 1
      const isNamed = leaf.kind === 'scalar' && !inList && source.documents.length === 1
      leaves.push({ start: place.start, end: place.end, path: [...path], isNamed })
      return leaf.kind === 'comment'
    })
    if (count === 0) return undefined
    return new ClearParts(file, blanked(source, hidden), leaves)
  }

  /** A finding of {@link text} with its key path, and the command that repairs it. */
  place(finding: Finding): Finding {
    const leaf = this.leafAt(finding)
    if (leaf?.isNamed !== true) return { ...finding, repair: `bulla edit ${shellWord(this.file)}` }
    const keyPath = showPath(leaf.path)
    return { ...finding, keyPath, repair: `bulla set ${shellWord(this.file)} ${shellWord(keyPath)}` }
  }

  private leafAt({ line, column = 1 }: Finding): ClearLeaf | undefined {
    if (line === undefined) return undefined
    this.lines ??= new LineFinder(this.text)
    const offset = this.lines.offset(line, column)
    return this.leaves.find(({ start, end }) => start <= offset && offset < end)
  }
}

function textOf(leaf: Leaf): string {
  return leaf.kind === 'comment' ? leaf.text : leaf.value
}

function blanked(source: Source, hidden: readonly Span[]): string {
  const { text } = source
  const parts: string[] = []
  let position = 0
  for (const { start, end } of [...source.removeMetadata(), ...hidden].sort((a, b) => a.start - b.start)) {
    if (end <= position) continue
    parts.push(text.slice(position, start), text.slice(Math.max(start, position), end).replace(/[^\r\n]/g, ' '))
    position = end
  }
  const clear = [...parts, text.slice(position)].join('')
  return clear.replace(CIPHERTEXT, (sealed) => sealed.replace(/[^\r\n]/g, '*'))
}
