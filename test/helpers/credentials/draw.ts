/** Random numbers from a seed: the corpus is the same each time, and no token of it stands in the repository. */
export interface Dice {
  /** A whole number from 0 to `count - 1`. */
  below(count: number): number
  pick<T>(items: readonly T[]): T
  bytes(count: number): Buffer
}

/** @param seed - any whole number */
export function dice(seed: number): Dice {
  let state = seed >>> 0
  const next = () => {
    // mulberry32
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (count: number) => Math.floor(next() * count)
  return {
    below,
    pick: <T>(items: readonly T[]): T => {
      const item = items[below(items.length)]
      if (item === undefined) throw new RangeError('nothing to pick from')
      return item
    },
    bytes: (count) => Buffer.from(Array.from({ length: count }, () => below(256))),
  }
}

const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'
const LOWER = 'abcdefghijklmnopqrstuvwxyz'
const DIGITS = '0123456789'

const ALPHABETS: Readonly<Record<string, string>> = {
  a: UPPER + LOWER + DIGITS,
  w: `${UPPER + LOWER + DIGITS}_-`,
  b: `${UPPER + LOWER + DIGITS}+/`,
  h: `${DIGITS}abcdef`,
  H: `${DIGITS}ABCDEF`,
  d: DIGITS,
  U: UPPER + DIGITS,
  u: `${UPPER}234567`,
  l: LOWER + DIGITS,
  L: UPPER + LOWER,
  v: `${LOWER}234567`,
}

/** Fill a form: `{a36}` are 36 letters and digits, `{h20-30}` 20 to 30 hexadecimal digits; the rest stands as it is. */
export function fill(form: string, random: Dice): string {
  return form.replace(/\{([a-zA-Z])(\d+)(?:-(\d+))?\}/g, (_whole, name: string, least: string, most?: string) => {
    const alphabet = ALPHABETS[name]
    if (alphabet === undefined) throw new RangeError(`no alphabet ${name}`)
    const length = Number(least) + (most === undefined ? 0 : random.below(Number(most) - Number(least) + 1))
    return Array.from({ length }, () => alphabet.charAt(random.below(alphabet.length))).join('')
  })
}
