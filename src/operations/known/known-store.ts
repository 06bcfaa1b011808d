import { join } from 'node:path'
import type { RandomSource } from '../../crypto/random.ts'
import { isBullaError } from '../../errors.ts'
import type { FileSystem, FileVersion } from '../ports.ts'
import { emptyKnownFile, formatKnownFile, type KnownFile, parseKnownFile } from './known-file.ts'

const ATTEMPTS = 4

/** The known values of one repository, in git's own folder: they are never committed, and never leave this machine. */
export class KnownStore {
  private readonly files: FileSystem
  private readonly random: RandomSource
  private readonly path: string
  private loaded: Promise<KnownFile | undefined> | undefined
  /** For a store that is not there yet: the same until it is. */
  private newKey: Uint8Array | undefined

  /** @param common - git's own folder, absolute */
  constructor(common: string, files: FileSystem, random: RandomSource) {
    this.files = files
    this.random = random
    this.path = join(common, 'bulla', 'known-values')
  }

  /** As it stands there, or a new one; undefined when it is not ours to read. The same object each time. */
  load(): Promise<KnownFile | undefined> {
    // opened, as it grows beyond what is read of settings
    this.loaded ??= this.version().then((version) => this.read(version?.bytes))
    return this.loaded
  }

  /**
   * Change what stands there. Others may do so at the same time: then the change is made to what they wrote.
   *
   * @param change - may be called several times, each time with another object; nothing is written when it returns false
   * @throws FileError
   */
  async update(change: (known: KnownFile) => boolean): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      const version = await this.version()
      const known = this.read(version?.bytes)
      if (known === undefined || !change(known)) return
      try {
        await this.files.write({
          path: this.path,
          bytes: formatKnownFile(known),
          expected: version ?? 'nothing',
          mode: 0o600,
          makeFolders: true,
        })
        this.loaded = Promise.resolve(known)
        return
      } catch (error) {
        if (!isBullaError(error) || error.code !== 'ERR_FILE_CHANGED' || attempt === ATTEMPTS) throw error
      }
    }
  }

  private async version(): Promise<FileVersion | undefined> {
    try {
      return await this.files.open(this.path)
    } catch (error) {
      if (isBullaError(error) && error.code === 'ERR_NO_FILE') return undefined
      throw error
    }
  }

  private read(bytes: Uint8Array | undefined): KnownFile | undefined {
    if (bytes !== undefined) return parseKnownFile(bytes)
    this.newKey ??= Uint8Array.from(this.random(32))
    return emptyKnownFile(this.newKey)
  }
}
