import { BullaError, FormatError } from '../errors.ts'
import type { Edit } from '../format/edits.ts'
import { isEmptyComment, looksSealed, parseSealed, withoutTail } from '../format/enc.ts'
import { openedLeaf } from '../format/scalars.ts'
import { type Selector, selectsAt } from '../format/selector.ts'
import type { Source } from '../format/store.ts'
import { decodeText, encodeText } from '../format/text.ts'
import type { Branch, Comment, Entry, Leaf, List, Node, Scalar } from '../format/tree.ts'
import { walk } from '../format/walk.ts'
import { cannotOpen, tryOpenValue } from './cipher.ts'
import type { DataKey } from './data-key.ts'
import { LeafPairs } from './leaf-pairs.ts'
import { Digests, MacDigest } from './mac.ts'
import { NOT_SEALED, OpenBatch } from './open-batch.ts'
import { aadOf, hashedBytesOf } from './plaintext.ts'
import type { CiphertextPool } from './reuse.ts'

export interface OpenOptions {
  readonly dataKey: DataKey
  readonly selector: Selector
  readonly macOnlyEncrypted: boolean
  /** Filled with every ciphertext that was opened. */
  readonly pool?: CiphertextPool
  /** Whether values that should be sealed and are plainly clear stay as they are. The digest is then of no use. */
  readonly keepClear?: boolean
  /** A value that shall give way to another one. Then no other text is looked at, and `opened` may be without them. */
  readonly exchange?: Exchange
  /** The `mac` field and what it is bound to: opened with the values it costs a tenth. */
  readonly mac?: SealedMac
}

export interface SealedMac {
  readonly text: string
  readonly aad: string
}

export interface Exchange {
  /** A sealed text. */
  readonly leaf: Scalar
  readonly value: Scalar
}

export interface OpenedTree {
  /**
   * What turns the sealed text into the plain one; the metadata block is left to the source. Made when it is asked for.
   *
   * @throws FormatError `ERR_EMIT`, `ERR_VALUE_FORMAT` for what cannot stand where its sealed form stands
   */
  readonly edits: Edit[]
  /** Digest of what was read, to be held against the MAC. */
  readonly digest: string
  /**
   * Digest with clear `-0` hashed as it is written; undefined when there is none. sops writes the float -0.0 so, and up to
   * 3.13.1 the integer of JSON files too, and hashes a float. Reading it back it sees the integer 0: since then it cannot
   * verify such files, its own included.
   */
  readonly otherDigest: string | undefined
  /** What the `mac` field held; undefined when it does not open, or was not asked for. Nothing is compared here. */
  readonly mac: string | undefined
  /** The opened leaf for every sealed one. */
  readonly opened: ReadonlyMap<Leaf, Leaf>
  /** With the other value in place: the digest, and what this value is bound to. Undefined when its leaf was not sealed. */
  readonly exchanged: { readonly digest: string; readonly aad: string } | undefined
  /** Comments that should be sealed and did not open: they stay as they are. */
  readonly unopenedComments: number
}

const MINUS_ZERO = Buffer.from('-0')

/** How many values before a comment are remembered: it is tried in the collections around them. */
const NEARBY = 64
/** How many collections that are at most. */
const MAX_PLACES = 256
/** How many comments of a file are looked for elsewhere: more are not moved, but made to keep us busy. */
const MAX_SEARCHES = 1000

/**
 * Open every sealed leaf of a file. The MAC is not checked here.
 *
 * @throws IntegrityError `ERR_VALUE_AUTH`, FormatError `ERR_VALUE_FORMAT`, with the path of the first value that fails
 */
export function openTree(source: Source, options: OpenOptions): OpenedTree {
  const opener = new Opener(source.text, options)
  try {
    walk(source.documents, options.selector, (leaf, { aad, selected }) => opener.take(leaf, aad, selected))
    for (const { path, comment } of source.lostComments) {
      opener.take(comment, aadOf(path), selectsAt(options.selector, path, comment.text))
    }
    return opener.open((leaf) => pathOf(leaf, source, options.selector))
  } finally {
    opener.wipe()
  }
}

/** Searched for again when it is needed, which is seldom. */
function pathOf(wanted: Leaf, source: Source, selector: Selector): string[] {
  let found: string[] = []
  walk(source.documents, selector, (leaf, { path }) => {
    if (leaf === wanted) found = [...path]
    return false
  })
  return found
}

