import { posix, win32 } from 'node:path'
import { describe, expect, it } from 'vitest'
import { commonFolder, pathBelow } from '../../../src/config/path-below.ts'

describe('a path as seen from a folder', () => {
  it.each([
    ['/repo', '/repo/a.yaml', 'a.yaml'],
    ['/repo', '/repo/sub/a.yaml', 'sub/a.yaml'],
    ['/', '/a.yaml', 'a.yaml'],
    ['/repo', '/repo/..a.yaml', '..a.yaml'],
    ['/repo', '/repo/sub/.a.yaml', 'sub/.a.yaml'],
    ['/repo', '/repo//sub//a.yaml', 'sub/a.yaml'],
    ['/repo', '/repo/./sub/../a.yaml', 'a.yaml'],
    ['/repo', '/repo/sub/../../a.yaml', undefined],
    ['/repo', '/repo/sub/', 'sub'],
    ['/repo', '/repo/', undefined],
    ['/a/../repo', '/a/../repo/a.yaml', 'a.yaml'],
    ['/repo', '/repository/a.yaml', undefined],
    ['/repo', '/a.yaml', undefined],
    ['/repo', '/repo', undefined],
    ['/repo/sub', '/repo', undefined],
  ])('from %s: %s', (folder, path, expected) => {
    expect(pathBelow(folder, path, posix)).toBe(expected)
  })

  it.each([
    ['C:\\repo', 'C:\\repo\\sub\\a.yaml', 'sub\\a.yaml'],
    ['C:\\repo', 'c:\\Repo\\a.yaml', 'a.yaml'],
    ['C:\\', 'C:\\a.yaml', 'a.yaml'],
    ['C:\\repo', 'D:\\repo\\a.yaml', undefined],
    ['C:\\repo', 'C:\\repository\\a.yaml', undefined],
    ['\\\\server\\share\\repo', '\\\\server\\share\\repo\\a.yaml', 'a.yaml'],
    ['\\\\server\\share', 'C:\\a.yaml', undefined],
  ])('on Windows, from %s: %s', (folder, path, expected) => {
    expect(pathBelow(folder, path, win32)).toBe(expected)
  })
})

describe('the folder that paths have in common', () => {
  const cases: [readonly string[], string | undefined][] = [
    [[], undefined],
    [['/a/b/c'], '/a/b'],
    [['/a/b/c', '/a/b/d'], '/a/b'],
    [['/a/b/c', '/a/b/d/e'], '/a/b'],
    [['/a/b/d/e', '/a/b/c'], '/a/b'],
    [['/a/b/c', '/a/bc/d'], '/a'],
    [['/a/b', '/c/d'], '/'],
    [['/a', '/b'], '/'],
  ]

  it.each(cases)('of %j', (paths, expected) => {
    expect(commonFolder(paths, posix)).toBe(expected)
  })

  const windows: [readonly string[], string | undefined][] = [
    [['C:\\a\\b\\c', 'C:\\a\\d'], 'C:\\a'],
    [['C:\\a', 'C:\\b\\c'], 'C:\\'],
    [['C:\\a\\b', 'D:\\a\\b'], undefined],
  ]

  it.each(windows)('on Windows, of %j', (paths, expected) => {
    expect(commonFolder(paths, win32)).toBe(expected)
  })
})
