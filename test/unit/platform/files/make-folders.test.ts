import { mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { makeFolders } from '../../../../src/platform/files/make-folders.ts'

describe('folders with those above them', () => {
  let place: string
  beforeEach(() => {
    place = mkdtempSync(join(tmpdir(), 'bulla-test-'))
  })
  afterEach(() => rmSync(place, { recursive: true }))

  it('are made as far as they are missing', () => {
    makeFolders(join(place, 'a', 'b', 'c'), 0o700)
    makeFolders(join(place, 'a', 'b', 'c', 'd'), 0o700)
    expect(statSync(join(place, 'a', 'b', 'c', 'd')).isDirectory()).toBe(true)
    if (process.platform !== 'win32') expect(statSync(join(place, 'a', 'b')).mode & 0o777).toBe(0o700)
  })

  it('are not made through a file or a link that leads nowhere', () => {
    writeFileSync(join(place, 'file'), '')
    symlinkSync(join(place, 'nowhere'), join(place, 'link'))
    for (const name of ['file', 'link']) {
      expect(() => makeFolders(join(place, name))).toThrow('EEXIST')
      expect(() => makeFolders(join(place, name, 'a'))).toThrow()
    }
  })

  it.skipIf(process.platform !== 'linux')('fail where nothing can be made: they end', () => {
    expect(() => makeFolders('/proc/nowhere/a/b')).toThrow('ENOENT')
  })
})
