import type { Edit, Span } from '../edits.ts'
import { looksSealed } from '../enc.ts'
import { cannotEmit, errorAt } from '../error-at.ts'
import { canonicalInt, floatScalar } from '../scalars.ts'
import { positionOf } from '../text.ts'
import type { Leaf, LeafPlace, Scalar } from '../tree.ts'
import { numberSpellings } from './numbers.ts'
import { slotOf, spellSealed } from './slots.ts'
import { goString, STRING_SPELLINGS } from './strings.ts'

/** A scalar in a JSON text. */
export class JsonPlace implements LeafPlace {
  readonly start: number
  readonly end: number
  /** What goes when the element of a list turns out to be a comment: the element and one comma. */
  removal: Span | undefined
  private readonly text: string

  constructor(text: string, start: number, end: number) {
    this.text = text
    this.start = start
    this.end = end
  }

  private get raw(): string {
    return this.text.slice(this.start, this.end)
  }

  seal(sealed: string): Edit[] {
    return [{ start: this.start, end: this.end, text: spellSealed(sealed, this.slot()) }]
  }

  open(opened: Leaf): Edit[] {
    if (opened.kind === 'comment') return [this.remove()]
    const { raw } = this
    const slot = raw.startsWith('"') ? slotOf(raw) : 0
    return [{ start: this.start, end: this.end, text: this.spell(opened, slot) }]
  }

  private remove(): Edit {
    if (this.removal !== undefined) return { ...this.removal, text: '' }
    throw errorAt(
      'ERR_EMIT',
      this.text,
      this.start,
      'a sealed comment stands where only a value can',
      'its type was changed by hand or by a merge; restore the line from git',
    )
  }

  private spell(opened: Scalar, slot: number): string {
    switch (opened.type) {
      case 'str': {
        if (!opened.value.isWellFormed()) goString(opened.value) // throws
        return (STRING_SPELLINGS[slot] ?? JSON.stringify)(opened.value)
      }
      case 'bool':
        return opened.value.toLowerCase()
      case 'time':
        return JSON.stringify(opened.value)
      default: {
        const spellings = numberSpellings(opened)
        const text = spellings[slot] ?? spellings[0]
        if (text !== undefined) return text
        throw cannotEmit('JSON has no infinite numbers and no NaN').at(positionOf(this.text, this.start))
      }
    }
  }

  /** Which known spelling the text has; 0 when it has none of them: then it comes back equal in value only. */
  private slot(): number {
    const { raw } = this
    if (raw.startsWith('"')) {
      if (!raw.includes('\\')) return 0 // without escapes it can only be the minimal spelling
      const value: string = JSON.parse(raw)
      return looksSealed(value) ? slotOf(raw) : known(STRING_SPELLINGS.findIndex((spell) => spell(value) === raw))
    }
    return raw === 'true' || raw === 'false' ? 0 : known(numberSpellings(this.number(raw)).indexOf(raw))
  }

  private number(raw: string): Scalar {
    const scalar = readNumber(raw)
    // sops reads these as floats and would write another number back
    if (scalar.type === 'float' && /^-?[0-9]+$/.test(raw) && scalar.value !== raw) {
      throw errorAt(
        'ERR_UNSUPPORTED_VALUE',
        this.text,
        this.start,
        'an integer beyond 64 bits cannot be sealed without changing it',
        'write it as a string, or leave it in clear',
      )
    }
    return scalar
  }
}

function known(index: number): number {
  return Math.max(index, 0)
}

/** A number as sops reads it: what fits 64 bits is an integer, everything else a float. */
export function readNumber(raw: string): Scalar {
  if (/[.eE]/.test(raw)) return floatScalar(Number(raw), raw)
  const value = canonicalInt(raw)
  return value === undefined ? floatScalar(Number(raw), raw) : { kind: 'scalar', type: 'int', value }
}
