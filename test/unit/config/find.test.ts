import { describe, expect, it } from 'vitest'
import { type ConfigFiles, type FindRequest, findConfig } from '../../../src/config/find.ts'
import { rejection } from '../../helpers/failure.ts'

/** Files by path; an empty one is there too. */
function fakeFiles(paths: readonly string[]): ConfigFiles & { readonly asked: string[] } {
  const asked: string[] = []
  return {
    asked,
    read: async (path, anyKind = false) => {
      asked.push(`${path}${anyKind ? ' (any kind)' : ''}`)
      return paths.includes(path) ? Buffer.from(path) : undefined
    },
  }
}

const request = (more: Partial<FindRequest>): FindRequest => ({
  cwd: '/repo',
  file: undefined,
  explicit: undefined,
  ...more,
})

describe('the policy of a file', () => {
  const cases: [string, readonly string[], Partial<FindRequest>, string | undefined][] = [
    ['in the working directory', ['/repo/.sops.yaml'], {}, '/repo/.sops.yaml'],
    ['above the working directory', ['/.sops.yaml'], { cwd: '/a/b/c' }, '/.sops.yaml'],
    ['the nearest one', ['/.sops.yaml', '/a/.sops.yaml'], { cwd: '/a/b/c' }, '/a/.sops.yaml'],
    ['in the folder of the file', ['/else/sub/.sops.yaml'], { file: '/else/sub/a.yaml' }, '/else/sub/.sops.yaml'],
    ['above the folder of the file', ['/else/.sops.yaml'], { file: '/else/sub/a.yaml' }, '/else/.sops.yaml'],
    ['nowhere', ['/other/.sops.yaml'], { file: '/repo/a.yaml' }, undefined],
    ['not the file itself as a folder', ['/repo/a.yaml/.sops.yaml'], { file: '/repo/a.yaml' }, undefined],
    ['not .sops.yml', ['/repo/.sops.yml'], {}, undefined],
    ['named', ['/x/p.yaml', '/repo/.sops.yaml'], { explicit: '/x/p.yaml' }, '/x/p.yaml'],
    ['named from the working directory', ['/repo/p.yaml'], { explicit: 'p.yaml' }, '/repo/p.yaml'],
    ['named by an empty text is not named', ['/repo/.sops.yaml'], { explicit: '' }, '/repo/.sops.yaml'],
  ]

  it.each(cases)('is found: %s', async (_name, paths, more, expected) => {
    const found = await findConfig(fakeFiles(paths), request(more))
    expect(found.path).toBe(expected)
    if (found.path !== undefined) expect(Buffer.from(found.bytes).toString()).toBe(expected)
  })

  it('is the one of the working directory, as for sops, and a nearer one is spoken of', async () => {
    const files = fakeFiles(['/repo/.sops.yaml', '/repo/sub/.sops.yaml'])
    const found = await findConfig(files, request({ file: '/repo/sub/a.yaml' }))
    expect(found.path).toBe('/repo/.sops.yaml')
    expect(found.notes).toEqual([
      '/repo/sub/.sops.yaml is nearer to the file, but /repo/.sops.yaml is used, as by sops; choose with --config',
    ])
  })

  it('has no notes when both ways lead to it', async () => {
    const found = await findConfig(fakeFiles(['/repo/.sops.yaml']), request({ file: '/repo/sub/a.yaml' }))
    expect(found.notes).toEqual([])
  })

  it('is not looked for in a misspelt file, which is spoken of once', async () => {
    const files = fakeFiles(['/a/b/.sops.yml', '/a/.sops.yml', '/.sops.yaml'])
    const found = await findConfig(files, request({ cwd: '/a/b' }))
    expect(found.notes).toEqual(['/a/b/.sops.yml is not read: the policy must be named .sops.yaml'])
  })

  it.each<[string, Partial<FindRequest>, string[]]>([
    ['above the working directory', { cwd: '/a/b' }, ['/a/.sops.yml']],
    ['beside the file', { cwd: '/x', file: '/a/b/f.yaml' }, ['/a/.sops.yml']],
    ['in both places', { cwd: '/x', file: '/a/b/f.yaml' }, ['/x/.sops.yml', '/a/.sops.yml']],
  ])('a misspelt file is spoken of also when there is no other: %s', async (_name, more, paths) => {
    const found = await findConfig(fakeFiles(paths), request(more))
    expect(found).toEqual({
      path: undefined,
      notes: paths.map((path) => `${path} is not read: the policy must be named .sops.yaml`),
    })
  })

  it('that was named must be there', async () => {
    const error = await rejection(findConfig(fakeFiles(['/repo/.sops.yaml']), request({ explicit: 'nope.yaml' })))
    expect(error).toMatchObject({ code: 'ERR_CONFIG_NOT_FOUND', where: { file: '/repo/nope.yaml' } })
    expect(error.hint).toMatch(/--config/)
  })

  it('may be a pipe only when it was named', async () => {
    const files = fakeFiles(['/repo/.sops.yaml', '/dev/fd/63'])
    await findConfig(files, request({ explicit: '/dev/fd/63' }))
    await findConfig(files, request({}))
    expect(files.asked).toEqual(['/dev/fd/63 (any kind)', '/repo/.sops.yaml'])
  })

  it('is not searched for without an end', async () => {
    const files = fakeFiles([])
    await findConfig(files, request({ cwd: `/${'a/'.repeat(5000)}` }))
    expect(files.asked.length).toBeLessThanOrEqual(200)
  })
})
