import { spawnSync } from 'node:child_process'
import { chownSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { leftScratchFolders, removeLeft } from '../../../../src/platform/scratch/left-scratch.ts'
import { makeScratchFolder } from '../../../../src/platform/scratch/scratch.ts'

describe('folders that killed processes left', () => {
  let place: string
  const { pid: gone } = spawnSync(process.execPath, ['--version'])
  const folder = (name: string) => {
    mkdirSync(join(place, name))
    return join(place, name)
  }
  beforeEach(() => {
    place = mkdtempSync(join(tmpdir(), 'bulla-test-'))
  })
  afterEach(() => rmSync(place, { recursive: true }))

  it('are those of processes that are gone, of edits and of exec-file, each once', () => {
    const left = [folder(`bulla-edit-${gone}-abCD12`), folder(`bulla-exec-${gone}-abCD12`)]
    expect(leftScratchFolders([place, '/no/such/folder', place])).toEqual(left)
  })

  it('are not those of processes that run: of this one, and of the first of all', () => {
    makeScratchFolder(place, 'edit')
    makeScratchFolder(place, 'exec')
    folder('bulla-edit-1-abCD12')
    expect(leftScratchFolders([place])).toEqual([])
  })

  it('are called as they are called when they are made', () => {
    expect(makeScratchFolder(place, 'edit')).toMatch(new RegExp(`/bulla-edit-${process.pid}-[A-Za-z0-9]{6}$`))
  })

  it('are no files, no links, and nothing that is called otherwise', () => {
    const target = folder('target')
    symlinkSync(target, join(place, `bulla-edit-${gone}-abCD12`))
    writeFileSync(join(place, `bulla-exec-${gone}-abCD12`), '')
    for (const name of [
      `bulla-edit-${gone}-../..x`.replaceAll('/', ''),
      `bulla-edit-${gone}`,
      'bulla-edit-0-abCD12',
      `x-bulla-edit-${gone}-abCD12`,
    ])
      folder(name)
    expect(leftScratchFolders([place])).toEqual([])
  })

  it.skipIf(process.getuid?.() !== 0)('are not those of others', () => {
    chownSync(folder(`bulla-edit-${gone}-abCD12`), 65534, 65534)
    expect(leftScratchFolders([place])).toEqual([])
  })

  it('are removed with what is in them', () => {
    const left = folder(`bulla-edit-${gone}-abCD12`)
    writeFileSync(join(left, 'a.yaml'), 'a: 1\n')
    removeLeft(left)
    expect(existsSync(left)).toBe(false)
  })
})
