import type { Edit } from '../edits.ts'
import { cannotEmit, errorAt } from '../error-at.ts'
import { onlyDocument, reservedKey, SOPS } from '../single-document.ts'
import type { EmitOptions, LostComment, Source, Store } from '../store.ts'
import type { Branch, Node } from '../tree.ts'
import { placeBlock, removeBlock } from './block.ts'
import { type Root, scanJson } from './scanner.ts'
import { sopsLayout, writeNode } from './write.ts'

/** JSON: an object, its comments and metadata as sops keeps them. */
export const jsonStore: Store = {
  name: 'json',
  parse: (text, options) => new JsonSource(text, options),
  emit: (documents, options) => `${writeNode(onlyDocument(documents), sopsLayout(indentUnit(options)))}\n`,
  emitValue: (value, options) => writeNode(value, sopsLayout(indentUnit(options))),
  withMetadata: (document, metadata) => ({
    kind: 'branch',
    items: [...document.items, { kind: 'entry', key: SOPS, value: metadata }],
  }),
  reservedName: reservedKey,
}

/** @throws FormatError `ERR_EMIT` as sops, for an indentation below -1 */
function indentUnit(options: EmitOptions | undefined): string {
  const indent = options?.indent ?? -1
  if (!Number.isInteger(indent) || indent < -1) throw cannotEmit('the indentation of JSON is -1 (a tab) or more')
  return indent < 0 ? '\t' : ' '.repeat(indent)
}

class JsonSource implements Source {
  readonly text: string
  readonly documents: readonly Branch[]
  readonly aliases: readonly Node[] = []
  readonly lostComments: readonly LostComment[] = []
  readonly metadata: Branch | undefined
  readonly hasReserved: boolean
  private readonly root: Root
  private readonly unit: string | undefined

  constructor(text: string, options: EmitOptions | undefined) {
    this.text = text
    this.unit = options?.indent === undefined ? undefined : indentUnit(options)
    this.root = scanJson(text)
    this.metadata = this.readMetadata()
    this.hasReserved = this.metadata !== undefined
    const { items } = this.root.branch
    const own = this.metadata === undefined ? items : items.filter((_, index) => !this.isMetadata(index))
    this.documents = [{ kind: 'branch', items: own }]
  }

  placeMetadata(metadata: Branch): Edit[] {
    return placeBlock(this.text, this.root, metadata, this.unit)
  }

  removeMetadata(): Edit[] {
    return removeBlock(this.root)
  }

  private isMetadata(index: number): boolean {
    return this.root.members[index]?.key === SOPS
  }

  private readMetadata(): Branch | undefined {
    const standing = this.root.members.filter((member) => member.key === SOPS)
    const [first, second] = standing
    if (first === undefined) return undefined
    if (second !== undefined) {
      const hint = 'two sealed files were joined; restore the file from git'
      throw errorAt('ERR_METADATA', this.text, second.start, 'the sops block stands twice', hint)
    }
    const value = this.memberValue(first.key)
    if (value?.kind === 'branch') return value
    const hint = 'the top-level key sops is reserved for metadata; rename it'
    throw errorAt('ERR_METADATA', this.text, first.valueStart, 'the sops entry is not a mapping', hint)
  }

  private memberValue(key: string): Node | undefined {
    const entry = this.root.branch.items.find((item) => item.kind === 'entry' && item.key === key)
    return entry?.kind === 'entry' ? entry.value : undefined
  }
}
