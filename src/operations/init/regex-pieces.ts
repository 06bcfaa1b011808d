/** A part of a path that an expression matches. */
export type Piece =
  | { readonly kind: 'text'; readonly text: string }
  /** One character that is no slash. */
  | { readonly kind: 'one' }
  /** Any number of characters, none of them a slash. */
  | { readonly kind: 'some' }
  /** Any number of folders, or none: what `(^|/)` at the start stands for. */
  | { readonly kind: 'folders' }
  /** Anything. */
  | { readonly kind: 'any' }

/** An alternative that is being read, with what holds its ends. */
interface Alternative {
  readonly pieces: readonly Piece[]
  readonly starts: boolean
  readonly ends: boolean
}

/** More alternatives than this are given up. */
const MAX_ALTERNATIVES = 64
/** The rest of `(^|/)`. */
const AT_FOLDER = /^(?:\?:)?(?:\^\|\/|\/\|\^)\)/
const ANY: Piece = { kind: 'any' }
const EMPTY: Alternative = { pieces: [], starts: false, ends: false }

/** Thrown and caught in here: something that these pieces cannot say. */
class Unsayable extends Error {}

/**
 * What an expression can match, as alternatives of pieces from the start of the path to its end. They may match more than
 * the expression, never less.
 *
 * @returns undefined when it uses what these pieces cannot say
 */
export function alternatives(regex: string): (readonly Piece[])[] | undefined {
  try {
    return new Reader(regex).all().map(({ pieces, starts, ends }) => {
      return [...(starts ? [] : [ANY]), ...pieces, ...(ends ? [] : [ANY])]
    })
  } catch (error) {
    if (error instanceof Unsayable) return undefined
    throw error
  }
}

class Reader {
  private readonly text: string
  private at = 0

  constructor(text: string) {
    this.text = text
  }

  all(): Alternative[] {
    const found = this.alternation()
    if (this.at < this.text.length) throw new Unsayable()
    return found
  }

  private alternation(): Alternative[] {
    const found = this.sequence()
    while (this.text[this.at] === '|') {
      this.at += 1
      found.push(...this.sequence())
    }
    return limited(found)
  }

  private sequence(): Alternative[] {
    let found: Alternative[] = [EMPTY]
    while (this.at < this.text.length && !'|)'.includes(this.text[this.at] ?? '')) {
      const next = this.quantified()
      found = limited(found.flatMap((left) => next.map((right) => joined(left, right))))
    }
    return found
  }

  private quantified(): Alternative[] {
    const atom = this.atom()
    const quantifier = /^(?:[*+?]|\{[0-9]+(?:,[0-9]*)?\})\??/.exec(this.text.slice(this.at))?.[0] ?? ''
    this.at += quantifier.length
    if (quantifier === '') return atom
    const holds = atom.some(({ starts, ends }) => starts || ends)
    if (holds) throw new Unsayable()
    if (quantifier.startsWith('?')) return [...atom, EMPTY]
    return [{ ...EMPTY, pieces: [repeated(atom)] }]
  }

  private atom(): Alternative[] {
    const sign = this.text[this.at] ?? ''
    this.at += 1
    if (sign === '^') return [{ ...EMPTY, starts: true }]
    if (sign === '$') return [{ ...EMPTY, ends: true }]
    if (sign === '.')
      return [
        { ...EMPTY, pieces: [{ kind: 'one' }] },
        { ...EMPTY, pieces: [{ kind: 'text', text: '/' }] },
      ]
    if (sign === '(') return this.group()
    if (sign === '[') return this.characters()
    if (sign === '\\') return this.escape()
    if ('*+?{'.includes(sign)) throw new Unsayable()
    return [{ ...EMPTY, pieces: [{ kind: 'text', text: sign }] }]
  }

  private group(): Alternative[] {
    const atFolder = AT_FOLDER.exec(this.text.slice(this.at))?.[0]
    if (atFolder !== undefined) {
      this.at += atFolder.length
      return [{ ...EMPTY, pieces: [{ kind: 'folders' }], starts: true }]
    }
    if (this.text.startsWith('?:', this.at)) this.at += 2
    else if (this.text[this.at] === '?') throw new Unsayable()
    const found = this.alternation()
    if (this.text[this.at] !== ')') throw new Unsayable()
    this.at += 1
    return found
  }

  private characters(): Alternative[] {
    const set = /^\^?\]?(?:\\.|[^\]\\[])*\]/.exec(this.text.slice(this.at))?.[0]
    if (set === undefined) throw new Unsayable()
    this.at += set.length
    return this.oneOf(`[${set}`)
  }

  private escape(): Alternative[] {
    const sign = this.text[this.at] ?? ''
    this.at += 1
    if (/[dDwWsS]/.test(sign)) return this.oneOf(`\\${sign}`)
    if (sign === '' || /[A-Za-z0-9]/.test(sign)) throw new Unsayable()
    return [{ ...EMPTY, pieces: [{ kind: 'text', text: sign }] }]
  }

  private oneOf(set: string): Alternative[] {
    try {
      const slash: Alternative[] = new RegExp(set).test('/')
        ? [{ ...EMPTY, pieces: [{ kind: 'text', text: '/' }] }]
        : []
      return [{ ...EMPTY, pieces: [{ kind: 'one' }] }, ...slash]
    } catch {
      throw new Unsayable()
    }
  }
}

/** What an atom matches that stands any number of times. */
function repeated(atom: readonly Alternative[]): Piece {
  const hasSlash = atom.some(({ pieces }) =>
    pieces.some(
      (piece) =>
        piece.kind === 'any' || piece.kind === 'folders' || (piece.kind === 'text' && piece.text.includes('/')),
    ),
  )
  return hasSlash ? ANY : { kind: 'some' }
}

function joined(left: Alternative, right: Alternative): Alternative {
  const isLate = right.starts && (left.pieces.length > 0 || left.ends)
  const isEarly = left.ends && right.pieces.length > 0
  // nothing can match that, or only a break of lines
  if (isLate || isEarly) throw new Unsayable()
  return {
    pieces: [...left.pieces, ...right.pieces],
    starts: left.starts || right.starts,
    ends: left.ends || right.ends,
  }
}

function limited(found: Alternative[]): Alternative[] {
  if (found.length > MAX_ALTERNATIVES) throw new Unsayable()
  return found
}
