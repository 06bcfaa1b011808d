import type { Edit } from '../edits.ts'
import type { Leaf, LeafPlace } from '../tree.ts'
import type { Layout } from './layout.ts'
import { YamlScalarPlace } from './places.ts'
import type { SimplePair } from './read/simple-pair.ts'
import { readsAs } from './read/simple-pairs.ts'
import { isWord } from './scalar-style.ts'

/**
 * The place of a value on a line `key: value`. As long as the line stays one, nothing around it can be read in another
 * way, so its edits are sure.
 */
export class YamlPairPlace implements LeafPlace {
  private readonly layout: Layout
  private readonly pair: SimplePair
  /** Column of the key. */
  private readonly column: number

  constructor(layout: Layout, pair: SimplePair, column: number) {
    this.layout = layout
    this.pair = pair
    this.column = column
  }

  get start(): number {
    return this.pair.valueStart
  }

  get end(): number {
    return this.pair.valueEnd
  }

  seal(sealed: string, leaf: Leaf): Edit[] {
    if (this.pair.style === 'plain' && isWord(this.pair.text)) return [this.replaced(sealed)]
    return this.checked(this.scalarPlace().seal(sealed, leaf), { kind: 'scalar', type: 'str', value: sealed })
  }

  open(opened: Leaf): Edit[] {
    if (this.pair.style === 'plain' && opened.kind === 'scalar' && opened.type === 'str' && isWord(opened.value)) {
      return [this.replaced(opened.value)]
    }
    return this.checked(this.scalarPlace().open(opened), opened)
  }

  private replaced(text: string): Edit {
    return { start: this.start, end: this.end, text, isSure: true }
  }

  private scalarPlace(): YamlScalarPlace {
    return new YamlScalarPlace(this.layout, this.pair.value, { flow: false, column: this.column })
  }

  private checked(edits: Edit[], leaf: Leaf): Edit[] {
    const [edit] = edits
    const { start, end } = this
    if (edits.length !== 1 || edit?.start !== start || edit.end !== end || !readsAs(edit.text, leaf)) return edits
    return [{ ...edit, isSure: true }]
  }
}
