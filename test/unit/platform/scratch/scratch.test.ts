import { chmodSync, chownSync, existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join, relative } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { makeScratchFolder, openScratch, scratchPlace } from '../../../../src/platform/scratch/scratch.ts'
import { hasMemory } from '../../../helpers/editors.ts'
import { failure } from '../../../helpers/failure.ts'

describe('the place for plaintext', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'bulla-test-'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  it('is the fallback where nothing is in memory', () => {
    expect(scratchPlace(['/no/such/folder'], folder)).toEqual({ folder, isInMemory: false })
  })

  it.skipIf(!hasMemory)('is the first folder in memory that can be used, and nothing is left in it', () => {
    const own = mkdtempSync('/dev/shm/bulla-test-')
    try {
      // /proc is no file system for files
      expect(scratchPlace(['/proc', own, '/dev/shm'], folder)).toEqual({ folder: own, isInMemory: true })
      expect(readdirSync(own)).toEqual([])
    } finally {
      rmSync(own, { recursive: true })
    }
  })
})

describe('a folder for plaintext', () => {
  it('is told from the root, also where the folder it is in was named from here', () => {
    const here = mkdtempSync(join(tmpdir(), 'bulla-test-'))
    try {
      const made = makeScratchFolder(relative(process.cwd(), here), 'exec')
      expect(dirname(made)).toBe(here)
    } finally {
      rmSync(here, { recursive: true })
    }
  })
})

describe.skipIf(!hasMemory)(
  'a folder in memory is passed by where somebody else could put theirs in place of ours',
  () => {
    let own: string
    beforeEach(() => {
      own = mkdtempSync('/dev/shm/bulla-test-')
    })
    afterEach(() => rmSync(own, { recursive: true }))

    it('because everybody may write there', () => {
      chmodSync(own, 0o777)
      expect(scratchPlace([own], '/fallback')).toEqual({ folder: '/fallback', isInMemory: false })
      chmodSync(own, 0o1777)
      expect(scratchPlace([own], '/fallback')).toEqual({ folder: own, isInMemory: true })
    })

    it.skipIf(process.getuid?.() !== 0)('because it belongs to them', () => {
      chownSync(own, 65534, 65534)
      expect(scratchPlace([own], '/fallback')).toEqual({ folder: '/fallback', isInMemory: false })
    })
  },
)

describe('a scratch file', () => {
  it('is a file of that name for nobody else, in a folder of its own, until it is removed', () => {
    const scratch = openScratch('/some/where/a b.yaml')
    try {
      expect(basename(scratch.path)).toBe('a b.yaml')
      expect(scratch.read()).toBeUndefined()
      scratch.write(Buffer.from('a: 1\n'))
      expect(Buffer.from(scratch.read() ?? []).toString()).toBe('a: 1\n')
      if (process.platform !== 'win32') {
        const modes = [scratch.path, dirname(scratch.path)].map((path) => statSync(path).mode & 0o777)
        expect(modes).toEqual([0o600, 0o700])
      }
    } finally {
      scratch.remove()
    }
    expect(existsSync(dirname(scratch.path))).toBe(false)
    expect(failure(() => scratch.write(Buffer.of())).code).toBe('ERR_WRITE')
  })
})
