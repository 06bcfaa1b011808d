import type { StoreName } from '../../../format/tree.ts'
import { storeNameFor } from '../../stores.ts'

/** How the metadata block starts, by format. */
const BLOCKS: readonly (readonly [StoreName, RegExp])[] = [
  ['yaml', /^(?:sops|"sops"|'sops'):/m],
  ['json', /"sops"\s*:/],
  ['dotenv', /^sops_[a-z]+/m],
  ['ini', /^\[sops\]/m],
]

/**
 * Which format a file that means to be sealed has; undefined when it does not mean to. Looks for the metadata block and for
 * sealed values; something else may be called sops too, and documentation shows sealed values.
 */
export function sealedStore(file: string, text: string): StoreName | undefined {
  const named = storeNameFor(file)
  const hasValues = text.includes('ENC[AES256_GCM,')
  if (!hasValues && !text.includes('lastmodified')) return undefined
  if (named !== 'binary') {
    const [, block] = BLOCKS.find(([name]) => name === named) ?? []
    // values without a block: it got lost. One that only quotes such a value has it in the middle of a text
    return block?.test(text) === true || (hasValues && /[:=]\s*["']?ENC\[AES256_GCM,/.test(text)) ? named : undefined
  }
  if (/^\s*\{/.test(text)) return BLOCKS[1]?.[1].test(text) === true ? 'binary' : undefined
  // sealed with --input-type under a name that says nothing
  return BLOCKS.find(([name, block]) => name !== 'json' && block.test(text))?.[0]
}

/** Which format a sealed file has whose name says another one: it was renamed. */
export function sealedUnderAnotherName(text: string): StoreName | undefined {
  if (!text.includes('ENC[AES256_GCM,') || !text.includes('lastmodified')) return undefined
  return /^\s*\{/.test(text) ? 'json' : BLOCKS.find(([name, block]) => name !== 'json' && block.test(text))?.[0]
}
