import { isBullaError } from '../../errors.ts'
import type { Repository } from '../../operations/git-port.ts'
import type { KnownFile } from '../../operations/known/known-file.ts'
import type { KnownScanner } from '../../operations/known/known-scanner.ts'
import type { HookIo, Io } from '../io.ts'

/** Copies of sealed values that are known here. @returns undefined when nothing is known */
export async function knownScanner(io: Pick<Io, 'knownValues' | 'isFile'>): Promise<KnownScanner | undefined> {
  const place = await io.knownValues()
  return place === undefined ? undefined : scannerFor(await place.store.load(), place.root, io)
}

/** The same for a hook. Never stops what git does: without this check the others still stand. */
export function knownScannerForHook(hook: string, io: HookIo): Promise<KnownScanner | undefined> {
  return orTell(hook, io, () => knownScanner(io))
}

/** The same for a commit, after a look into the sealed files that are new; says when some cannot be opened. */
export function freshKnownScanner(hook: string, repository: Repository, io: HookIo): Promise<KnownScanner | undefined> {
  return orTell(hook, io, async () => {
    const place = await io.knownValues()
    if (place === undefined) return undefined
    const { refreshKnown } = await import('../../operations/known/refresh-known.ts')
    const known = await refreshKnown({ ...place, repository, keyring: async () => (await io.world()).keyring })
    const count = known?.closed.size ?? 0
    // the second hook of a commit has nothing new to say
    if (count > 0 && hook !== 'prepare-commit-msg') {
      const files = count === 1 ? 'one sealed file' : `${count} sealed files`
      io.writeErr(`${io.program}: ${hook}: no key at hand opens ${files}: copies of their values are not looked for\n`)
    }
    return scannerFor(known, place.root, io)
  })
}

async function orTell(
  hook: string,
  io: HookIo,
  find: () => Promise<KnownScanner | undefined>,
): Promise<KnownScanner | undefined> {
  try {
    return await find()
  } catch (error) {
    if (!isBullaError(error)) throw error
    io.writeErr(`${io.program}: ${hook}: copies of sealed values are not looked for: ${error.message}\n`)
    return undefined
  }
}

async function scannerFor(
  known: KnownFile | undefined,
  root: string,
  { isFile }: Pick<Io, 'isFile'>,
): Promise<KnownScanner | undefined> {
  if (known === undefined || known.values.size === 0) return undefined
  const { KnownScanner } = await import('../../operations/known/known-scanner.ts')
  return new KnownScanner(known, { root, isFile })
}
