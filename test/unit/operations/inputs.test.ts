import { describe, expect, it } from 'vitest'
import { isHousekeeping, type SelectionRequest, selectInputs } from '../../../src/operations/inputs.ts'
import { rejection } from '../../helpers/failure.ts'
import { memoryFiles } from '../../helpers/memory-files.ts'

const FILES = { '/w/a.yaml': '', '/w/b.env': '', '/w/sub/c.yaml': '', '/w/sub/deep/d.yaml': '', '/else/e.yaml': '' }

function select(paths: readonly string[], more: Partial<SelectionRequest> = {}) {
  const files = memoryFiles(FILES, { '/w/link.yaml': '/w/a.yaml' })
  return selectInputs({
    files,
    cwd: '/w',
    paths,
    override: undefined,
    accept: async () => true,
    missing: undefined,
    ...more,
  })
}

const namesOf = async (paths: readonly string[], more: Partial<SelectionRequest> = {}) =>
  (await select(paths, more)).inputs.map(({ path }) => path)

describe('the files that arguments name', () => {
  it('are standard input when there is no argument', async () => {
    expect(await select([])).toEqual({
      inputs: [{ path: undefined, place: undefined, name: undefined, named: true }],
      single: true,
      base: '/w',
    })
  })

  it('are one file when it was named alone', async () => {
    expect(await select(['a.yaml'])).toEqual({
      inputs: [{ path: '/w/a.yaml', place: '/w/a.yaml', name: '/w/a.yaml', named: true }],
      single: true,
      base: '/w',
    })
  })

  it('have another name for rule and format when one is given', async () => {
    const [input] = (await select(['a.yaml'], { override: 'secrets/x.json' })).inputs
    expect(input).toMatchObject({ path: '/w/a.yaml', name: '/w/secrets/x.json' })
    const [stdin] = (await select([], { override: 'x.json' })).inputs
    expect(stdin).toMatchObject({ path: undefined, name: '/w/x.json' })
    const [empty] = (await select(['a.yaml'], { override: '' })).inputs
    expect(empty).toMatchObject({ name: '/w/a.yaml' })
  })

  it('are everything below a folder that is accepted, found and not named', async () => {
    const { inputs, single, base } = await select(['sub'], { accept: async (path) => !path.includes('deep') })
    expect(inputs).toEqual([{ path: '/w/sub/c.yaml', place: '/w/sub/c.yaml', name: '/w/sub/c.yaml', named: false }])
    expect({ single, base }).toEqual({ single: false, base: '/w/sub' })
  })

  it('are what a pattern fits, all of them named', async () => {
    const { inputs, single } = await select(['**/*.yaml'], { accept: async () => false })
    expect(inputs.map(({ path, named }) => [path, named])).toEqual([
      ['/w/a.yaml', true],
      ['/w/sub/c.yaml', true],
      ['/w/sub/deep/d.yaml', true],
    ])
    expect(single).toBe(false)
  })

  it('are taken once, by whatever names', async () => {
    expect(await namesOf(['link.yaml', 'a.yaml', './a.yaml', '/w/a.yaml', '*.yaml', '.'])).toEqual([
      '/w/link.yaml',
      '/w/sub/c.yaml',
      '/w/sub/deep/d.yaml',
      '/w/b.env',
    ])
  })

  it.each([
    [['a.yaml', 'b.env'], '/w'],
    [['sub/c.yaml', 'sub/deep/d.yaml'], '/w/sub'],
    [['sub/deep/d.yaml', 'sub/c.yaml'], '/w/sub'],
    [['a.yaml', '/else/e.yaml'], '/'],
    [['sub'], '/w/sub'],
    [['sub', 'a.yaml'], '/w'],
    [['*.env'], '/w'],
  ])('have a folder in common: %j', async (paths, base) => {
    expect((await select(paths)).base).toBe(base)
  })

  it.each([
    [['nope.yaml'], 'ERR_NO_FILE', /there is no such file/, /check the path/],
    [['a.yaml', 'nope.yaml'], 'ERR_NO_FILE', /there is no such file/, /check the path/],
    [['*.toml'], 'ERR_NO_FILE', /no file fits this pattern/, /check the path/],
    [['-'], 'ERR_NO_FILE', /there is no such file/, /standard input/],
    [[''], 'ERR_NO_FILE', /a path is empty/, /variable/],
    [['a.yaml', ''], 'ERR_NO_FILE', /a path is empty/, /variable/],
  ] as const)('must be there: %j', async (paths, code, message, hint) => {
    const error = await rejection(select(paths))
    expect(error.code).toBe(code)
    expect(error.message).toMatch(message)
    expect(error.hint).toMatch(hint)
  })

  it.each([
    [['sub'], 'ERR_READ', 'it is a folder'],
    [['a.yaml', 'sub'], 'ERR_READ', 'it is a folder'],
    [['a.yaml', 'b.env'], 'ERR_USAGE', 'several files'],
    [['*.env'], 'ERR_USAGE', 'several files'],
  ] as const)('can be only one where there is no place for more: %j', async (paths, code, message) => {
    const error = await rejection(select(paths, { missing: 'do this' }))
    expect(error).toMatchObject({ code, hint: 'do this' })
    expect(error.message).toContain(message)
  })

  it('can be only one when it stands for another name', async () => {
    expect(await rejection(select(['sub'], { override: 'x' }))).toMatchObject({ code: 'ERR_USAGE' })
  })
})

describe('files that are never sealed because they lie in a folder', () => {
  it.each([
    ...['/w/.sops.yaml', '/w/sub/.gitattributes', '/w/package-lock.json'],
    ...['/w/.bulla/recipients/prod.yaml', '.bulla/allow.yaml', 'C:\\w\\.bulla\\policy.yaml'],
  ])('%s', (path) => {
    expect(isHousekeeping(path)).toBe(true)
  })

  it.each(['/w/a.sops.yaml', '/w/package.json', '/.sops.yaml/a'])('but not %s', (path) => {
    expect(isHousekeeping(path)).toBe(false)
  })
})
