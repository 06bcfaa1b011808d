import { UsageError } from '../../errors.ts'

/** A step of a tree path: a key, or a position in a list. */
export type PathStep = string | number

/** A path from the root of a document. */
export interface TreePath {
  readonly steps: readonly PathStep[]
  /** Whether comments take positions in lists, as for sops. */
  readonly countsComments: boolean
}

/** A step of a dotted path: a key, or one in brackets behind a key. Each character matches in one way only. */
const DOTTED = /([^.[\]"']+)|\.([^.[\]"']+)|\[([0-9]{1,9})\]|\["([^"]*)"\]|\['([^']*)'\]/y
/** As deep as files may be. */
const MAX_STEPS = 1000
/** A key that can stand in a dotted path. */
const DOTTED_KEY = /^[^.[\]"'\s]+$/

/**
 * Read a tree path in sops's syntax: `["key"][0]`, with either quote, also mixed. The first bracket may be missing. What
 * makes sops crash is malformed.
 *
 * @throws UsageError `ERR_TREE_PATH`
 */
export function parseTreePath(text: string): PathStep[] {
  if (text === '') return []
  // like sops, which splits at each bracket and skips what is empty
  const pieces = text.split('[').filter((piece) => piece !== '')
  if (pieces.length === 0) throw badPath()
  return pieces.map((piece) => {
    if (!piece.endsWith(']')) throw badPath()
    const body = piece.slice(0, -1)
    const quoted = /^["'](.*)["']$/s.exec(body)?.[1]
    if (quoted !== undefined) return quoted
    if (/^\+?[0-9]{1,9}$/.test(body)) return Number(body)
    throw badPath()
  })
}

/**
 * Read a tree path in sops's syntax, or a dotted one: `key.other[0]`, `key["with.dot"]`. In lists, the positions of sops's
 * syntax count comments too; those of a dotted path do not.
 *
 * @throws UsageError `ERR_TREE_PATH`, also for one without steps
 */
export function readTreePath(text: string): TreePath {
  const isDotted = /^[^["']/.test(text)
  const steps = isDotted ? dottedSteps(text) : parseTreePath(text)
  if (steps.length > MAX_STEPS) {
    throw new UsageError('ERR_TREE_PATH', `the tree path has more than ${MAX_STEPS} steps`, {
      hint: 'no file may be nested that deep',
    })
  }
  if (steps.length > 0) return { steps, countsComments: !isDotted }
  throw new UsageError('ERR_TREE_PATH', 'the tree path is empty', {
    hint: 'name a key; "ls" lists the paths of a file',
  })
}

function dottedSteps(text: string): PathStep[] {
  const steps: PathStep[] = []
  DOTTED.lastIndex = 0
  for (let end = 0; end < text.length; end = DOTTED.lastIndex) {
    const match = DOTTED.exec(text)
    // a key without a dot in front is the first one
    if (match === null || (match[1] !== undefined && end > 0)) throw badPath()
    const [, first, key, position, double, single] = match
    steps.push(position === undefined ? (first ?? key ?? double ?? single ?? '') : Number(position))
  }
  return steps
}

/**
 * A path that {@link readTreePath} reads again: dotted where the keys allow it, else in sops's syntax. That syntax has no way
 * to write `[` in a key, and a dotted path none for one in front.
 *
 * @param sopsSteps - the same with positions in which comments count
 */
export function showPath(steps: readonly PathStep[], sopsSteps = steps): string {
  const isDotted = steps.every((step, index) => {
    if (typeof step === 'number') return index > 0
    return DOTTED_KEY.test(step) || (index > 0 && !/["']/.test(step))
  })
  if (!isDotted) return sopsSteps.map((step) => (typeof step === 'number' ? `[${step}]` : `["${step}"]`)).join('')
  return steps
    .map((step, index) => {
      if (typeof step === 'number') return `[${step}]`
      if (!DOTTED_KEY.test(step)) return `["${step}"]`
      return index === 0 ? step : `.${step}`
    })
    .join('')
}

function badPath(): UsageError {
  return new UsageError('ERR_TREE_PATH', 'the tree path cannot be read', {
    hint: 'it looks like \'["section"]["key"][0]\', without blanks between; quote it for the shell',
  })
}
