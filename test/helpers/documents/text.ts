import fc from 'fast-check'

/** A string of any characters as JSON writes it, which YAML reads too. */
export const anyQuoted: fc.Arbitrary<string> = fc
  .string({
    unit: fc.oneof(
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
      fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
    ),
    maxLength: 8,
  })
  .map((text) => JSON.stringify(text).replace(/[\x7f-\x9f\ufeff\ufffe\uffff]/g, hexEscape))

function hexEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}

/** `arbitrary` once in so many times, else `nil`. */
export function seldom<T, N>(arbitrary: fc.Arbitrary<T>, nil: N, outOf: number): fc.Arbitrary<T | N> {
  return fc.oneof({ weight: outOf - 1, arbitrary: fc.constant(nil) }, { weight: 1, arbitrary })
}
