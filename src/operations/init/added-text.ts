/** The one piece that `after` has and `before` has not; null when they differ otherwise. */
export function addedText(before: Uint8Array, after: Uint8Array): string | null {
  let start = 0
  while (start < before.length && before[start] === after[start]) start += 1
  const added = after.length - before.length
  if (added <= 0 || !Buffer.from(before.subarray(start)).equals(after.subarray(start + added))) return null
  return Buffer.from(after.subarray(start, start + added)).toString('utf8')
}

/** The text without a piece that stands in it once; undefined when it does not. */
export function withoutAdded(text: string, added: string): string | undefined {
  const at = text.indexOf(added)
  if (added === '' || at < 0 || text.includes(added, at + 1)) return undefined
  return text.slice(0, at) + text.slice(at + added.length)
}
