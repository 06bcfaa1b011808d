import { KnownScanner } from '../../known/known-scanner.ts'
import { treeScanner } from '../../scan/scan-file.ts'
import { MORE_RULES } from '../surroundings/judge-settings.ts'
import { Sieve } from './sieve.ts'
import type { SieveSetup } from './sieve-setup.ts'

/** The same that who made the setup would use. */
export async function sieveOf(
  { known, root = '', rules, ...rest }: SieveSetup,
  isFile: (path: string) => boolean,
): Promise<Sieve> {
  const scanner = treeScanner(known === undefined ? undefined : new KnownScanner(known, { root, isFile }))
  if (rules === undefined) return new Sieve({ ...rest, rules: [], scanner })
  const { readGitleaksRules } = await import('../../../scan/gitleaks-rules.ts')
  return new Sieve({ ...rest, rules: await readGitleaksRules(rules, MORE_RULES), scanner })
}
