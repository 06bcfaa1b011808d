/**
 * An order in which what two sides have can stand: that of the side that changed it, else that of ours. What only the other
 * side has comes behind what it stands behind there.
 *
 * @returns undefined when both brought what all have into another order, and not into the same
 */
export function mergeOrders(
  base: readonly string[],
  ours: readonly string[],
  theirs: readonly string[],
): string[] | undefined {
  const [inBase, inOurs, inTheirs] = [new Set(base), new Set(ours), new Set(theirs)]
  const common = (names: readonly string[]) =>
    JSON.stringify(names.filter((name) => inBase.has(name) && inOurs.has(name) && inTheirs.has(name)))
  const [was, own, other] = [common(base), common(ours), common(theirs)]
  if (own !== was && other !== was && own !== other) return undefined
  return own === was && other !== was ? withOthers(theirs, ours) : withOthers(ours, theirs)
}

/** The order of ours; what only theirs has comes behind what it stands behind there, and behind what ours put there. */
export function withOthers(ours: readonly string[], theirs: readonly string[]): string[] {
  const [own, other] = [new Set(ours), new Set(theirs)]
  if (theirs.every((key) => own.has(key))) return [...ours]
  const order = [...ours]
  let place = 0
  for (const key of theirs) {
    if (own.has(key)) {
      place = order.indexOf(key, place) + 1 || order.indexOf(key) + 1
      continue
    }
    while (place < order.length && !other.has(order[place] ?? '')) place += 1
    order.splice(place, 0, key)
    place += 1
  }
  return order
}
