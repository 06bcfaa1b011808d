/** Letters and the like, anchors, alternatives, escaped marks; `.*`, `.+`, or something that may be missing. */
const RUN = String.raw`(?:[\w/@:, -]\??|\\[./-]\??|[$^|]|\.[*+])*`
/** One group at most, and not repeated: there is nothing in it that could be tried in many ways. */
const PLAIN = new RegExp(String.raw`^${RUN}(?:\(${RUN}\)${RUN})?$`)

/**
 * An RE2 expression of the simple kind that most rules are, as one of the runtime: it means the same in both, and needs no
 * library to be loaded. The runtime goes back and tries again, so that only what takes linear time whatever the text, or
 * what is used for short texts alone, is taken.
 *
 * @param short - texts have a length that bounds their square, such as paths
 * @returns undefined when the expression is of another kind
 */
export function plainRegex(pattern: string, short: boolean): RegExp | undefined {
  if (!PLAIN.test(pattern)) return undefined
  // every repetition costs a factor of the length of the text, and everything that may be missing a factor of two
  if (count(pattern, '*') + count(pattern, '+') > (short ? 1 : 0) || count(pattern, '?') > (short ? 2 : 0))
    return undefined
  // in RE2 a dot is everything but a line feed
  return new RegExp(pattern.replaceAll(/(?<!\\)\./g, String.raw`[^\n]`))
}

function count(text: string, sign: string): number {
  return text.split(sign).length - 1
}
