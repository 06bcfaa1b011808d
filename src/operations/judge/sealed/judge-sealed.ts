import { type BullaError, isBullaError } from '../../../errors.ts'
import { EMPTY_COMMENT, looksSealed, sealedFields, sealedType, withoutTail } from '../../../format/enc.ts'
import { DEFAULT_SELECTOR, type Metadata, parseMetadata } from '../../../format/metadata.ts'
import { compileSelector, SEAL_ALL, type Selector } from '../../../format/selector.ts'
import type { Source, Store } from '../../../format/store.ts'
import type { Leaf, Scalar } from '../../../format/tree.ts'
import { walk } from '../../../format/walk.ts'
import { sidesOf } from '../../../merge/marks.ts'
import { fileWord } from '../../shell-word.ts'
import { showPath } from '../../values/tree-path.ts'
import type { Finding } from '../findings/finding.ts'
import { LineFinder } from '../findings/line-finder.ts'
import { toldPath } from '../findings/told-path.ts'
import { valueName } from '../findings/value-name.ts'
import { ClearParts } from './clear-parts.ts'

/** A file of which the judge has found out that it means to be sealed. */
export interface SealedText {
  readonly file: string
  readonly store: Store
  readonly text: string
}

/** What is wrong with a sealed file, and its metadata if that could be read. */
export interface SealedJudgement {
  readonly findings: readonly Finding[]
  readonly metadata?: Metadata
  /** What stands in it in clear; undefined when it cannot be read. */
  readonly clear?: ClearParts
}

/** The marks that git leaves where two versions differ. */
const CONFLICT = /^(?:<{7,} |\|{7,} |={7}\r?$|>{7,} )/m

/**
 * Whether a sealed file is whole, as far as that can be seen without a key: every value that its own selector names is a
 * well-formed `ENC[…]`, there is a MAC, there are readers, and something is sealed at all.
 */
export async function judgeSealed({ file, store, text }: SealedText): Promise<SealedJudgement> {
  // what is damaged is not repaired but taken from where it is whole: who judges knows where that can be
  const block = (rule: string, message: string, rest: Partial<Finding> = {}): Finding => ({
    ...{ rule, level: 'block', file, message },
    ...rest,
  })
  const conflict = CONFLICT.exec(text)
  if (conflict !== null) {
    const repair = `bulla resolve ${isOfMacOnly(text) ? '--reseal ' : ''}${fileWord(file)}`
    const rest = { repair, ...new LineFinder(text).at(conflict.index) }
    return { findings: [block('conflict-markers', 'a sealed file holds the marks of a merge conflict', rest)] }
  }
  let source: Source
  let metadata: Metadata
  let selector: Selector
  try {
    source = store.parse(text)
    if (source.metadata === undefined) {
      const message = 'sealed values, but no metadata that could open them'
      return { findings: [block('metadata-missing', message)] }
    }
    metadata = parseMetadata(source.metadata)
    selector = store.name === 'binary' ? SEAL_ALL : await compileSelector(metadata.selector ?? DEFAULT_SELECTOR)
  } catch (error) {
    if (!isBullaError(error)) throw error
    return { findings: [block('metadata-broken', `a sealed file is damaged: ${error.message}`, placeOf(error))] }
  }
  // what is sealed is opened, what is clear is taken as new, and all of it is sealed again
  const reseal = `bulla resolve --reseal ${fileWord(file)}`
  const findings: Finding[] = []
  if (!isWhole(metadata.mac)) {
    findings.push(block('mac-missing', 'the MAC of a sealed file is missing or damaged'))
  }
  const { sealedCount, leafCount, problems } = judgeLeaves(source, selector)
  const lines = new LineFinder(text)
  for (const { rule, level, leaf, path, message } of problems) {
    findings.push({
      ...{ rule, level, file, message },
      ...(rule === 'broken-ciphertext' ? {} : { repair: reseal }),
      ...(leaf.place === undefined ? {} : lines.at(leaf.place.start)),
      keyPath: toldPath(path),
      values: [valueName(showPath(path), leaf.kind === 'comment' ? leaf.text : leaf.value)],
    })
  }
  if (sealedCount === 0 && leafCount > 0) {
    findings.push(block('nothing-sealed', 'the file has sops metadata, and not one sealed value', { repair: reseal }))
  }
  return { findings, metadata, clear: ClearParts.of(file, source, selector) }
}

/** What a merge without a key leaves: only the MAC and its time are in conflict. */
function isOfMacOnly(text: string): boolean {
  const { ours, theirs } = sidesOf(text)
  const ofMac = /^[\s"]*(?:sops_)?(?:mac|lastmodified)"?\s*[:=].*$/gm
  return ours.replaceAll(ofMac, '') === theirs.replaceAll(ofMac, '')
}

interface LeafProblem {
  readonly rule: string
  readonly level: Finding['level']
  readonly leaf: Leaf
  readonly path: readonly string[]
  readonly message: string
}

function judgeLeaves(source: Source, selector: Selector) {
  let [sealedCount, leafCount] = [0, 0]
  const problems: LeafProblem[] = []
  walk(source.documents, selector, (leaf, { selected, path }) => {
    const sealed = sealedState(leaf)
    leafCount += 1
    if (sealed === 'whole') sealedCount += 1
    const add = (rule: string, level: Finding['level'], message: string) =>
      problems.push({ rule, level, leaf, path: [...path], message })
    if (sealed === 'damaged') add('broken-ciphertext', 'block', 'a sealed value is damaged')
    else if (sealed === 'clear' && selected && leaf.kind === 'comment') {
      if (leaf.text.trim() !== '') add('plain-comment', 'warn', 'a comment in clear where the file seals its comments')
    } else if (sealed === 'clear' && selected) {
      add('plain-value', 'block', 'a value in clear that the file says is sealed')
    }
    return leaf.kind === 'comment' || sealedType(textOf(leaf)) === 'comment'
  })
  return { sealedCount, leafCount, problems }
}

const TYPES: readonly string[] = ['str', 'int', 'float', 'bool', 'bytes', 'comment', 'time']
/** Of IV and tag, with their padding: sops writes 32 bytes and 16. */
const [IV_FORM, TAG_FORM] = [/^.{43}=$/, /^.{22}==$/]

/** Whether a text is a sealed value and nothing else: readers ignore what stands behind one, and people read it. */
function isWhole(text: string): boolean {
  const fields = sealedFields(text)
  if (fields === undefined) return false
  const tail = text.slice(withoutTail(text).length)
  if (tail.trim() !== '' && tail !== EMPTY_COMMENT.tail) return false
  return IV_FORM.test(fields.iv) && TAG_FORM.test(fields.tag) && TYPES.includes(fields.type)
}

/** Empty values are never sealed. */
function sealedState(leaf: Leaf): 'whole' | 'damaged' | 'clear' | 'empty' {
  const text = leaf.kind === 'comment' ? leaf.text : textOf(leaf)
  if (leaf.kind === 'scalar' && leaf.type === 'str' && leaf.value === '') return 'empty'
  if (!looksSealed(text)) return 'clear'
  return isWhole(text) ? 'whole' : 'damaged'
}

function textOf({ type, value }: Scalar): string {
  return type === 'str' ? value : ''
}

function placeOf({ where }: BullaError): Partial<Finding> {
  const { line, column } = where ?? {}
  return line === undefined ? {} : { line, ...(column === undefined ? {} : { column }) }
}
