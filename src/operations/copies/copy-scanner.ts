import type { Repository } from '../git-port.ts'
import type { JudgeOptions } from '../judge/judge-files.ts'
import type { World } from '../ports.ts'
import { findCopies } from './find-copies.ts'
import { type Knowledge, refreshKnownValues } from './refresh.ts'

/**
 * Looks for copies of sealed values in what a commit adds. The fingerprints are brought up to date at the first text.
 *
 * @param onSkipped - told how many sealed files could not be compared with
 */
export function copyScanner(
  repository: Repository,
  world: Pick<World, 'files' | 'keyring' | 'random'>,
  onSkipped: (count: number) => void,
): NonNullable<JudgeOptions['scan']> {
  let knowledge: Promise<Knowledge> | undefined
  const know = async () => {
    const found = await refreshKnownValues(repository, world)
    if (found.unopened > 0) onSkipped(found.unopened)
    return found
  }
  return async (file, text) => {
    knowledge ??= know()
    const { values } = await knowledge
    if (values.isEmpty) return []
    const before = file.before === undefined ? undefined : await repository.blob(file.before)
    const lines = new Set(before === undefined ? [] : Buffer.from(before).toString('utf8').split('\n'))
    return findCopies(file.path, text, lines, values)
  }
}
