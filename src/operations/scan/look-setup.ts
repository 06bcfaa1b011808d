import { MORE_RULES } from '../judge/surroundings/judge-settings.ts'
import { KnownScanner } from '../known/known-scanner.ts'
import type { LookTools } from './look.ts'
import type { LookSetup } from './threads-port.ts'

/** The same tools as those that a setup was made of. */
export async function lookToolsOf(
  { known, root = '', rules }: LookSetup,
  isFile: (path: string) => boolean,
): Promise<LookTools> {
  const scanner = known === undefined ? undefined : new KnownScanner(known, { root, isFile })
  if (rules === undefined) return { known: scanner, settings: { rules: [] } }
  const { readGitleaksRules } = await import('../../scan/gitleaks-rules.ts')
  return { known: scanner, settings: { rules: await readGitleaksRules(rules, MORE_RULES) } }
}
