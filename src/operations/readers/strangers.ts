import type { SopsConfig } from '../../config/config.ts'
import { findRule } from '../../config/match.ts'
import { isBullaError } from '../../errors.ts'
import { type ChangedReaders, idOf, shown } from './readers.ts'

/**
 * What to say about readers of a file whom its rule does not name: `rotate` asks no rule, and seals for them again. Nothing
 * where no rule says who reads the file.
 *
 * @param file - absolute
 */
export async function strangerNotes(
  groups: ChangedReaders['groups'],
  config: SopsConfig | undefined,
  file: string,
): Promise<readonly string[]> {
  const named = config === undefined ? [] : await namedByRule(config, file)
  if (named.length === 0) return []
  const known = new Set(named.map(idOf))
  const strangers = [...new Set(groups.flat().flatMap((key) => (known.has(idOf(key)) ? [] : [shown(key)])))]
  const [first, ...others] = strangers
  if (first === undefined) return []
  return others.length === 0
    ? [`has a reader that its rule does not name: ${first}; updatekeys would remove it`]
    : [`has readers that its rule does not name: ${strangers.join(', ')}; updatekeys would remove them`]
}

async function namedByRule(config: SopsConfig, file: string) {
  try {
    return (await findRule(config, file)).rule?.groups.flat() ?? []
  } catch (error) {
    // who rotates asked for no rule: an expression in one that cannot be used keeps nobody from it
    if (isBullaError(error)) return []
    throw error
  }
}
