import { ConfigError, FormatError } from '../errors.ts'
import type { Edit } from '../format/edits.ts'
import { EMPTY_COMMENT, looksSealed } from '../format/enc.ts'
import { type Selector, selectsAt } from '../format/selector.ts'
import type { Source } from '../format/store.ts'
import type { AliasPlace, Comment, Leaf, Node, Scalar } from '../format/tree.ts'
import { walk } from '../format/walk.ts'
import type { DataKey } from './data-key.ts'
import { MacDigest } from './mac.ts'
import { aadOf } from './plaintext.ts'
import type { RandomSource } from './random.ts'
import type { CiphertextPool } from './reuse.ts'
import { SealBatch } from './seal-batch.ts'

export interface SealOptions {
  readonly dataKey: DataKey
  readonly selector: Selector
  readonly macOnlyEncrypted: boolean
  readonly random: RandomSource
  /** Ciphertexts under the same data key that may be used again. */
  readonly reuse?: CiphertextPool
}

/** What sealing did to one leaf, in walk order. */
interface Outcome {
  readonly aad: string
  readonly sealed: boolean
}

/** The same, with the text that stands there now. */
interface Fate extends Outcome {
  readonly text: string
}

export interface SealedValues {
  readonly edits: Edit[]
  /** Digest for the MAC. */
  readonly digest: string
  readonly hasComments: boolean
  /** Values that were sealed, and values there are: nulls and empty texts are none. */
  readonly sealedCount: number
  readonly valueCount: number
  /** What became of each value, to compare with what a reader of the result will see. */
  readonly outcomes: readonly Outcome[]
}

/**
 * Seal the values of a file in place. Comments come in a second pass, over the text that this one gives: which
 * collection a comment belongs to, and so what it is bound to, can depend on how the values around it are written.
 *
 * @throws FormatError `ERR_UNSUPPORTED_VALUE` for a value that sops would not read back
 */
export function sealValues(source: Pick<Source, 'documents' | 'aliases'>, options: SealOptions): SealedValues {
  const batch = new SealBatch(options.dataKey, options.random, options.reuse)
  const digest = new MacDigest(options.macOnlyEncrypted)
  const edits: Edit[] = []
  const outcomes: Outcome[] = []
  const pending: { leaf: Scalar; aad: string; sealed: number }[] = []
  const fates = source.aliases.length > 0 ? new Map<Leaf, Fate>() : undefined
  let valueCount = 0
  let hasComments = false
  walk(source.documents, options.selector, (leaf, { aad, selected, inList }) => {
    if (leaf.kind === 'comment') {
      hasComments = true
      fates?.set(leaf, { aad, sealed: selected && (leaf.text !== '' || inList), text: leaf.text })
      return
    }
    if (selected || !options.macOnlyEncrypted) hashLeaf(leaf, digest)
    const isEmpty = (leaf.bytes ?? leaf.value).length === 0
    const sealed = selected && !isEmpty
    if (!isEmpty) valueCount += 1
    outcomes.push({ aad, sealed: selected })
    if (!sealed) {
      fates?.set(leaf, { aad, sealed, text: leaf.value })
      return
    }
    pending.push({ leaf, aad, sealed: batch.add(aad, leaf) })
  })
  batch.seal()
  for (const { leaf, aad, sealed } of pending) {
    const text = batch.sealed(sealed)
    fates?.set(leaf, { aad, sealed: true, text })
    if (leaf.place !== undefined) edits.push(...leaf.place.seal(text, leaf))
  }
  if (fates !== undefined) edits.push(...writeAliasesOut(source.aliases, fates))
  return { edits, digest: digest.finish(), hasComments, sealedCount: pending.length, valueCount, outcomes }
}

function hashLeaf(leaf: Scalar, digest: MacDigest): void {
  if (leaf.bytes === undefined) digest.addText(leaf.value)
  else digest.add(leaf.bytes)
}

/**
 * Seal the comments of a file whose values are sealed.
 *
 * @param outcomes - what {@link sealValues} did; a reader of the text must come to the same
 * @throws FormatError `ERR_UNSUPPORTED_VALUE` when the layout of the file makes sops see another file than was sealed
 * @throws ConfigError `ERR_SELECTOR` when a sealed comment would itself match `unencrypted_comment_regex`
 */
