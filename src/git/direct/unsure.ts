/**
 * Something of git's files is not as it is known here: of a later version, rarely used, or damaged. Git is asked instead,
 * which knows, or says what is wrong.
 */
class Unsure extends Error {
  override readonly name = 'Unsure'
}

/** @throws Unsure unless `condition` holds */
export function sure(condition: boolean): asserts condition {
  if (!condition) throw new Unsure('git has to be asked')
}