/** The documents of a source with every sealed leaf replaced by what it opened to. */
export function openedDocuments(documents: readonly Branch[], opened: ReadonlyMap<Leaf, Leaf>): Branch[] {
  const ofNode = (node: Node): Node | Comment => {
    if (node.kind === 'scalar') return opened.get(node) ?? node
    if (node.kind === 'branch') return ofBranch(node)
    return node.kind === 'list' ? ofList(node) : node
  }
  const ofComment = (comment: Comment): Comment => {
    const found = opened.get(comment)
    return found?.kind === 'comment' ? found : comment
  }
  const ofEntry = (entry: Entry): Entry => {
    const value = ofNode(entry.value)
    return value.kind === 'comment' ? entry : { ...entry, value }
  }
  const ofList = (list: List): List => ({
    kind: 'list',
    items: list.items.map((item) => (item.kind === 'comment' ? ofComment(item) : ofNode(item))),
  })
  const ofBranch = (branch: Branch): Branch => ({
    kind: 'branch',
    items: branch.items.map((item) => (item.kind === 'comment' ? ofComment(item) : ofEntry(item))),
  })
  return documents.map(ofBranch)
}

/** What the collection around a place is bound to. A key may hold a colon: then this tries one place too many. */
function aroundOf(aad: string): string {
  return aad.slice(0, aad.lastIndexOf(':', aad.length - 2) + 1) || ':'
}

/** A leaf that the walk came by and that has to be looked at. */
interface Step {
  readonly leaf: Leaf
  readonly aad: string
  readonly selected: boolean
  /** Its sealed value in the batch; {@link NOT_SEALED} when it is clear, or damaged. */
  readonly sealed: number
}

/** The error, saying which value it is about. */
function withPath(error: unknown, leaf: Leaf, pathOf: (leaf: Leaf) => string[]): unknown {
  return error instanceof BullaError ? error.at({ path: pathOf(leaf) }) : error
}

function openingEdits(pairs: LeafPairs, pathOf: (leaf: Leaf) => string[]): Edit[] {
  const edits: Edit[] = []
  pairs.forEach((leaf, by) => {
    try {
      if (leaf.place !== undefined) edits.push(...leaf.place.open(by))
    } catch (error) {
      throw withPath(error, leaf, pathOf)
    }
  })
  return edits
}

/** Collects the leaves of a file, then opens all of them together. */
class Opener {
  private readonly options: OpenOptions
  private readonly text: string
  private readonly digests: Digests
  private readonly batch: OpenBatch
  private readonly steps: Step[] = []
  private readonly pairs = new LeafPairs()
  private exchangedAad: string | undefined
  private unopenedComments = 0
  private searches = 0

  constructor(text: string, options: OpenOptions) {
    this.text = text
    this.options = options
    this.batch = new OpenBatch(options.dataKey)
    this.digests = new Digests(new MacDigest(options.macOnlyEncrypted))
  }

  /** Returns true when the leaf is a comment that stands as a scalar. */
  take(leaf: Leaf, aad: string, selected: boolean): boolean {
    if (leaf.kind === 'comment') {
      // one that sops moved may have come to a place where nothing is sealed
      if (leaf.text === '' || (!selected && !looksSealed(leaf.text))) return false
      this.steps.push({ leaf, aad, selected, sealed: this.batch.add(aad, leaf.text) })
      return false
    }
    const sealed = selected && leaf.type === 'str' ? this.batch.add(aad, leaf.value) : NOT_SEALED
    this.steps.push({ leaf, aad, selected, sealed })
    return this.batch.type(sealed) === 'comment'
  }

  /** @param pathOf - only called for a leaf that cannot be opened */
  open(pathOf: (leaf: Leaf) => string[]): OpenedTree {
    const { mac } = this.options
    const macValue = mac === undefined ? NOT_SEALED : this.batch.add(mac.aad, mac.text)
    this.batch.open()
    this.takeSteps(pathOf)
    const macText =
      mac !== undefined && this.batch.type(macValue) === 'str'
        ? this.batch.take(macValue, mac.aad, mac.text)
        : undefined
    const { own, other, exchanged } = this.digests
    const digest = own.finish()
    const otherDigest = other?.finish()
    const exchangedDigest = exchanged?.finish()
    const { pairs, unopenedComments, exchangedAad: aad } = this
    let opened: ReadonlyMap<Leaf, Leaf> | undefined
    let edits: Edit[] | undefined
    return {
      unopenedComments,
      mac: macText,
      digest,
      otherDigest,
      exchanged: exchangedDigest === undefined || aad === undefined ? undefined : { digest: exchangedDigest, aad },
      get opened() {
        opened ??= pairs.toMap()
        return opened
      },
      get edits() {
        edits ??= openingEdits(pairs, pathOf)
        return edits
      },
    }
  }