export function sealComments(source: Source, outcomes: readonly Outcome[], options: SealOptions): Edit[] {
  const batch = new SealBatch(options.dataKey, options.random, options.reuse)
  const { selector } = options
  const edits: Edit[] = []
  const pending: (() => void)[] = []
  let index = 0
  const addComment = (comment: Comment, aad: string, tail = '') => {
    const sealed = batch.add(aad, comment)
    pending.push(() => place(comment, batch.sealed(sealed) + tail))
  }
  const place = (comment: Comment, text: string) => {
    if (selector.subject === 'comment' && !selector.matchSeals && selector.matches(text)) {
      throw new ConfigError('ERR_SELECTOR', 'a sealed comment matches unencrypted_comment_regex', {
        hint: 'change the expression so that it cannot match "ENC[…]"',
      })
    }
    if (comment.place !== undefined) edits.push(...comment.place.seal(text, comment))
  }
  walk(source.documents, selector, (leaf, { aad, selected, inList }) => {
    if (leaf.kind === 'comment') {
      if (selected && leaf.text !== '') addComment(leaf, aad)
      else if (selected && inList) addComment({ ...leaf, text: EMPTY_COMMENT.text }, aad, EMPTY_COMMENT.tail)
      return
    }
    const outcome = outcomes[index]
    index += 1
    const sealed = leaf.type === 'str' && looksSealed(leaf.value)
    if (
      outcome === undefined ||
      outcome.aad !== aad ||
      outcome.sealed !== selected ||
      (selected && !sealed && leaf.value !== '')
    ) {
      throw unstable()
    }
  })
  if (index !== outcomes.length) throw unstable()
  for (const { path, comment } of source.lostComments) {
    if (comment.text !== '' && selectsAt(selector, path, comment.text)) addComment(comment, aadOf(path))
  }
  batch.seal()
  for (const put of pending) put()
  return edits
}

function unstable(): FormatError {
  return new FormatError('ERR_UNSUPPORTED_VALUE', 'sealing this file in place would change how sops reads it', {
    hint: 'look for aliases that stand as keys or whose value holds comments, comments inside values that span lines, a last line without line break',
  })
}

/** Write out the aliases that cannot stay; they come in the order of the text. */
function writeAliasesOut(aliases: readonly Node[], fates: ReadonlyMap<Leaf, Fate>): Edit[] {
  const gone = new Set<AliasPlace>()
  const edits: Edit[] = []
  for (const node of aliases) {
    if (node.alias === undefined || staysAlias(node, fates, gone)) continue
    gone.add(node.alias)
    edits.push(...node.alias.replace(writtenOut(node, fates)))
  }
  return edits
}

/**
 * An alias can stay when it repeats what is clear at both places, or sealed for the same path; and when no alias in what
 * it repeats is written out.
 */
function staysAlias(node: Node, fates: ReadonlyMap<Leaf, Fate>, gone: ReadonlySet<AliasPlace>): boolean {
  const stays = (leaf: Leaf): boolean => {
    const here = fates.get(leaf)
    // without origin, the anchor is at a key, and keys are never sealed
    if (leaf.origin === undefined) return here?.sealed === false
    const there = fates.get(leaf.origin)
    if (here === undefined || there === undefined) return false
    return here.sealed === there.sealed && (!here.sealed || here.aad === there.aad)
  }
  const repeats = (inner: Node): boolean => {
    if (inner !== node && inner.alias !== undefined && gone.has(inner.alias)) return false
    if (inner.kind === 'scalar') return stays(inner)
    if (inner.kind === 'null') return true
    return inner.items.every((item) => {
      if (item.kind === 'comment') return stays(item)
      return repeats(item.kind === 'entry' ? item.value : item)
    })
  }
  return repeats(node)
}

/** The copy below an alias with its values sealed. Comments are sealed later, where they then stand. */
function writtenOut(node: Node, fates: ReadonlyMap<Leaf, Fate>): Node {
  const ofLeaf = (leaf: Scalar): Scalar => {
    const fate = fates.get(leaf)
    if (fate?.sealed === true) return { kind: 'scalar', type: 'str', value: fate.text }
    const { place, origin, alias, ...plain } = leaf
    return plain
  }
  switch (node.kind) {
    case 'null':
      return { kind: 'null' }
    case 'scalar':
      return ofLeaf(node)
    case 'list':
      return {
        kind: 'list',
        items: node.items.map((item) => (item.kind === 'comment' ? item : writtenOut(item, fates))),
      }
    case 'branch':
      return {
        kind: 'branch',
        items: node.items.map((item) =>
          item.kind === 'comment' ? item : { ...item, value: writtenOut(item.value, fates) },
        ),
      }
  }
}
