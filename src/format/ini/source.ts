import type { Edit } from '../edits.ts'
import { looksSealed } from '../enc.ts'
import { errorAt } from '../error-at.ts'
import { unflattenMetadata } from '../metadata-flat.ts'
import { SOPS } from '../single-document.ts'
import type { LostComment, Source } from '../store.ts'
import type { Branch, Comment, Entry, Node } from '../tree.ts'
import { placeBlock, removeBlock } from './block.ts'
import { commentNode } from './comment.ts'
import { ValuePlace } from './place.ts'
import { DEFAULT, type IniKey, type IniSection, type Piece, scanIni } from './scanner.ts'

/** @throws FormatError `ERR_SYNTAX`, `ERR_UTF8`; `ERR_METADATA` when the metadata cannot be put together */
export function readIni(text: string): Source {
  const sections = scanIni(text)
  const [block, second] = sections.filter((section) => section.name === SOPS)
  if (second !== undefined) {
    const hint = 'two sealed files were joined; restore the file from git'
    throw errorAt('ERR_METADATA', text, second.start, 'the sops section stands twice', hint)
  }
  return new IniSource(text, sections, block)
}

class IniSource implements Source {
  readonly text: string
  readonly documents: readonly Branch[]
  readonly aliases: readonly Node[] = []
  readonly lostComments: readonly LostComment[]
  readonly metadata: Branch | undefined
  readonly hasReserved: boolean
  private readonly block: IniSection | undefined

  constructor(text: string, sections: readonly IniSection[], block: IniSection | undefined) {
    this.text = text
    this.block = block
    const items = sections.filter((section) => section !== block).map((section) => sectionEntry(text, section))
    this.documents = [{ kind: 'branch', items }]
    this.lostComments = lostComments(text, sections, block)
    this.metadata = block === undefined ? undefined : unflattenMetadata(block.keys.map(flatEntry))
    this.hasReserved = this.metadata !== undefined
  }

  placeMetadata(metadata: Branch): Edit[] {
    return placeBlock(this.text, this.block, metadata)
  }

  removeMetadata(): Edit[] {
    return this.block === undefined ? [] : removeBlock(this.text, this.block)
  }
}

/** sops 3.13.0 and 3.13.1 wrote real line breaks, all others the two characters `\n`. */
function flatEntry(key: IniKey): { key: string; value: string } {
  return { key: key.name, value: key.value.text.replaceAll('\\n', '\n') }
}

function sectionEntry(text: string, section: IniSection): Entry {
  const own = commentNode(text, section.comment)
  const items: (Entry | Comment)[] = own === undefined ? [] : [own]
  for (const key of section.keys) {
    items.push(keyEntry(text, key))
    const comment = commentNode(text, key.comment)
    if (comment !== undefined) items.push(comment)
  }
  return { kind: 'entry', key: section.name, value: { kind: 'branch', items } }
}

function keyEntry(text: string, key: IniKey): Entry {
  const read = key.value.text
  // a sealed value that keeps a line break for the comment behind it, see ValuePlace
  const value = looksSealed(read) ? read.replace(/\]\r?\n$/, ']') : read
  return {
    kind: 'entry',
    key: key.name,
    value: { kind: 'scalar', type: 'str', value, place: new ValuePlace(text, key.value) },
  }
}

/** What go-ini drops, and what it gives to the metadata section: it belongs to the section above. */
function lostComments(text: string, sections: readonly IniSection[], block: IniSection | undefined): LostComment[] {
  const lost: LostComment[] = []
  let name = DEFAULT
  const add = (pieces: readonly Piece[]): void => {
    const comment = commentNode(text, pieces)
    if (comment !== undefined) lost.push({ path: [name], comment })
  }
  for (const section of sections) {
    if (section === block) add(section.comment.filter((piece) => piece.stands === 'line'))
    else name = section.name
    section.lost.filter((pieces) => section !== block || isBehind(pieces, section)).forEach(add)
  }
  return lost
}

function isBehind(pieces: readonly Piece[], section: IniSection): boolean {
  return pieces.every((piece) => piece.start >= section.end)
}
