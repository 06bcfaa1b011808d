import type { KeyDescription } from '../../config/key-text.ts'
import { findRule } from '../../config/match.ts'
import { isBullaError } from '../../errors.ts'
import type { PolicyFinder } from '../policy.ts'
import { type ChangedReaders, idOf, shown } from './readers.ts'

/**
 * What to say about readers of a file whom its rule does not name: `rotate` asks no rule, and seals for them again. Nothing
 * where no rule says who reads the file.
 *
 * @param file - absolute
 */
export async function strangerNotes(
  groups: ChangedReaders['groups'],
  policies: PolicyFinder,
  file: string,
): Promise<readonly string[]> {
  const named = await namedByRule(policies, file)
  if (named === undefined)
    return ['its policy has an error, so its readers were not compared with it: see bulla doctor']
  if (named.length === 0) return []
  const known = new Set(named.map(idOf))
  const strangers = [...new Set(groups.flat().flatMap((key) => (known.has(idOf(key)) ? [] : [shown(key)])))]
  const [first, ...others] = strangers
  if (first === undefined) return []
  return others.length === 0
    ? [`has a reader that its rule does not name: ${first}; updatekeys would remove it`]
    : [`has readers that its rule does not name: ${strangers.join(', ')}; updatekeys would remove them`]
}

/** Undefined when nobody can say: who rotates asked for no rule, so a policy with an error keeps nobody from it. */
async function namedByRule(policies: PolicyFinder, file: string): Promise<readonly KeyDescription[] | undefined> {
  try {
    const { config } = await policies.config(file)
    return config === undefined ? [] : ((await findRule(config, file)).rule?.groups.flat() ?? [])
  } catch (error) {
    if (isBullaError(error)) return undefined
    throw error
  }
}
