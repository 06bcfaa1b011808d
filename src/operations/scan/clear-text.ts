import type { ClearParts } from '../judge/sealed/clear-parts.ts'
import { judgeSealed } from '../judge/sealed/judge-sealed.ts'
import { sealedStore } from '../judge/sealed/sealed-store.ts'
import { loadStore } from '../stores.ts'
import { holdsNoText, textOf } from './text-of.ts'

/** What anybody can read in a file; `parts` are those of a sealed one. */
export interface ClearText {
  readonly text: string
  readonly parts?: ClearParts
}

/** What stands in a file in clear: all of a text, what is not sealed of a sealed file, nothing of a program. */
export async function clearText(path: string, bytes: Uint8Array): Promise<ClearText> {
  // before it is decoded: most large files are no texts
  if (holdsNoText(bytes)) return { text: '' }
  const text = textOf(bytes)
  const name = sealedStore(path, text)
  if (name === undefined) return { text }
  const { clear } = await judgeSealed({ file: path, store: await loadStore(name), text })
  // of a damaged one nobody knows what it seals
  return clear === undefined ? { text } : { text: clear.text, parts: clear }
}
