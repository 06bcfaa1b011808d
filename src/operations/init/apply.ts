import { dirname } from 'node:path'
import type { World } from '../ports.ts'
import { entriesOf, readJournal, writeJournal } from './journal.ts'
import type { GitSetup } from './setup-port.ts'
import type { Step } from './step.ts'

/**
 * Do what was planned, written down first.
 *
 * @param journal - where it is written down
 * @throws FileError `ERR_WRITE`, `ERR_FILE_CHANGED`; GitError `ERR_GIT`
 */
export async function applySteps(steps: readonly Step[], journal: string, git: GitSetup, world: World): Promise<void> {
  const before = (await readJournal(journal, world)) ?? []
  const entries = entriesOf(steps, await missingFolders(steps, world), journal)
  if (entries.length > 0) await writeJournal(journal, [...before, ...entries], world)
  for (const step of steps) await apply(step, git, world)
}

/** Those that writing files makes; outer ones first. */
async function missingFolders(steps: readonly Step[], { files }: World): Promise<string[]> {
  const missing = new Set<string>()
  for (const step of steps) {
    if (step.kind !== 'file') continue
    const above: string[] = []
    for (let folder = dirname(step.path); (await files.kind(folder)) === undefined; folder = dirname(folder)) {
      above.unshift(folder)
    }
    for (const folder of above) missing.add(folder)
  }
  return [...missing]
}

async function apply(step: Step, git: GitSetup, { files }: World): Promise<void> {
  if (step.kind === 'identity') return step.keep()
  if (step.kind === 'setting') return git.changeSetting(step.name, step.after)
  const { path, before, after, mode, keepAt } = step
  if (keepAt !== undefined) await git.move(path, keepAt)
  const expected = keepAt === undefined ? (before ?? 'nothing') : 'nothing'
  await files.write({ path, bytes: after, expected, makeFolders: true, ...(mode === undefined ? {} : { mode }) })
}
