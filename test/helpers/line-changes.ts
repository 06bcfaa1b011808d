/** Lines that only one of two texts has: as often as it has them more than the other. */
export function lineChanges(before: string, after: string): { readonly gone: string[]; readonly come: string[] } {
  return { gone: linesMissingIn(after, before), come: linesMissingIn(before, after) }
}

function linesMissingIn(text: string, other: string): string[] {
  const left = new Map<string, number>()
  for (const line of text.split('\n')) left.set(line, (left.get(line) ?? 0) + 1)
  return other.split('\n').filter((line) => {
    const count = left.get(line) ?? 0
    left.set(line, count - 1)
    return count <= 0
  })
}
