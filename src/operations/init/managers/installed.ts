import { join } from 'node:path'
import type { HooksPlace } from './manager.ts'

/** What to do when git does not run the hooks of a manager yet: it writes them itself. */
export async function notInstalled(
  names: readonly string[],
  mark: (name: string) => string,
  command: string,
  { folder, world }: HooksPlace,
): Promise<string[]> {
  const missing: string[] = []
  for (const name of names) {
    const bytes = await world.files.read(join(folder.path, name))
    if (bytes === undefined || !Buffer.from(bytes).toString('utf8').includes(mark(name))) missing.push(name)
  }
  return missing.length === 0 ? [] : [`git does not run ${missing.join(', ')} yet: run "${command}"`]
}
