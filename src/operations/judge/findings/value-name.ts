/** Numbers by place and value. */
const numbers = new Map<string, number>()

/**
 * A number for a value under its keys: the same for the same in this process, and nothing of the value in it.
 *
 * @param keyPath - in the form of `ls`; items of lists move, so their numbers do not count
 */
export function valueName(keyPath: string | undefined, value: string): number {
  const key = JSON.stringify([(keyPath ?? '').replaceAll(/\[\d+\]/g, '[]'), value])
  const number = numbers.get(key) ?? numbers.size
  numbers.set(key, number)
  return number
}
