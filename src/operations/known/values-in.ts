import { isBullaError } from '../../errors.ts'
import { decodeText } from '../../format/text.ts'
import type { Keyring } from '../../keys/keyring.ts'
import type { Fingerprinter } from '../../scan/known/fingerprint.ts'
import { sealedStore } from '../judge/sealed/sealed-store.ts'
import type { JudgedFile } from '../judge/tree-port.ts'
import { openSealed, readSealed } from '../open.ts'
import { loadStore } from '../stores.ts'
import type { SealedValue } from './known-file.ts'
import { valuesOf } from './values-of.ts'

/**
 * Fingerprints of the values of a sealed file, opened with keys that are surely at hand.
 *
 * @returns `closed` when no such key opens it, `none` when it is not sealed or damaged
 */
export async function valuesIn(
  { path }: JudgedFile,
  bytes: Uint8Array,
  fingerprinter: Fingerprinter,
  { keyring, root }: { readonly keyring: Keyring; readonly root: string },
): Promise<readonly SealedValue[] | 'closed' | 'none'> {
  try {
    const name = sealedStore(path, decodeText(bytes))
    if (name === undefined) return 'none'
    const store = await loadStore(name)
    const parsed = readSealed(store, bytes)
    const file = `${root}/${path}`
    if (!(await keyring.holds({ ...parsed.metadata, file }))) return 'closed'
    const request = { store, bytes, parsed, file, offline: true, ignoreMac: true, keepClear: true }
    const opened = await openSealed(request, { keyring })
    try {
      return valuesOf(opened, path, fingerprinter)
    } finally {
      opened.dispose()
    }
  } catch (error) {
    // damaged: that is told by who judges it
    if (isBullaError(error)) return 'none'
    throw error
  }
}
