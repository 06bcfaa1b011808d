import type { KeyType } from '../format/metadata.ts'

/** Why keys of a kind cannot be used, as one clause; and what to do instead. */
export interface Unsupported {
  readonly reason: string
  readonly hint: string
}

/** Kinds of keys that sops knows and this program does not use. */
export function unsupported(type: KeyType): Unsupported {
  if (type === 'hckms') {
    return {
      reason: 'Huawei Cloud KMS cannot be used by bulla',
      hint: 'use sops where this key is needed, or add a reader of another kind to the rule and run sops updatekeys',
    }
  }
  return {
    reason: `keys of the kind ${type} cannot be used by this version of bulla`,
    hint: 'wrap with age keys, or use sops for this file',
  }
}
