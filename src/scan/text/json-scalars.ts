/** A string, number or word that stands as a value. */
export interface JsonScalar {
  /** Keys and indexes from the root. */
  readonly path: () => string[]
  /** Without quotes. */
  readonly start: number
  readonly end: number
  readonly key: string
  /** Number of the object or list that holds it, the key of that, and the number of what holds that. */
  readonly holder: number
  readonly holderKey: string
  readonly outer: number
}

interface Open {
  readonly id: number
  readonly isList: boolean
  key: string
  index: number
}

/** Paths are cut there: a text of brackets alone must not cost its square. */
const DEEPEST = 64
const SCALAR = /[\w.+-]+/y

/**
 * The values of a JSON text, in order, each with its path. Takes what is nearly JSON too (comments, commas too many, cut
 * off): what cannot be read is passed over.
 */
export function* jsonScalars(text: string): Generator<JsonScalar> {
  const stack: Open[] = []
  let expectsKey = false
  let count = 0
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at)
    const top = stack.at(-1)
    if (character === '{' || character === '[') {
      count += 1
      stack.push({ id: count, isList: character === '[', key: '', index: 0 })
      expectsKey = character === '{'
    } else if (character === '}' || character === ']') {
      stack.pop()
    } else if (character === ',') {
      if (top !== undefined) top.index += 1
      expectsKey = top?.isList === false
    } else if (character === '"') {
      const end = stringEnd(text, at + 1)
      if (expectsKey && top !== undefined) {
        top.key = text.slice(at + 1, Math.min(end, at + 301))
        expectsKey = false
      } else {
        yield scalarAt(stack, at + 1, end)
      }
      at = end
    } else if (character === '/' && /[/*]/.test(text.charAt(at + 1))) {
      at = commentEnd(text, at)
    } else if (/[\w+-]/.test(character)) {
      SCALAR.lastIndex = at
      const end = SCALAR.test(text) ? SCALAR.lastIndex : at + 1
      yield scalarAt(stack, at, end)
      at = end - 1
    }
  }
}

function scalarAt(stack: readonly Open[], start: number, end: number): JsonScalar {
  const [top, above] = [stack.at(-1), stack.at(-2)]
  const holderKey = above?.key ?? ''
  return {
    path: pathOf(stack),
    start,
    end,
    key: top?.key ?? '',
    holder: top?.id ?? 0,
    holderKey,
    outer: above?.id ?? 0,
  }
}

/** Made when it is asked for, at once: the stack goes on changing. */
function pathOf(stack: readonly Open[]): () => string[] {
  return () => stack.slice(0, DEEPEST).map(({ isList, key, index }) => (isList ? String(index) : key))
}

function stringEnd(text: string, from: number): number {
  for (let at = from; at < text.length; at += 1) {
    const unit = text.charCodeAt(at)
    if (unit === 92) at += 1
    else if (unit === 34 || unit === 10) return at
  }
  return text.length
}

function commentEnd(text: string, at: number): number {
  const isLine = text.charAt(at + 1) === '/'
  const end = text.indexOf(isLine ? '\n' : '*/', at + 2)
  return end === -1 ? text.length : end + (isLine ? 0 : 1)
}
