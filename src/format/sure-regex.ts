/** What stands for one character, outside of classes and in them. */
const MARK = String.raw`\\[!-/:-@\[-\x60{-~]`
const ESCAPE = String.raw`\\(?:[dDsSwWnrtfv]|x[\dA-Fa-f]{2})|${MARK}`
const TOKEN = new RegExp(
  [
    String.raw`(?<flags>\(\?[ims]{1,3}\))`,
    String.raw`(?<open>\((?:\?[ims]{0,3}(?:-[ims]{1,3})?:)?)`,
    String.raw`(?<close>\))`,
    String.raw`(?<or>\|)`,
    String.raw`(?<times>(?:[*+?]|\{(?<least>\d{1,4})(?<comma>,(?<most>\d{0,4}))?\})\??)`,
    String.raw`(?<place>[$^]|\\[bBAz])`,
    String.raw`\[(?!\^?\])\^?(?<members>(?:[^\[\]\\]|\[(?!:)|\[:\w{5,6}:\]|\\.)+)\]`,
    String.raw`(?<one>[^\\\[(){*+?|^$]|\{(?!\d)|${ESCAPE})`,
  ].join('|'),
  'y',
)
const MEMBER = new RegExp(
  [
    String.raw`\[:(?:alnum|alpha|ascii|blank|cntrl|digit|graph|lower|print|punct|space|upper|xdigit):\]`,
    String.raw`\\[dDsSwW]`,
    String.raw`(?!\[:)(?<from>[^\\]|${ESCAPE})(?:-(?<to>[^\\]|${MARK})|(?!-.))`,
  ].join('|'),
  'y',
)
/** Limits of RE2 are at a thousand repetitions, and far above these sizes. */
const MOST_TIMES = 1000
const [LARGEST, DEEPEST] = [10_000, 50]

/** A part of an expression. */
interface Part {
  /** How often the most repeated atom in it is repeated. */
  times: number
  /** About how many steps a machine for it has. */
  size: number
}

/**
 * Whether an expression compiles as RE2 for sure, found out without compiling it, which takes a thousand times as long.
 *
 * @returns false when it does not compile, or is of a rare kind
 */
export function isSureRegex(pattern: string): boolean {
  if (!/^[\x20-\x7e]*$/.test(pattern)) return false
  const open: Part[] = []
  let group: Part = { times: 1, size: 0 }
  /** What a repetition would be of. */
  let last: Part | undefined
  TOKEN.lastIndex = 0
  while (TOKEN.lastIndex < pattern.length) {
    const found = TOKEN.exec(pattern)?.groups
    if (found === undefined) return false
    if (found['open'] !== undefined) {
      open.push(group)
      group = { times: 1, size: 2 }
      last = undefined
    } else if (found['close'] !== undefined) {
      const outer = open.pop()
      if (outer === undefined) return false
      last = group
      group = outer
      add(group, last)
    } else if (found['times'] !== undefined) {
      if (last === undefined) return false
      const count = countOf(found)
      if (count === undefined || last.times * count > MOST_TIMES) return false
      add(group, { times: last.times * count, size: last.size * count })
      last = undefined
    } else if (found['one'] !== undefined || found['members'] !== undefined) {
      if (found['members'] !== undefined && !isClass(found['members'])) return false
      last = { times: 1, size: 1 + (found['members']?.length ?? 0) }
      add(group, last)
    } else last = undefined
    if (group.size > LARGEST || open.length > DEEPEST) return false
  }
  return open.length === 0
}

function add(group: Part, { times, size }: Part): void {
  group.times = Math.max(group.times, times)
  group.size += size
}

/** Undefined when it is none. */
function countOf({ least, comma, most = '' }: Readonly<Record<string, string | undefined>>): number | undefined {
  if (least === undefined) return 1
  if (comma !== undefined && most !== '' && Number(most) < Number(least)) return undefined
  return Math.max(1, Number(least), Number(most))
}

function isClass(members: string): boolean {
  MEMBER.lastIndex = 0
  while (MEMBER.lastIndex < members.length) {
    const found = MEMBER.exec(members)
    if (found === null) return false
    const { from, to } = found.groups ?? {}
    if (from === undefined || to === undefined) continue
    // letters of an escape have another code than they look like
    if (/^\\\w/.test(from) || from.slice(-1) > to.slice(-1)) return false
  }
  return true
}
