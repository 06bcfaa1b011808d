import { CiphertextPool } from '../../crypto/reuse.ts'
import { FormatError, UsageError } from '../../errors.ts'
import { DEFAULT_SELECTOR } from '../../format/metadata.ts'
import { decodeText, encodeText } from '../../format/text.ts'
import type { Node } from '../../format/tree.ts'
import { sidesOf } from '../../merge/marks.ts'
import type { Repository } from '../git-port.ts'
import { sealedStore } from '../judge/sealed-store.ts'
import { layoutFor } from '../layout.ts'
import { openSealed } from '../open.ts'
import type { World } from '../ports.ts'
import { policyOf, readPlain, sealFile } from '../seal.ts'
import { loadStore } from '../stores.ts'
import { readTreePath } from '../values/tree-path.ts'
import type { Choice } from './choices.ts'
import { type MergeOutcome, mergeVersions } from './driver.ts'
import { withoutMarks } from './without-key.ts'

export interface ResolveRequest {
  /** Absolute. */
  readonly path: string
  /** From the root of the repository, with slashes. */
  readonly name: string
  /** Paths, as `ls` shows them; `.` is every conflict. */
  readonly decisions: readonly { readonly path: string; readonly take: 'ours' | 'theirs' | Node }[]
}

/** What is in conflict, both sides opened, for somebody to choose. */
export interface OpenChoice {
  readonly path: string
  readonly ours: Node | undefined
  readonly theirs: Node | undefined
}

export type Resolution =
  | { readonly kind: 'resolved'; readonly bytes: Uint8Array; readonly notes: readonly string[] }
  /** Nothing is to be written before all of these are decided. */
  | { readonly kind: 'open'; readonly conflicts: readonly OpenChoice[] }
  /** Git has no sides of this file: it is not in conflict any more, or was never. */
  | { readonly kind: 'no-conflict' }

/**
 * Decide the conflicts of a file that git left in conflict, and seal the result.
 *
 * @throws KeyError, IntegrityError, FormatError, UsageError `ERR_TREE_PATH`, `ERR_USAGE`
 */
export async function resolveConflicts(
  { path, name, decisions }: ResolveRequest,
  repository: Repository,
  world: World,
): Promise<Resolution> {
  const { base, ours, theirs } = await repository.sides(name)
  if (ours === undefined && theirs === undefined && base === undefined) return { kind: 'no-conflict' }
  if (ours === undefined || theirs === undefined) {
    throw new FormatError('ERR_MERGE', 'one side took the file away, the other changed it', {
      where: { file: path },
      hint: 'keep it with "git add", or take it away with "git rm"',
    })
  }
  const marking = { labels: { ours: 'ours', theirs: 'theirs' }, markerSize: 7 }
  const request = { base, ours, theirs, path, marking }
  const first = await mergeVersions(request, world, 'with-key')
  if (first.kind === 'not-sealed') {
    throw new FormatError('ERR_NOT_SEALED', 'not every side of this file is sealed', {
      where: { file: path },
      hint: 'repair the marks in an editor, then seal it: bulla encrypt --in-place FILE',
    })
  }
  if (first.kind === 'merged') return { kind: 'resolved', bytes: first.bytes, notes: first.notes }
  const choices = choicesOf(decisions, first)
  const second = await mergeVersions({ ...request, choices }, world, 'with-key')
  if (second.kind === 'merged') return { kind: 'resolved', bytes: second.bytes, notes: second.notes }
  return { kind: 'open', conflicts: second.kind === 'conflict' ? second.conflicts : [] }
}

function choicesOf(
  decisions: ResolveRequest['decisions'],
  outcome: Extract<MergeOutcome, { kind: 'conflict' }>,
): Choice[] {
  return decisions.flatMap(({ path, take }) => {
    const isAll = path === '.'
    const wanted = isAll ? '' : JSON.stringify(readTreePath(path).steps)
    const found = outcome.conflicts.filter(({ steps }) => isAll || JSON.stringify(steps) === wanted)
    if (found.length > 0) return found.map(({ document, steps }) => ({ document, path: steps, take }))
    throw new UsageError('ERR_TREE_PATH', 'nothing is in conflict at a path that was named', {
      hint: `in conflict are ${outcome.conflicts.map((conflict) => conflict.path).join(', ')}`,
    })
  })
}

/**
 * Seal a damaged file again: what is sealed is opened, what stands there in clear and should be sealed is taken as new, the
 * MAC is made anew. For files that were merged or changed without bulla.
 *
 * @throws KeyError, IntegrityError `ERR_VALUE_AUTH`, FormatError
 */
export async function reseal(path: string, bytes: Uint8Array, world: World): Promise<Uint8Array> {
  const sides = sidesOf(decodeText(bytes))
  const name = sealedStore(path, sides.ours)
  if (name === undefined) {
    throw new FormatError('ERR_NOT_SEALED', 'the file is not sealed', {
      where: { file: path },
      hint: 'seal it with "encrypt --in-place"',
    })
  }
  const store = await loadStore(name)
  const text = withoutMarks(store, sides.ours, sides.theirs)
  if (text === undefined) {
    throw new FormatError('ERR_MERGE', 'values or readers of this file are still in conflict', {
      where: { file: path },
      hint: 'take one side of each in an editor: what stands there is sealed; then seal it again',
    })
  }
  const layout = await layoutFor(path, name, undefined, world)
  const pool = new CiphertextPool()
  const request = { store, bytes: encodeText(text), layout, pool, ignoreMac: true, keepClear: true, file: path }
  const opened = await openSealed(request, world)
  try {
    const { dataKey, metadata } = opened
    const { groups, shamirThreshold, selector = DEFAULT_SELECTOR } = metadata
    const policy = policyOf({ ...metadata, selector }, store.name === 'binary')
    const plain = readPlain(opened.bytes(), store, store, layout)
    return (await sealFile(plain, policy, { dataKey, groups, shamirThreshold, reuse: pool }, world)).bytes
  } finally {
    opened.dispose()
  }
}
