import type { Detector } from '../../scan/page.ts'
import type { KnownScanner } from '../known/known-scanner.ts'
import type { NamedText } from '../texts/text-pool.ts'
import { clearText } from './clear-text.ts'
import { type Spotted, spotted } from './scan-file.ts'

/** What is looked for. */
export interface LookTools {
  /** Copies of values that are sealed here. */
  readonly known: KnownScanner | undefined
  readonly settings: { readonly rules: readonly Detector[] }
}

/** Of sealed files, what they leave in clear: what they ought to seal is told by the judge of the policy. */
export async function look(
  { path, bytes }: NamedText,
  { known, settings: { rules } }: LookTools,
): Promise<readonly Spotted[]> {
  const { text, parts } = await clearText(path, bytes)
  const found = spotted(path, text, { known, rules })
  return parts === undefined ? found : parts.place(found)
}
