import { FormatError, IntegrityError, UsageError } from '../../errors.ts'
import { decodeText, encodeText } from '../../format/text.ts'
import type { Node } from '../../format/tree.ts'
import { type Marking, sidesOf } from '../../merge/marks.ts'
import type { MergeStep } from '../../merge/three-way.ts'
import type { Repository } from '../git-port.ts'
import { isHousekeeping } from '../inputs.ts'
import type { World } from '../ports.ts'
import { readTreePath } from '../values/tree-path.ts'
import type { Choice } from './choices.ts'
import { type FileVersions, type MergeOutcome, type MergeRequest, mergeVersions, type ShownConflict } from './driver.ts'
import { isSetting } from './merge-policy.ts'

export interface ResolveRequest {
  /** Absolute. */
  readonly path: string
  /** From the root of the repository, with slashes. */
  readonly name: string
  readonly decisions: readonly Decision[]
}

export interface Decision {
  /** As {@link showPlace} shows it; `.` is every conflict. */
  readonly path: string
  readonly take: 'ours' | 'theirs' | Node
}

/** What is in conflict, both sides opened, for somebody to choose. */
export interface OpenChoice {
  readonly document: number
  /** A dot when one side took the whole document away. */
  readonly path: string
  /** Whether it is about who reads the file, or what is sealed in it: values are looked at when that is decided. */
  readonly isOfSetting: boolean
  readonly ours: Node | undefined
  readonly theirs: Node | undefined
}

export type Resolution =
  | { readonly kind: 'resolved'; readonly bytes: Uint8Array; readonly notes: readonly string[] }
  /** Nothing is to be written before all of these are decided. */
  | {
      readonly kind: 'open'
      readonly conflicts: readonly OpenChoice[]
      /** Sealed, with marks around them. */
      readonly marked: Uint8Array
      readonly notes: readonly string[]
    }
  /** Git has no sides of this file and no marks stand in it: it is not in conflict any more, or was never. */
  | { readonly kind: 'no-conflict' }

export const MARKING: Marking = { labels: { ours: 'ours', theirs: 'theirs' }, markerSize: 7 }

/**
 * Decide the conflicts of a file that git left in conflict, or that has marks in it, and seal the result.
 *
 * @throws KeyError, IntegrityError, FormatError, UsageError `ERR_TREE_PATH`, `ERR_USAGE`
 */
export async function resolveConflicts(
  { path, name, decisions }: ResolveRequest,
  repository: Repository,
  world: World,
): Promise<Resolution> {
  const found = await versionsOf(path, name, repository, world)
  if (found === undefined) return { kind: 'no-conflict' }
  const request = { ...found, path, marking: MARKING }
  const decided: Choice[] = []
  const seen: ShownConflict[] = []
  // who reads the file is decided before its values are looked at
  for (;;) {
    const outcome = await mergeFound({ ...request, choices: decided }, world)
    if (outcome.kind === 'not-sealed') throw notSealed(path)
    if (outcome.kind === 'conflict') seen.push(...outcome.conflicts)
    const next = outcome.kind === 'conflict' ? choicesOf(decisions, outcome.conflicts, decided) : []
    decided.push(...next)
    if (next.length > 0) continue
    const { bytes, notes } = outcome
    const open = outcome.kind === 'conflict' ? outcome.conflicts : []
    if (!open.some(({ steps }) => isSetting(steps))) checkNamed(decisions, seen)
    if (open.length === 0) return { kind: 'resolved', bytes, notes }
    const conflicts = open.map((conflict) => ({ ...conflict, isOfSetting: isSetting(conflict.steps) }))
    return { kind: 'open', conflicts, marked: bytes, notes }
  }
}

type Versions = FileVersions & { readonly fromMarks: boolean }

/** As git keeps them while a merge is not over; else what the marks in the file keep apart. */
async function versionsOf(
  path: string,
  name: string,
  repository: Repository,
  world: World,
): Promise<Versions | undefined> {
  const { base, ours, theirs } = await repository.sides(name)
  if (ours !== undefined && theirs !== undefined) return { base, ours, theirs, fromMarks: false }
  if (base !== undefined || ours !== undefined || theirs !== undefined) {
    throw new FormatError('ERR_MERGE', 'one side took the file away, the other changed it', {
      where: { file: path },
      hint: 'keep it with "git add", or take it away with "git rm"',
    })
  }
  const { bytes } = await world.files.open(path)
  const sides = sidesOf(decodeText(bytes))
  if (sides.ours === sides.theirs) return undefined
  const [own, other] = [encodeText(sides.ours), encodeText(sides.theirs)]
  return {
    ...{ base: sides.base === undefined ? undefined : encodeText(sides.base), ours: own, theirs: other },
    fromMarks: true,
  }
}

