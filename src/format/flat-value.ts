import { cannotEmit } from './error-at.ts'
import { exponentFloat } from './scalars.ts'
import type { Leaf, Node, Scalar } from './tree.ts'

/**
 * A scalar as sops writes it where everything is text (dotenv, INI). Floats have a point or an exponent, so that nobody
 * takes them for integers; times lose their fraction.
 *
 * @see sops `stores/stores.go`, ValToString
 */
function flatText(scalar: Scalar): string {
  switch (scalar.type) {
    case 'float': {
      const text = exponentFloat(Number(numeric(scalar.value)), 'E')
      return /[.E]/.test(text) || !/[0-9]/.test(text) ? text : `${text}.0`
    }
    case 'bool':
      return scalar.value.toLowerCase()
    case 'time':
      return scalar.value.replace(/\.[0-9]+/, '')
    default:
      return scalar.value
  }
}

/** Go's `+Inf` in JavaScript. */
function numeric(canonical: string): string {
  return canonical.endsWith('Inf') ? canonical.replace('Inf', 'Infinity') : canonical
}

/** The text of a node that must be a scalar. @throws FormatError `ERR_EMIT` naming `path` */
export function flatNode(node: Node, path: readonly string[], format: string): string {
  if (node.kind === 'scalar') return flatText(node)
  if (node.kind === 'null') {
    const hint = 'remove the key, or give it a text'
    throw cannotEmit(`${format} cannot hold null, and SOPS would write the text <nil>`, hint, path)
  }
  throw cannotEmit(`${format} cannot hold a list or a mapping here`, 'use YAML or JSON', path)
}

/** The text of an opened leaf that stands where only a value can. @throws FormatError `ERR_EMIT` */
export function openedValue(opened: Leaf): string {
  if (opened.kind === 'scalar') return flatText(opened)
  throw cannotEmit(
    'a sealed comment stands where only a value can',
    'its type was changed by hand or by a merge; restore the line from git',
  )
}

/** The text of an opened leaf that stands where a comment is: sops takes any type there. */
export function openedComment(opened: Leaf): string {
  return opened.kind === 'comment' ? opened.text : flatText(opened)
}
