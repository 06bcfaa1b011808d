import { spawnSync } from 'node:child_process'
import { chownSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { isLeftByWrite } from '../../../../src/operations/judge/plain/leftover.ts'
import { createFolder } from '../../../../src/platform/files/create-folder.ts'
import { nodeFiles } from '../../../../src/platform/files/files.ts'
import { leftWrites } from '../../../../src/platform/files/left-writes.ts'
import { createPrivateFile } from '../../../../src/platform/files/private-file.ts'
import { temporaryBeside } from '../../../../src/platform/files/temporary.ts'

const { pid: gone } = spawnSync(process.execPath, ['--version'])
const bytes = new TextEncoder().encode('a: 1\n')

describe('what writes left when they were killed', () => {
  let place: string
  /** What a write of `name` leaves. */
  const left = (name: string, { by = gone, old = true, folder = false } = {}): string => {
    const path = join(place, dirname(name), `.${basename(name)}.${by}-0123456789ab.tmp`)
    mkdirSync(dirname(path), { recursive: true })
    if (folder) mkdirSync(path)
    else writeFileSync(path, 'password: x\n')
    if (old) utimesSync(path, 1, 1)
    return path
  }
  beforeEach(() => {
    place = mkdtempSync(join(tmpdir(), 'bulla-test-'))
  })
  afterEach(() => rmSync(place, { recursive: true }))

  it('is found in all folders, new or old, but not in those of others', () => {
    const here = [left('a.yaml'), left('out', { folder: true })]
    const found = [...here, left('b/c/d.env', { old: false })]
    left('.git/x')
    left('node_modules/x')
    expect(leftWrites(place, true).sort()).toEqual(found.sort())
    expect(leftWrites(place, false).sort()).toEqual(here.sort())
  })

  it('is not what a process writes that runs, no link, and nothing that is called otherwise', () => {
    writeFileSync(temporaryBeside(join(place, 'a.yaml')), '')
    left('b.yaml', { by: 1 })
    symlinkSync(join(place, 'target'), join(place, `.c.yaml.${gone}-0123456789ab.tmp`))
    for (const name of [`d.yaml.${gone}-0123456789ab.tmp`, `.d.yaml.${gone}-0123.tmp`, '.d.yaml.0-0123456789ab.tmp'])
      writeFileSync(join(place, name), '')
    expect(leftWrites(place, true)).toEqual([])
  })

  it.skipIf(process.getuid?.() !== 0)('is not that of others', () => {
    chownSync(left('a.yaml'), 65534, 65534)
    expect(leftWrites(place, true)).toEqual([])
  })

  it.for([
    ['a file', (path: string) => nodeFiles.write({ path, bytes })],
    ['a private file', (path: string) => createPrivateFile(path, bytes)],
    ['a folder', (path: string) => createFolder(path, new Map([['a', bytes]]))],
  ] as const)('is removed by the next write of %s of that name, when it is old', async ([, write]) => {
    const path = join(place, 'a.yaml')
    const old = [left('a.yaml'), join(place, `.a.yaml.${gone}-ffffffffffff.tmp`)]
    mkdirSync(old[1] ?? '')
    writeFileSync(join(old[1] ?? '', 'x'), '')
    utimesSync(old[1] ?? '', 1, 1)
    const kept = [left('b.yaml'), left('a.yaml.b'), left('a.yaml', { by: process.pid })]
    await write(path)
    expect(old.filter((name) => existsSync(name))).toEqual([])
    expect(kept.filter((name) => !existsSync(name))).toEqual([])
  })

  it('stays when it is new: its writer may be in another container', async () => {
    const path = left('a.yaml', { old: false })
    await nodeFiles.write({ path: join(place, 'a.yaml'), bytes })
    expect(existsSync(path)).toBe(true)
  })

  it('has names that the judge of commits knows', () => {
    for (const path of ['a.yaml', '.env', 'b/c.json', `d/${'x'.repeat(255)}`]) {
      expect(isLeftByWrite(temporaryBeside(path))).toBe(true)
      expect(isLeftByWrite(`${temporaryBeside(path)}/in.it`)).toBe(true)
      expect(isLeftByWrite(path)).toBe(false)
    }
  })
})