  wipe(): void {
    this.batch.wipe()
  }

  private takeSteps(pathOf: (leaf: Leaf) => string[]): void {
    const { steps } = this
    for (let index = 0; index < steps.length; index += 1) {
      const step = steps[index] as Step // every index is below the length
      try {
        if (step.leaf.kind === 'comment') this.comment(step.leaf, index, step)
        else this.scalar(step.leaf, step)
      } catch (error) {
        throw withPath(error, step.leaf, pathOf)
      }
    }
  }

  private scalar(scalar: Scalar, { aad, selected, sealed }: Step): void {
    if (!selected) {
      if (!this.options.macOnlyEncrypted) this.hashClear(scalar)
      return
    }
    if (scalar.type === 'str' && scalar.value === '') return
    const type = this.batch.type(sealed)
    if (type === undefined) {
      if (this.options.keepClear === true && !(scalar.type === 'str' && looksSealed(scalar.value))) return
      throw new FormatError('ERR_VALUE_FORMAT', 'a value that should be sealed is not, or its ENC[…] text is damaged', {
        hint: 'it was changed by hand or by a merge; restore the line from git, or seal the file anew',
      })
    }
    const { exchange } = this.options
    if (exchange !== undefined && exchange.leaf !== scalar && type === 'str') {
      if (!this.batch.give(sealed, aad, scalar.value, this.digests)) throw cannotOpen()
      return
    }
    const before = exchange?.leaf === scalar ? new MacDigest(this.digests.own) : undefined
    // of other types, the MAC has sops's own spelling
    const text = this.batch.take(sealed, aad, scalar.value, type === 'str' ? this.digests : undefined)
    if (text === undefined) throw cannotOpen()
    const leaf = openedLeaf(type, text)
    this.options.pool?.add(aad, leaf, withoutTail(scalar.value))
    this.pairs.add(scalar, leaf)
    if (leaf.kind === 'scalar' && type !== 'str') this.digests.add(hashedBytesOf(leaf))
    if (exchange === undefined || before === undefined) return
    before.add(hashedBytesOf(exchange.value))
    this.digests.exchanged = before
    this.exchangedAad = aad
  }

  private hashClear(scalar: Scalar): void {
    const { type, value, place } = scalar
    const isMinusZero =
      type === 'int' && value === '0' && place !== undefined && this.text.slice(place.start, place.end) === '-0'
    if (isMinusZero) this.digests.addTwo(hashedBytesOf(scalar), MINUS_ZERO)
    else this.digests.add(hashedBytesOf(scalar))
  }

  private comment(comment: Comment, index: number, { aad, sealed }: Step): void {
    const isComment = this.batch.type(sealed) === 'comment'
    const found = isComment ? this.openComment(comment.text, index, aad, sealed) : undefined
    if (found === undefined) {
      this.unopenedComments += 1
      return
    }
    const { text, place } = found
    const leaf: Comment = { kind: 'comment', text, inline: comment.inline }
    // a ciphertext is only good for the place it was sealed for
    if (place === aad) this.options.pool?.add(aad, leaf, withoutTail(comment.text))
    this.pairs.add(comment, isEmptyComment(comment.text, text) ? { ...leaf, text: '' } : leaf)
  }

  private openComment(
    text: string,
    index: number,
    aad: string,
    value: number,
  ): { text: string; place: string } | undefined {
    const here = this.batch.take(value, aad, text)
    if (here !== undefined) return { text: here, place: aad }
    const sealed = parseSealed(text)
    if (sealed === undefined || this.searches === MAX_SEARCHES) return undefined
    this.searches += 1
    for (const place of this.nearby(index, aad)) {
      const bytes = tryOpenValue({ dataKey: this.options.dataKey, sealed, aad: encodeText(place) })
      if (bytes !== undefined) return { text: decodeText(bytes), place }
    }
    return undefined
  }

  /** The collections around this place, and around the values before it: another program may have moved a comment. */
  private nearby(index: number, aad: string): Set<string> {
    const places = new Set<string>()
    for (const start of [aad, ...this.before(index)]) {
      for (let place = start; !places.has(place) && places.size < MAX_PLACES; place = aroundOf(place)) places.add(place)
    }
    return places
  }

  /** What the last values before a step are bound to, the nearest one first. */
  private before(index: number): string[] {
    const found: string[] = []
    for (let at = index - 1; at >= 0 && found.length < NEARBY; at -= 1) {
      const { leaf, aad } = this.steps[at] as Step
      if (leaf.kind !== 'comment' && aad !== found.at(-1)) found.push(aad)
    }
    return found
  }
}