/** Git merged the lines around marks: what stands there need not be one file. */
async function mergeFound(request: MergeRequest, world: World): Promise<MergeOutcome> {
  if (request.fromMarks !== true) return mergeVersions(request, world, 'with-key')
  try {
    return await mergeVersions(request, world, 'with-key')
  } catch (error) {
    if (!(error instanceof FormatError || error instanceof IntegrityError)) throw error
    if (request.base !== undefined) return mergeFound({ ...request, base: undefined }, world)
    throw error instanceof IntegrityError ? error.withHint(MIXED_KEYS) : error
  }
}

const MIXED_KEYS =
  'git put lines under different data keys together; "git log -- FILE" finds the commits: merge them again with the driver, or take one side with git checkout COMMIT -- FILE'

function notSealed(path: string): FormatError {
  return new FormatError('ERR_NOT_SEALED', 'not every side of this file is sealed', {
    where: { file: path },
    hint: isHousekeeping(path)
      ? 'repair the marks in an editor; it is a file of settings, which is never sealed'
      : 'repair the marks in an editor, then seal it: bulla encrypt --in-place FILE',
  })
}

function choicesOf(
  decisions: readonly Decision[],
  conflicts: readonly ShownConflict[],
  decided: readonly Choice[],
): readonly Choice[] {
  const isDecided = ({ document, steps }: ShownConflict) =>
    decided.some((choice) => choice.document === document && isSame(choice.path, steps))
  return decisions.flatMap((decision) =>
    meantBy(decision, conflicts)
      .filter((conflict) => !isDecided(conflict))
      .map(({ document, steps }) => ({ document, path: steps, take: sideOf(decision, steps) })),
  )
}

/**
 * The conflicts that a decision is about: all, or one. A path without the number of a document is in the first, or in the
 * only one in which it is in conflict.
 *
 * @throws UsageError `ERR_TREE_PATH`
 */
function meantBy({ path }: Decision, conflicts: readonly ShownConflict[]): readonly ShownConflict[] {
  if (path === '.') return conflicts
  const shown = conflicts.filter((conflict) => showPlace(conflict) === path)
  if (shown.length > 0 || IN_DOCUMENT.test(path)) return shown
  const { steps } = readTreePath(path)
  const found = conflicts.filter((conflict) => isSame(steps, conflict.steps))
  const first = found.filter(({ document }) => document === 0)
  if (first.length > 0 || found.length < 2) return first.length > 0 ? first : found
  throw new UsageError('ERR_TREE_PATH', 'this path is in conflict in several documents', {
    hint: `say in which: ${found.map(showPlace).join(', ')}`,
  })
}

const IN_DOCUMENT = /(?:^| of )document [0-9]+$/

/** Where something is in conflict or changed, in files of one document or several, counted from 0. A dot is a whole document. */
export function showPlace({ document, path }: { readonly document: number; readonly path: string }): string {
  if (path === '.') return `document ${document}`
  return document === 0 ? path : `${path} of document ${document}`
}

function isSame(first: readonly unknown[], second: readonly unknown[]): boolean {
  return JSON.stringify(first) === JSON.stringify(second)
}

/** @throws UsageError `ERR_USAGE` */
function sideOf({ take }: Decision, steps: readonly MergeStep[]): Choice['take'] {
  if (typeof take === 'string') return take
  if (steps.length === 0) {
    throw new UsageError('ERR_USAGE', 'a whole document can only be kept or taken away', {
      hint: 'use --ours or --theirs; to have it otherwise, resolve first and then see "edit"',
    })
  }
  if (!isSetting(steps)) return take
  throw new UsageError('ERR_USAGE', 'who reads the file and what is sealed in it can only be that of a side', {
    hint: 'use --ours or --theirs; to have it otherwise, resolve first and then see "rotate" and "updatekeys"',
  })
}

/** @throws UsageError `ERR_TREE_PATH` when a decision is about nothing that was in conflict */
function checkNamed(decisions: readonly Decision[], seen: readonly ShownConflict[]): void {
  if (decisions.every((decision) => decision.path === '.' || meantBy(decision, seen).length > 0)) return
  const places = [...new Set(seen.map(showPlace))]
  throw new UsageError('ERR_TREE_PATH', 'nothing is in conflict at a path that was named', {
    hint: places.length === 0 ? 'nothing is in conflict at all: leave it out' : `in conflict are ${places.join(', ')}`,
  })
}
