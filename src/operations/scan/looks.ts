import { TextsInOrder } from '../texts/texts-in-order.ts'
import { type LookTools, look } from './look.ts'
import type { Spotted } from './scan-file.ts'
import type { LookThreads } from './threads-port.ts'

const KIB = 1024
const SIZES = { first: 2048 * KIB, worth: 12_288 * KIB, batch: 256 * KIB }

export interface LooksTools extends LookTools {
  /** @see JudgeSettings */
  readonly settings: LookTools['settings'] & { readonly rulesId: string }
  readonly threads?: LookThreads | undefined
}

/** What is in many texts, told in their order. */
export type Looks = TextsInOrder<readonly Spotted[]>

/** @param busy - how many processors have something to do anyway: the one that this runs on, and one that unpacks texts */
export function looksOf(tools: LooksTools, busy: 1 | 2): Looks {
  const { known, settings, threads } = tools
  return new TextsInOrder({
    look: (text) => look(text, tools),
    startThreads: async (most) => {
      const rules = settings.rules.length === 0 ? undefined : Buffer.from(settings.rulesId, 'latin1')
      return threads?.start({ known: known?.known, root: known?.tree.root, rules }, { busy, most })
    },
    sizes: SIZES,
  })
}
