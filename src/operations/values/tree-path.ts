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
/** How a path in the syntax of jq starts. */
const JQ_START = /^\.\[/
/** A step of such a path. What stands in quotes is a JSON string, with its escapes. */
const JQ = /\.?\["((?:[^"\\]|\\.)*)"\]|\.?\[([0-9]{1,9})\]|\.([^.[\]"'\\]+)/sy
/** What cannot be shown as it is: control characters, and those that turn the direction of writing. */
const UNSEEN = /[\0-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/

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
 * syntax count comments too; those of a dotted path do not. A path that starts with `.[` is one of jq: its keys are JSON
 * strings, so that every key can be written, `.["a[\"b\n"].other[0]`.
 *
 * @throws UsageError `ERR_TREE_PATH`, also for one without steps
 */
export function readTreePath(text: string): TreePath {
  const isDotted = /^[^["']/.test(text)
  const steps = JQ_START.test(text) ? jqSteps(text) : isDotted ? dottedSteps(text) : parseTreePath(text)
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

function jqSteps(text: string): PathStep[] {
  const steps: PathStep[] = []
  JQ.lastIndex = 0
  for (let end = 0; end < text.length; end = JQ.lastIndex) {
    const match = JQ.exec(text)
    if (match === null) throw badPath()
    const [, quoted, position, plain] = match
    steps.push(position === undefined ? (plain ?? unquoted(quoted ?? '')) : Number(position))
  }
  return steps
}

function unquoted(body: string): string {
  try {
    return String(JSON.parse(`"${body}"`))
  } catch {
    throw badPath()
  }
}

/**
 * A path that {@link readTreePath} reads again: dotted where the keys allow it, else in sops's syntax, else in that of jq:
 * sops has no way to write `[` in a key, and a dotted path none for one in front; characters that nobody sees are escaped.
 *
 * @param sopsSteps - the same with positions in which comments count
 */
export function showPath(steps: readonly PathStep[], sopsSteps = steps): string {
  if (steps.some((step) => typeof step === 'string' && UNSEEN.test(step))) return jqPath(steps)
  const isDotted = steps.every((step, index) => {
    if (typeof step === 'number') return index > 0
    return DOTTED_KEY.test(step) || (index > 0 && !/["']/.test(step))
  })
  if (!isDotted) {
    if (steps.some((step) => typeof step === 'string' && step.includes('['))) return jqPath(steps)
    return sopsSteps.map((step) => (typeof step === 'number' ? `[${step}]` : `["${step}"]`)).join('')
  }
  return steps
    .map((step, index) => {
      if (typeof step === 'number') return `[${step}]`
      if (!DOTTED_KEY.test(step)) return `["${step}"]`
      return index === 0 ? step : `.${step}`
    })
    .join('')
}

function jqPath(steps: readonly PathStep[]): string {
  return `.${steps.map((step) => (typeof step === 'number' ? `[${step}]` : `[${jsonText(step)}]`)).join('')}`
}

/** Everything that cannot be seen is escaped: JSON itself does so with control characters only. */
function jsonText(text: string): string {
  const unseen = new RegExp(UNSEEN, 'g')
  return JSON.stringify(text).replace(
    unseen,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

function badPath(): UsageError {
  return new UsageError('ERR_TREE_PATH', 'the tree path cannot be read', {
    hint: 'it looks like \'["section"]["key"][0]\', without blanks between; quote it for the shell',
  })
}
