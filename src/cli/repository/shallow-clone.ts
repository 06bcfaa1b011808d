import { join } from 'node:path'
import type { Repository } from '../../operations/git-port.ts'
import type { Io } from '../io.ts'

/** What to do about a clone that has only the newest commits, as CI makes it. */
export const GET_THE_REST = 'get the rest with "git fetch --unshallow"; in CI with fetch-depth: 0 or GIT_DEPTH: 0'

/** Whether a clone has only the newest commits. */
export async function isShallow(repository: Repository, io: Pick<Io, 'isFile'>): Promise<boolean> {
  const { common } = await repository.folders()
  return io.isFile(join(common, 'shallow'))
}
