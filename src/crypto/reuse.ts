import type { Leaf } from '../format/tree.ts'
import { sealedTypeOf } from './plaintext.ts'

/**
 * Ciphertexts of an earlier version of a file, to be used again where path, type and value are the same. The order in
 * which they stood is kept, so that equal elements of a list get their own back.
 */
export class CiphertextPool {
  private readonly known = new Map<string, string[]>()

  add(aad: string, leaf: Leaf, sealed: string): void {
    const key = keyOf(aad, leaf)
    const same = this.known.get(key)
    if (same === undefined) this.known.set(key, [sealed])
    else same.push(sealed)
  }

  /** Add what another pool has and this one does not. Both are of one data key. */
  addMissing(other: CiphertextPool): void {
    for (const [key, sealed] of other.known) {
      this.known.set(key, [...new Set([...(this.known.get(key) ?? []), ...sealed])])
    }
  }

  /** The same ciphertexts, to be taken without taking them from here. */
  copy(): CiphertextPool {
    const copy = new CiphertextPool()
    copy.addMissing(this)
    return copy
  }

  /** The next ciphertext for this leaf, if it was sealed before. The last one serves for all that follow. */
  take(aad: string, leaf: Leaf): string | undefined {
    const same = this.known.get(keyOf(aad, leaf))
    return same !== undefined && same.length > 1 ? same.shift() : same?.[0]
  }
}

function keyOf(aad: string, leaf: Leaf): string {
  const value = leaf.kind === 'comment' ? leaf.text : (leaf.exact ?? leaf.value)
  const bytes = leaf.kind === 'scalar' && leaf.bytes !== undefined ? Buffer.from(leaf.bytes).toString('latin1') : ''
  return JSON.stringify([aad, sealedTypeOf(leaf), value, bytes])
}
