import { FormatError } from '../../errors.ts'
import { openedValue } from '../../format/flat-value.ts'
import { decodeText, isCleanText } from '../../format/text.ts'
import type { Branch, Comment, Node, Scalar } from '../../format/tree.ts'
import { shellWord } from '../shell-word.ts'
import { specialReason } from './special-variables.ts'

/** An environment variable made of a value. */
export interface Variable {
  readonly name: string
  /** Undefined for null: the variable is not set, whatever it was before. */
  readonly value: string | undefined
  /** Where the value stands, dotted. */
  readonly path: string
}

/** How values become variables. */
export interface VariableRules {
  /** Name values by their paths, in upper case: `db.password` is `DB_PASSWORD`. */
  readonly flatten: boolean
  /** Names that are wanted although they are special, or no names for a shell. */
  readonly allowed: ReadonlySet<string>
  /** Whether `Path` is `PATH` here. */
  readonly ignoresCase: boolean
}

type Path = readonly string[]

/** More names than this are not listed in an error. */
const MAX_LISTED = 12
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/

/**
 * The environment variables that the values of a document make, in its order.
 *
 * @throws FormatError `ERR_VARIABLE` for what an environment cannot hold, naming keys and never values
 */
export function variablesOf(document: Branch, rules: VariableRules): Variable[] {
  const leaves = leavesBelow(document, [])
  if (!rules.flatten) checkFlat(document, leaves)
  const variables = leaves.map(({ path, node }) => ({
    name: rules.flatten ? flatName(path) : path.join('.'),
    path: path.join('.'),
    value: node.kind === 'null' ? undefined : textOf(node, path),
  }))
  checkNames(variables, leaves, rules)
  if (rules.flatten) checkDistinct(variables, rules)
  return variables
}

interface LeafAt {
  readonly path: Path
  readonly node: Scalar | Extract<Node, { kind: 'null' }>
}

/** Comments do not count: one that is added gives no other names. */
function leavesBelow(node: Node, path: Path): LeafAt[] {
  if (node.kind === 'branch')
    return node.items.flatMap((item) => (item.kind === 'entry' ? leavesBelow(item.value, [...path, item.key]) : []))
  if (node.kind !== 'list') return [{ path, node }]
  const items = node.items.filter((item: Node | Comment): item is Node => item.kind !== 'comment')
  return items.flatMap((item, index) => leavesBelow(item, [...path, String(index)]))
}

function flatName(path: Path): string {
  const name = path
    .join('_')
    .toUpperCase()
    .replace(/[^A-Z0-9_]/g, '_')
  return /^[0-9]/.test(name) ? `_${name}` : name
}

function checkFlat(document: Branch, leaves: readonly LeafAt[]): void {
  const nested = document.items.flatMap((item) =>
    item.kind === 'entry' && (item.value.kind === 'branch' || item.value.kind === 'list') ? [item.key] : [],
  )
  if (nested.length === 0) return
  const flattened = leaves.map(({ path }) => `${flatName(path)} (${path.join('.')})`)
  const hint = flattened.length === 0 ? 'they are empty: remove them' : `--flatten would give ${listed(flattened)}`
  throw unfit(`an environment holds single values, not what is nested: ${listed(nested)}`, hint)
}

function textOf(node: Scalar, path: Path): string {
  const text = node.bytes === undefined ? openedValue(node) : decodeText(node.bytes)
  const hint = 'give it to the program as a file, with exec-file'
  if (text.includes('\0')) throw unfit('a value with a zero byte cannot be in an environment', hint, path)
  if (!isCleanText(text)) throw unfit('a value that is not UTF-8 cannot be put into the environment', hint, path)
  return text
}

function checkNames(variables: readonly Variable[], leaves: readonly LeafAt[], rules: VariableRules): void {
  const { allowed, ignoresCase } = rules
  const names = variables.map(({ name }) => name)
  const impossible = names.filter((name) => name === '' || /[=\0]/.test(name))
  if (impossible.length > 0) {
    const hint = `--flatten would give ${listed(leaves.map(({ path }) => flatName(path)))}`
    throw unfit(`no variable can have these names: ${listed(impossible.map((name) => name || '""'))}`, hint)
  }
  const odd = names.filter((name) => !NAME.test(name) && !allowed.has(name))
  if (odd.length > 0) {
    const flattened = leaves.flatMap(({ path }) => (odd.includes(path.join('.')) ? [flatName(path)] : []))
    const hint = odd.every((name) => /^export\s/.test(name))
      ? 'take the word export out of these lines: it is part of the name'
      : `--flatten would give ${listed(flattened)}; to use it as it is add --allow-env ${shellWord(odd[0] ?? '')}`
    throw unfit(`shells drop variables with these names: ${listed(odd)}`, hint)
  }
  const special = variables.flatMap(({ name, path }) => {
    const reason = allowed.has(name) ? undefined : specialReason(name, ignoresCase)
    return reason === undefined ? [] : [{ name, path, reason }]
  })
  const [first] = special
  if (first === undefined) return
  const others = special.length === 1 ? '' : ` (also: ${listed(special.slice(1).map(({ name }) => name))})`
  throw unfit(
    `${first.name} is not taken from a file: ${first.reason}${others}`,
    `if that is wanted, add ${special
      .slice(0, MAX_LISTED)
      .map(({ name }) => `--allow-env ${name}`)
      .join(' ')}`,
    first.path.split('.'),
  )
}

/** Two paths under one name: one of the values would be lost. */
function checkDistinct(variables: readonly Variable[], { ignoresCase }: VariableRules): void {
  const seen = new Map<string, string>()
  for (const { name, path } of variables) {
    const key = variableKey(name, ignoresCase)
    const other = seen.get(key)
    if (other !== undefined && other !== path) {
      throw unfit(`${other} and ${path} would both be ${name}`, 'give one of them another name in the file')
    }
    seen.set(key, path)
  }
}

/** What two names have in common that are the same variable. */
export function variableKey(name: string, ignoresCase: boolean): string {
  return ignoresCase ? name.toUpperCase() : name
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, MAX_LISTED).join(', ')
  return names.length > MAX_LISTED ? `${shown} and ${names.length - MAX_LISTED} more` : shown
}

function unfit(message: string, hint: string, path?: Path): FormatError {
  return new FormatError('ERR_VARIABLE', message, { hint, ...(path === undefined ? {} : { where: { path } }) })
}
