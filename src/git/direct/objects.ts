import type { DirectObject } from './direct-object.ts'
import { briefBytesOf } from './files.ts'
import { inflate } from './inflate.ts'
import { PackFolder } from './packs.ts'
import { sure } from './unsure.ts'

const KINDS = ['commit', 'tree', 'blob', 'tag'] as const
/** The longest header. */
const HEADER_BYTES = 20

/** The objects of one repository, without those that it borrows from others. */
export class ObjectFolder {
  private readonly folder: string
  private readonly most: number
  private readonly packs: PackFolder

  /** @param most - longer ones are not read */
  constructor(folder: string, hashBytes: number, most: number) {
    this.folder = folder
    this.most = most
    this.packs = new PackFolder(`${folder}/pack`, hashBytes, most)
  }

  /** Undefined when it is not here. @param id - lower-case hex @throws Unsure */
  read(id: string): DirectObject | undefined {
    return this.readLoose(id) ?? this.packs.read(id)
  }

  /** @throws Unsure when it is not here, or of another kind */
  must(id: string, kind: DirectObject['kind']): Buffer {
    const found = this.read(id)
    sure(found?.kind === kind)
    return found.bytes
  }

  close(): void {
    this.packs.close()
  }

  private readLoose(id: string): DirectObject | undefined {
    const packed = briefBytesOf(`${this.folder}/${id.slice(0, 2)}/${id.slice(2)}`)
    if (packed === undefined) return undefined
    const bytes = inflate(packed, this.most + HEADER_BYTES)
    const end = bytes.indexOf(0)
    const header = bytes.toString('latin1', 0, Math.min(end, HEADER_BYTES))
    const kind = KINDS.find((name) => header === `${name} ${bytes.length - end - 1}`)
    sure(kind !== undefined)
    return { kind, bytes: bytes.subarray(end + 1) }
  }
}
