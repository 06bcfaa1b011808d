import { isBullaError } from '../../errors.ts'
import type { Repository } from '../../operations/git-port.ts'
import type { KnownFile } from '../../operations/known/known-file.ts'
import type { KnownScanner } from '../../operations/known/known-scanner.ts'
import type { HookIo } from '../io.ts'
import { printable, shortPath } from '../show/messages.ts'

type AskerIo = Pick<HookIo, 'program' | 'cwd' | 'writeErr' | 'isFile' | 'knownValues'>

/**
 * Copies of sealed values that are known here. Stops nothing when they cannot be read: without them the other checks still
 * stand, as they do in every new clone.
 *
 * @param asker - the hook or command that says so then
 * @returns undefined when nothing is known
 */
export function knownScanner(asker: string, io: AskerIo): Promise<KnownScanner | undefined> {
  return orTell(asker, io, async () => {
    const place = await io.knownValues()
    return place === undefined ? undefined : scannerFor(await place.store.load(), place.root, io)
  })
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
  asker: string,
  io: AskerIo,
  find: () => Promise<KnownScanner | undefined>,
): Promise<KnownScanner | undefined> {
  try {
    return await find()
  } catch (error) {
    if (!isBullaError(error)) throw error
    const file = error.where?.file
    const why = `${file === undefined ? '' : `${shortPath(file, io.cwd)}: `}${error.message}`
    io.writeErr(`${io.program}: ${asker}: copies of sealed values are not looked for: ${printable(why)}\n`)
    return undefined
  }
}

async function scannerFor(
  known: KnownFile | undefined,
  root: string,
  { isFile }: Pick<HookIo, 'isFile'>,
): Promise<KnownScanner | undefined> {
  if (known === undefined || known.values.size === 0) return undefined
  const { KnownScanner } = await import('../../operations/known/known-scanner.ts')
  return new KnownScanner(known, { root, isFile })
}
